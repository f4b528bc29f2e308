// What a browser keeps of a plan for a time without a connection: one page with what it needs, beside it a page for whoever
// may not do the moves, and a stop that is still to be told. Nothing else of the person is in it.

export const ROUTINE = "routine"; // the page of the moves, its styles, script and drawings
export const STOPPED = "stopped"; // the page for whoever does not say "no", and what was answered then
const PENDING = "/pending"; // under this name, and never asked for by a page
export const DIGEST = "/digest";

export const ROUTINE_PAGE = "plan/offline";
export const STOPPED_PAGE = "plan/offline/stopped";

export function canKeep() {
  return globalThis.isSecureContext === true && "caches" in globalThis;
}

async function text(store, name) {
  const found = (await caches.has(store)) && (await (await caches.open(store)).match(name, { ignoreVary: true }));
  return found ? found.text() : null;
}

export function keptDigest() {
  return text(ROUTINE, DIGEST);
}

export async function pendingStop() {
  return text(STOPPED, PENDING);
}

export async function forgetRoutine() {
  await caches.delete(ROUTINE);
}

export async function forgetAll() {
  await Promise.all([caches.delete(ROUTINE), caches.delete(STOPPED)]);
}

// The answers come first: if the device goes off in between, the stop stands.
export async function stopHere(answers) {
  const store = await caches.open(STOPPED);
  await store.put(PENDING, new Response(answers));
  await forgetRoutine();
}

// Tell the site of a stop that was told to this device. True once there is none that it does not know of.
export async function tellStop(base) {
  const answers = await pendingStop();
  if (answers === null) return true;
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const reply = await fetch(new URL(`${ROUTINE_PAGE}/stop`, base), {
    method: "POST",
    body: answers,
    headers,
    credentials: "same-origin",
  });
  if (!reply.ok) return false;
  await forgetAll();
  return true;
}

export async function pageFor(base) {
  const hasStop = (await pendingStop()) !== null;
  const [store, name] = hasStop ? [STOPPED, STOPPED_PAGE] : [ROUTINE, ROUTINE_PAGE];
  return (await caches.has(store)) ? (await caches.open(store)).match(new URL(name, base), { ignoreVary: true }) : undefined;
}

export async function partFor(request) {
  for (const store of [ROUTINE, STOPPED]) {
    const found = (await caches.has(store)) && (await (await caches.open(store)).match(request, { ignoreVary: true }));
    if (found) return found;
  }
  return undefined;
}
