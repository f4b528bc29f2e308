// The page of a routine that is kept for a time without a connection. The question comes first, each time.
import { canKeep, forgetAll, forgetRoutine, hasStop, HELD, keptDigest, stopHere, tell, TOLD, tellStop } from "./offline/store.mjs";

const root = document.querySelector("[data-offline]");
const part = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((one) => [one.dataset.part, one]));
const site = new URL(document.querySelector("meta[name=app-offline]").dataset.base, location.href);

function show(name) {
  for (const [own, one] of Object.entries(part)) one.hidden = own !== name;
  part[name].querySelector("h1, h2")?.focus();
  scrollTo(0, 0);
}

function leave(name) {
  if (!part.moves) return;
  part.moves.querySelector("[data-player]").dispatchEvent(new Event("leave"));
  part.moves.remove();
  delete part.moves;
  part.ask.remove();
  delete part.ask;
  show(name);
}

function isOver() {
  return !(Date.now() < Date.parse(root.dataset.until));
}

async function gone() {
  leave("gone");
  if (canKeep()) await forgetAll();
}

let unkept = null; // a stop that could not be written down
async function stopped(told, isPain) {
  const answers = told.toString();
  leave("stopped");
  try {
    // To a stop that is still to be told the question adds nothing.
    if (isPain || !(await hasStop())) await stopHere(answers);
  } catch {
    unkept = answers;
    await forgetRoutine().catch(() => {});
  }
  await tellNow();
}

async function tellNow() {
  try {
    const became = unkept === null ? await tellStop(site) : await tell(site, unkept);
    if (became === TOLD || became === HELD) location.assign(root.dataset.plan);
  } catch {
    // Without a connection it is told later.
  }
}

// A stop may have been told in another tab. Then the routine is no longer kept, or is about to go.
async function isStopped() {
  try {
    return canKeep() && ((await hasStop()) || (await keptDigest()) === null);
  } catch {
    return false;
  }
}

async function begin() {
  if (await isStopped()) leave("stopped");
  else if (part.moves) show("moves");
}

// Rules that were changed or withdrawn are said as soon as there is a connection.
async function look() {
  if (!part.moves) {
    if (part.stopped && !part.stopped.hidden) await tellNow();
    return;
  }
  if (await isStopped()) return leave("stopped");
  let now;
  try {
    const reply = await fetch(root.dataset.ruleSet, { cache: "no-store" });
    if (!reply.ok) return;
    now = await reply.json();
  } catch {
    return;
  }
  if (now.hash !== root.dataset.hash || now.withdrawn) await gone();
}

root.querySelector("[data-answer]").addEventListener("click", () => {
  if (isOver()) return void gone();
  const asked = [...root.querySelectorAll("[data-question]")];
  const chosen = asked.map((one) => one.querySelector("input:checked"));
  const missing = root.querySelector("[data-missing]");
  missing.hidden = chosen.every(Boolean);
  if (!missing.hidden) return undefined;
  if (chosen.every((one) => "harmless" in one.dataset)) return void begin();
  return void stopped(new URLSearchParams(chosen.map((one) => [one.name, one.value])), false);
});
// A move that hurts: whatever the rules do not call harmless is a stop.
root.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const told = new URLSearchParams(new FormData(form));
  const chosen = [...form.querySelectorAll("fieldset")].map((one) => one.querySelector("input:checked")?.value);
  if (!form.dataset.harmless.split(" ").includes(chosen.join(","))) {
    root.querySelector("[data-changed]").hidden = true;
    root.querySelector("[data-pain]").hidden = false;
    return void stopped(told, true);
  }
  form.closest("details").open = false;
  form.reset();
  const note = root.querySelector("[data-left-out]");
  const next = form.closest(".app-player__screen").querySelector("[data-next]");
  root.querySelector(next.hash).prepend(note);
  note.hidden = false;
  next.click();
});
addEventListener("online", look);
addEventListener("hashchange", look);
document.addEventListener("visibilitychange", look);
if (isOver()) gone();
else look();
