// Only where a plan is kept: keep its routine for a time without a connection. What tends it on every page asks for this.
import { DIGEST, forgetAll, HARMLESS, hasStop, ROUTINE, ROUTINE_PAGE, STOPPED, STOPPED_PAGE } from "./offline/store.mjs";

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
    const store = await caches.open(ROUTINE);
    const harmless = page.querySelector("form[data-harmless]")?.dataset.harmless;
    await store.put(HARMLESS, new Response(harmless ?? ""));
    await store.put(DIGEST, new Response(page.querySelector("[data-offline]").dataset.digest));
    if (await hasStop()) throw new Error("a stop was told meanwhile");
    return true;
  } catch {
    await forgetAll();
    return false;
  }
}
