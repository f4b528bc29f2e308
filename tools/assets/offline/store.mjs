// What a browser keeps of a plan for a time without a connection: one page with what it needs, beside it a page for whoever
// may not do the moves, and whatever is still to be told. Nothing else of the person is in it.

export const ROUTINE = "routine"; // the page of the moves, its styles, script and drawings
export const STOPPED = "stopped"; // the page for whoever does not say "no", or whose form was not sent
// One store for each thing that is still to be told, with the answers in its name: nothing takes the place of another, and
// each goes only when it was told.
const UNTOLD = "untold ";
export const DIGEST = "/digest"; // under these names, and never asked for by a page
export const HARMLESS = "/harmless";

export const ROUTINE_PAGE = "plan/offline";
export const STOPPED_PAGE = "plan/offline/stopped";

// What became of telling the site: it took it, it keeps to another stop and leads everybody there, or it did not answer.
export const [TOLD, HELD, UNHEARD] = ["told", "held", "unheard"];
const PATIENCE_MS = 8000;

export function canKeep() {
  return globalThis.isSecureContext === true && "caches" in globalThis;
}

async function found(store, name) {
  return (await caches.has(store)) ? (await caches.open(store)).match(name, { ignoreVary: true }) : undefined;
}

async function kept(name) {
  return (await (await found(ROUTINE, name))?.text()) ?? null;
}

export function keptDigest() {
  return kept(DIGEST);
}

async function untold() {
  return (await caches.keys()).filter((name) => name.startsWith(UNTOLD)).map((name) => name.slice(UNTOLD.length));
}

export async function hasStop() {
  return (await untold()).length > 0;
}

export async function forgetRoutine() {
  await caches.delete(ROUTINE);
}

export async function forgetAll() {
  await Promise.all([forgetRoutine(), caches.delete(STOPPED)]);
}

// Of a form about a move that hurts: the move comes first, then the answers. What the rules do not call harmless is a stop.
export async function isHarmless(told) {
  const answers = [...new URLSearchParams(told).values()].slice(1).join(",");
  return ((await kept(HARMLESS)) ?? "").split(" ").includes(answers);
}

// The answers come first: if the device goes off in between, the stop stands.
export async function stopHere(answers) {
  await caches.open(UNTOLD + answers);
  await forgetRoutine();
}

export async function forgetTold(answers) {
  await caches.delete(UNTOLD + answers);
}

export async function tell(base, answers) {
  const { status, type } = await fetch(new URL(`${ROUTINE_PAGE}/stop`, base), {
    method: "POST",
    body: new URLSearchParams(answers),
    credentials: "same-origin",
    redirect: "manual",
    signal: AbortSignal.timeout?.(PATIENCE_MS),
  });
  if (status === 204) return TOLD;
  return type === "opaqueredirect" ? HELD : UNHEARD;
}

// Tell the site of every stop that was told to this device, and say what became of it. What the site does not take stays.
export async function tellStop(base) {
  let became;
  for (const answers of await untold()) {
    became = await tell(base, answers);
    if (became !== TOLD) return became;
    await forgetTold(answers);
  }
  if (became) await forgetAll();
  return became;
}

export async function pageFor(base, mayShowMoves) {
  const [store, name] = mayShowMoves && !(await hasStop()) ? [ROUTINE, ROUTINE_PAGE] : [STOPPED, STOPPED_PAGE];
  return found(store, new URL(name, base));
}

export async function partFor(request) {
  return (await found(ROUTINE, request)) ?? found(STOPPED, request);
}
