// What JavaScript adds to the page that shows one move at a time: one screen for each move, and a clock that counts its
// rounds, with a sound or the device's own voice. It starts only when asked, and pauses when the page is out of sight.
import { allowSound, buzz, chime, hush, maySleep, ownVoice, ownVoices, say, stayAwake } from "./player/cues.mjs";
import { listen } from "./player/gestures.mjs";
import { forgetPlace, keepChoices, keepPlace, keptChoice, keptPlace } from "./player/kept.mjs";
import { WORK, breathesIn, roundsOf, wordsOf } from "./player/rounds.mjs";

const player = document.querySelector("[data-player]");
const screens = [...player.querySelectorAll(".app-player__screen")];
const bar = player.querySelector(".app-player__bar");
const [cue, breath, left, button, skip, hurts] = ["cue", "breath", "left", "go", "skip", "hurts-now"].map((name) =>
  bar.querySelector(`[data-${name}]`),
);
const [sound, goOn, breathing, voice, voices] = ["sound", "on", "breath", "voice", "voices"].map((name) =>
  document.getElementById(`clock-${name}`),
);
const sides = [...player.querySelectorAll("[name=clock-side]")];
const language = document.documentElement.lang;
const DRAWING = ".app-figure--large[data-other]"; // that of the move itself, where it shows one side

const TICK_MS = 200;
// A round that ended longer ago than this ended while the device slept: nobody was there to do it.
const ASLEEP_MS = 5000;
// A hold of at least so many seconds is told its half.
const HALF_FROM_SECONDS = 20;
const LAST_SECONDS = 3;
const PITCH = { begin: 660, ready: 440, half: 550, last: 520, done: 880, in: 330, out: 262 };
// The clock never takes more of the window than this: then it stands in the page instead of over it.
const MOST_OF_WINDOW = 0.4;

let current = null; // the screen that is shown
let rounds = []; // what is still to be counted of its move, the round that runs first
let total = 0; // how many rounds the move has
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
  hurts.hidden = !current.querySelector("[data-hurts]");
  wind();
  fitBar();
}

function hasClock() {
  return "kind" in current.dataset;
}

function wind() {
  rounds = hasClock() ? roundsOf(current.dataset, sides.find((one) => one.checked)?.value) : [];
  total = rounds.length;
  remaining = 1000 * (rounds[0]?.seconds ?? 0);
  isNew = true;
  showSide(Boolean(rounds.find(({ side }) => side)?.isOther));
  button.textContent = bar.dataset.start;
  cue.textContent = rounds.length ? words() : "";
  breath.textContent = "";
  draw(remaining);
}

// Where the clock stood before the page was loaded anew: going on is one tap.
function takeUp() {
  const place = hasClock() && keptPlace(current.id, total);
  if (!place) return;
  rounds = rounds.slice(total - place.left);
  remaining = Math.min(place.milliseconds, 1000 * rounds[0].seconds);
  isNew = false;
  showSide(Boolean(rounds[0].isOther));
  cue.textContent = words();
  button.textContent = bar.dataset.resume;
  draw(remaining);
}

function draw(milliseconds) {
  second = Math.max(0, Math.ceil(milliseconds / 1000));
  left.textContent = `${Math.floor(second / 60)}:${String(second % 60).padStart(2, "0")}`;
}

// `begins` is when the first round does, where nothing is read aloud before it.
async function run(begins = performance.now()) {
  runs += 1;
  const mine = runs;
  ends = Infinity;
  ticking = setInterval(tick, TICK_MS);
  button.textContent = bar.dataset.pause;
  allowSound();
  stayAwake(() => mine === runs);
  const speaks = isNew && Boolean(chosenVoice());
  isNew = false;
  if (speaks) await speak(spokenOn(current));
  if (mine !== runs) return;
  ends = (speaks ? performance.now() : begins) + remaining;
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
  breath.textContent = "";
  hush();
  maySleep();
  if (current && rounds.length && !isNew) keepPlace(current.id, rounds.length, total, remaining);
}

function tick() {
  const now = performance.now();
  if (now - ends > ASLEEP_MS) {
    stand();
    remaining = 1000 * rounds[0].seconds;
    draw(remaining);
    return;
  }
  while (now >= ends) next(ends);
  if (ends !== Infinity) {
    const before = second;
    draw(ends - now);
    breathe(now);
    if (second !== before) count();
  }
}

// Go on to the round after this one, which begins at a time of the clock.
function next(begins) {
  rounds.shift();
  if (!rounds.length) {
    finish(begins);
    return;
  }
  ends = begins + 1000 * rounds[0].seconds;
  announce();
}

function announce() {
  const { name, side, isOther, seconds } = rounds[0];
  const isWork = WORK.has(name);
  if (side) showSide(isOther);
  cue.textContent = words();
  breath.textContent = "";
  skip.hidden = isWork;
  signal(isWork ? PITCH.begin : PITCH.ready);
  speak(cue.textContent);
  keepPlace(current.id, rounds.length, total, 1000 * seconds);
}

function count() {
  const { name, seconds } = rounds[0];
  if (second % LAST_SECONDS === 0) keepPlace(current.id, rounds.length, total, ends - performance.now());
  if (!sound.checked) return;
  if (second > 0 && second <= LAST_SECONDS && second < seconds) chime(PITCH.last, 0.1);
  const isLong = WORK.has(name) && name !== "reps" && seconds >= HALF_FROM_SECONDS;
  if (isLong && second === Math.floor(seconds / 2)) chime(PITCH.half);
}

function breathe(now) {
  const { name, seconds } = rounds[0];
  if (!breathing.checked || !WORK.has(name)) return;
  const inward = breathesIn(current.dataset, seconds - (ends - now) / 1000);
  if (inward === null) return;
  const said = inward ? bar.dataset.in : bar.dataset.out;
  if (breath.textContent === said) return;
  breath.textContent = said;
  if (sound.checked) chime(inward ? PITCH.in : PITCH.out, 0.2);
}

function finish(at) {
  signal(PITCH.done);
  stand();
  forgetPlace();
  if (goOn.checked) {
    goOnByItself(at);
    return;
  }
  wind();
  cue.textContent = bar.dataset.done;
  draw(0);
  speak(bar.dataset.done);
}

function goOnByItself(at) {
  const { hash } = current.querySelector("[data-next]");
  show(document.querySelector(hash));
  location.hash = hash;
  current.scrollIntoView();
  if (hasClock()) {
    run(at);
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

function chosenVoice() {
  return voice.checked && ownVoice(language, voices.value);
}

function speak(text) {
  return say(text, chosenVoice());
}

function toggle() {
  if (!hasClock()) return false;
  if (ticking === null) run();
  else stand();
  return true;
}

// It hurts: whatever runs stops, and two questions are asked.
function askAboutPain() {
  stand();
  const asked = current.querySelector("[data-hurts]");
  asked.open = true;
  asked.scrollIntoView();
  asked.querySelector("[type=radio]").focus({ preventScroll: true });
}

function targetOf(hash) {
  return (hash && document.getElementById(hash.slice(1))) || screens[0];
}

function offerVoice() {
  const spoken = ownVoices(language);
  voice.closest(".govuk-checkboxes__item").hidden = !spoken.length;
  voices.parentElement.hidden = spoken.length < 2;
  const chosen = keptChoice(voices.id) ?? ownVoice(language)?.name;
  voices.replaceChildren(...spoken.map((one) => new Option(one.name, one.name, false, one.name === chosen)));
}

function turnPage(isOnward) {
  current.querySelector(isOnward ? "[data-next]" : "[data-back]")?.click();
}

// Whatever is scrolled into sight comes to stand above the clock, and not under it.
function fitBar() {
  const height = bar.getBoundingClientRect().height;
  bar.classList.toggle("is-tall", height > MOST_OF_WINDOW * innerHeight);
  const isOver = hasClock() && getComputedStyle(bar).position === "sticky";
  document.documentElement.style.scrollPaddingBottom = isOver ? `${height + 8}px` : "";
}

button.addEventListener("click", toggle);
hurts.addEventListener("click", askAboutPain);
skip.addEventListener("click", () => {
  if (ends !== Infinity) next(performance.now());
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden && ticking !== null) stand();
});
addEventListener("pagehide", () => {
  if (ticking !== null) stand();
});
player.addEventListener("leave", stand); // the moves are about to be taken away
for (const asked of player.querySelectorAll("[data-hurts]")) {
  asked.addEventListener("toggle", () => {
    if (asked.open && ticking !== null) stand();
    fitBar();
  });
}
listen(turnPage, toggle);
addEventListener("hashchange", () => {
  const target = targetOf(location.hash);
  if (target === current) return; // the clock went on by itself, and the focus stays where it is
  show(target.closest(".app-player__screen") ?? screens[0]);
  target.scrollIntoView();
  target.querySelector("[tabindex]")?.focus({ preventScroll: true });
});
for (const one of sides) one.addEventListener("change", wind);
globalThis.speechSynthesis?.addEventListener?.("voiceschanged", offerVoice);
globalThis.ResizeObserver && new ResizeObserver(fitBar).observe(bar);
offerVoice();
keepChoices([sound, goOn, breathing, voice, voices, ...sides]);
player.classList.add("is-scripted");
show(targetOf(location.hash).closest(".app-player__screen") ?? screens[0]);
takeUp();
