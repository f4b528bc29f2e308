// On every page: keep the routine of a plan where one is kept, and keep nothing any more where there is none, or a stop.
import { canKeep, forgetAll, keptDigest, TOLD, tellStop } from "./store.mjs";

export async function tendStore() {
  const told = document.querySelector("meta[name=app-offline]");
  if (!told || !canKeep() || !navigator.serviceWorker || document.querySelector("[data-offline]")) return;
  const { base, worker, plan, keep: keeper } = told.dataset;
  const site = new URL(base, location.href);
  const became = await tellStop(site);
  if (became === TOLD) location.assign(plan);
  if (became) return;
  const kept = await keptDigest();
  if (kept !== null && kept !== told.content) {
    await forgetAll();
    const note = told.content && document.querySelector("[data-renewed]");
    if (note) note.hidden = false;
  }
  if (!told.content) {
    await forgetAll();
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
    return;
  }
  if (keeper === undefined) return;
  if (kept !== told.content) {
    const { keep } = await import(keeper); // few people keep a plan, and every page is light for the others
    if (!(await keep(site))) return;
  }
  await navigator.serviceWorker.register(worker, { scope: base });
  document.querySelector("[data-kept]")?.removeAttribute("hidden");
}
