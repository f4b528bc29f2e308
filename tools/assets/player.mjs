// What JavaScript adds to the page that shows one move at a time: one screen for each move, and a clock that counts its
// rounds, with a sound or the device's own voice. It starts only when asked, and pauses when the page is out of sight.
import { allowSound, buzz, chime, hush, maySleep, ownVoice, say, stayAwake } from "./player/cues.mjs";
import { WORK, roundsOf, wordsOf } from "./player/rounds.mjs";

const player = document.querySelector("[data-player]");
const screens = [...player.querySelectorAll(".app-player__screen")];
const bar = player.querySelector(".app-player__bar");
const [cue, left, button, skip] = ["cue", "left", "go", "skip"].map((name) => bar.querySelector(`[data-${name}]`));
const choices = ["sound", "on", "voice"].map((name) => document.getElementById(`clock-${name}`));
const [sound, goOn, voice] = choices;
const language = document.documentElement.lang;
const DRAWING = ".app-figure--large[data-other]"; // that of the move itself, where it shows one side

const TICK_MS = 200;
// A round that ended longer ago than this ended while the device slept: nobody was there to do it.
const ASLEEP_MS = 5000;
// A hold of at least so many seconds is told its half.
const HALF_FROM_SECONDS = 20;
const LAST_SECONDS = 3;
const SWIPE_PIXELS = 60;
const PITCH = { begin: 660, ready: 440, half: 550, last: 520, done: 880 };

let current = null; // the screen that is shown
let rounds = []; // what is still to be counted of its move, the round that runs first
let remaining = 0; // milliseconds of that round, as long as the clock stands
let ends = Infinity; // when that round ends, as long as the clock runs; Infinity while the move is read aloud
let second = 0; // the second that was drawn last
let isNew = true; // whether nothing of the move has been counted or read
let ticking = null;
let runs = 0; // how often the clock was started or stopped, so that what ends late does nothing to a later run

function words() {
  return wordsOf(rounds[0], current.dataset.name, bar.dataset);
}

function showSide(isOther) {
  for (const figure of current.querySelectorAll(DRAWING)) {
    figure.dispatchEvent(new CustomEvent("side", { detail: isOther }));
  }
}

function spokenOn(screen) {
  const parts = [...screen.querySelectorAll("h2, [data-read]")];
  const lines = parts.flatMap((one) => (one.matches("ol, ul") ? [...one.children] : [one]));
  return lines.map((one) => one.textContent.trim()).join(" ");
}

function show(screen) {
  if (screen === current) return;
  stand();
  current = screen;
  for (const one of screens) one.classList.toggle("is-current", one === screen);
  bar.classList.toggle("is-ready", hasClock());
  wind();
}

function hasClock() {
  return "kind" in current.dataset;
}

function wind() {
  rounds = hasClock() ? roundsOf(current.dataset) : [];
  remaining = 1000 * (rounds[0]?.seconds ?? 0);
  isNew = true;
  showSide(false);
  button.textContent = bar.dataset.start;
  cue.textContent = rounds.length ? words() : "";
  draw(remaining);
}

function draw(milliseconds) {
  second = Math.max(0, Math.ceil(milliseconds / 1000));
  left.textContent = `${Math.floor(second / 60)}:${String(second % 60).padStart(2, "0")}`;
}

async function run() {
  runs += 1;
  const mine = runs;
  ends = Infinity;
  ticking = setInterval(tick, TICK_MS);
  button.textContent = bar.dataset.pause;
  allowSound();
  stayAwake(() => mine === runs);
  if (isNew) {
    isNew = false;
    await speak(spokenOn(current));
  }
  if (mine !== runs) return;
  ends = performance.now() + remaining;
  announce();
}

function stand() {
  runs += 1;
  clearInterval(ticking);
  ticking = null;
  if (ends !== Infinity) remaining = Math.max(0, ends - performance.now());
  ends = Infinity;
  button.textContent = bar.dataset.resume;
  skip.hidden = true;
  hush();
  maySleep();
}

function tick() {
  const now = performance.now();
  if (now - ends > ASLEEP_MS) {
    stand();
    remaining = 1000 * rounds[0].seconds;
    draw(remaining);
    return;
  }
  if (now >= ends) next(ends);
  if (ends !== Infinity) {
    const before = second;
    draw(ends - now);
    if (second !== before) count();
  }
}

// Go on to the round after this one, which begins at a time of the clock.
function next(begins) {
  rounds.shift();
  if (!rounds.length) {
    finish();
    return;
  }
  ends = begins + 1000 * rounds[0].seconds;
  announce();
}

function announce() {
  const { name, isOther } = rounds[0];
  const isWork = WORK.has(name);
  if (isWork || name === "ready") showSide(isOther);
  cue.textContent = words();
  skip.hidden = isWork;
  signal(isWork ? PITCH.begin : PITCH.ready);
  speak(cue.textContent);
}

function count() {
  const { name, seconds } = rounds[0];
  if (!sound.checked) return;
  if (second > 0 && second <= LAST_SECONDS && second < seconds) chime(PITCH.last, 0.1);
  const isLong = WORK.has(name) && name !== "reps" && seconds >= HALF_FROM_SECONDS;
  if (isLong && second === Math.floor(seconds / 2)) chime(PITCH.half);
}

function finish() {
  signal(PITCH.done);
  stand();
  if (goOn.checked) {
    goOnByItself();
    return;
  }
  wind();
  cue.textContent = bar.dataset.done;
  draw(0);
  speak(bar.dataset.done);
}

function goOnByItself() {
  const { hash } = current.querySelector("[data-next]");
  show(document.querySelector(hash));
  location.hash = hash;
  current.scrollIntoView();
  if (hasClock()) {
    run();
  } else {
    current.querySelector("h2").focus();
    speak(spokenOn(current));
  }
}

function signal(pitch) {
  if (!sound.checked) return;
  buzz();
  chime(pitch);
}

function speak(text) {
  return say(text, voice.checked && ownVoice(language));
}

function toggle() {
  if (ticking === null) run();
  else stand();
}

function targetOf(hash) {
  return (hash && document.getElementById(hash.slice(1))) || screens[0];
}

// How the clock helps stays as chosen over a reload, in this tab alone.
function keepChoices() {
  try {
    for (const one of choices) {
      const kept = sessionStorage.getItem(one.id);
      if (kept !== null) one.checked = kept === "true";
      one.addEventListener("change", () => sessionStorage.setItem(one.id, one.checked));
    }
  } catch {
    // A browser that keeps nothing starts afresh.
  }
}

function offerVoice() {
  voice.parentElement.hidden = !ownVoice(language);
}

function turnPage(isOnward) {
  current.querySelector(isOnward ? "[data-next]" : "[data-back]")?.click();
}

button.addEventListener("click", toggle);
skip.addEventListener("click", () => {
  if (ends !== Infinity) next(performance.now());
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden && ticking !== null) stand();
});
addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("a, button, input, summary")) return;
  const isRightward = document.documentElement.dir !== "rtl";
  if (event.key === "ArrowRight" || event.key === "ArrowLeft") turnPage((event.key === "ArrowRight") === isRightward);
  if (event.key !== " " || !hasClock()) return;
  event.preventDefault();
  toggle();
});
let touched = null;
addEventListener("touchstart", ({ touches }) => (touched = touches.length === 1 ? touches[0] : null), { passive: true });
addEventListener("touchend", ({ changedTouches: [end] }) => {
  if (!touched || getSelection()?.toString()) return;
  const [across, down] = [end.clientX - touched.clientX, end.clientY - touched.clientY];
  touched = null;
  if (Math.abs(across) < SWIPE_PIXELS || Math.abs(down) * 2 > Math.abs(across)) return;
  turnPage(across < 0 === (document.documentElement.dir !== "rtl"));
});
addEventListener("hashchange", () => {
  const target = targetOf(location.hash);
  if (target === current) return; // the clock went on by itself, and the focus stays where it is
  show(target.closest(".app-player__screen") ?? screens[0]);
  target.scrollIntoView();
  target.querySelector("[tabindex]")?.focus({ preventScroll: true });
});
globalThis.speechSynthesis?.addEventListener?.("voiceschanged", offerVoice);
offerVoice();
keepChoices();
player.classList.add("is-scripted");
show(targetOf(location.hash).closest(".app-player__screen") ?? screens[0]);
