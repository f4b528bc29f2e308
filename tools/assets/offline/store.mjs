// What a browser keeps of a plan for a time without a connection: one page with what it needs, beside it a page for whoever
// may not do the moves, and a stop that is still to be told. Nothing else of the person is in it.

const ROUTINE = "routine"; // the page of the moves, its styles, script and drawings
const STOPPED = "stopped"; // the page for whoever does not say "no", and what was answered then
const PENDING = "/pending"; // under this name, and never asked for by a page
const DIGEST = "/digest";

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

function partsOf(page) {
  const found = [
    ...[...page.querySelectorAll("script[src], img[src]")].map((one) => one.getAttribute("src")),
    ...[...page.querySelectorAll("link[rel=stylesheet], link[rel=icon]")].map((one) => one.getAttribute("href")),
    ...[...page.querySelectorAll("[data-motion]")].map((one) => one.dataset.motion),
  ];
  return [...new Set(found)];
}

async function keepPage(store, address, mark) {
  const reply = await fetch(address, { credentials: "same-origin" });
  if (!reply.ok || reply.redirected) return false;
  const page = new DOMParser().parseFromString(await reply.clone().text(), "text/html");
  if (!page.querySelector(mark)) return false;
  const cache = await caches.open(store);
  await cache.addAll(partsOf(page));
  await cache.put(address, reply);
  return page;
}

// Keep the routine, whole or not at all.
export async function keep(base) {
  try {
    const address = (name) => new URL(name, base).href;
    const isReady = await keepPage(STOPPED, address(STOPPED_PAGE), "main");
    const page = isReady && (await keepPage(ROUTINE, address(ROUTINE_PAGE), "[data-offline]"));
    if (!page) throw new Error("there is nothing to keep");
    const { digest } = page.querySelector("[data-offline]").dataset;
    await (await caches.open(ROUTINE)).put(DIGEST, new Response(digest));
    return true;
  } catch {
    await forgetAll();
    return false;
  }
}
