// What JavaScript adds to the page that shows one move at a time: one screen for each move, and a clock that counts its
// rounds, with a sound or the device's own voice. It starts only when asked, and pauses when the page is out of sight.
const player = document.querySelector("[data-player]");
const screens = [...player.querySelectorAll(".app-player__screen")];
const bar = player.querySelector(".app-player__bar");
const [cue, left, button] = ["cue", "left", "go"].map((name) => bar.querySelector(`[data-${name}]`));
const [sound, goOn, voice] = ["sound", "on", "voice"].map((name) => document.getElementById(`clock-${name}`));
const language = document.documentElement.lang;
const DRAWING = ".app-figure--large[data-other]"; // that of the move itself, where it shows one side

let current = null; // the screen that is shown
let rounds = []; // what is still to be counted of its move, the round that runs first
let remaining = 0; // milliseconds of that round, as long as the clock stands
let ends = Infinity; // when that round ends, as long as the clock runs; Infinity while the move is read aloud
let isNew = true; // whether nothing of the move has been counted or read
let ticking = null;
let runs = 0; // how often the clock was started or stopped, so that what ends late does nothing to a later run
let audio = null;
let wakeLock = null;

// The second half of the rounds of a set is for the other side, where there are two and a drawing that shows one.
function roundsOf({ kind, settle, sets, rounds, sides, ready, work, rest }) {
  const total = Number(rounds);
  const first = Number(sides) === 2 && current.querySelector(DRAWING) ? total / 2 : total;
  const all = [{ name: "settle", seconds: Number(settle) }];
  for (let set = 1; set <= Number(sets); set += 1) {
    if (set > 1) all.push({ name: "rest", seconds: Number(rest) });
    for (let number = 1; number <= total; number += 1) {
      const isOther = number > first;
      const one = { number, total, isOther, turns: number === first + 1 };
      all.push({ ...one, name: "ready", seconds: Number(ready) });
      all.push({ ...one, name: kind, seconds: Number(work), turns: one.turns && !Number(ready) });
    }
  }
  return all.filter(({ seconds }) => seconds > 0);
}

function wordsOf({ name, number, total, turns }) {
  const filled = { "{number}": number, "{total}": total, "{name}": current.dataset.name };
  const words = bar.dataset[name].replace(/{\w+}/g, (place) => filled[place]);
  return turns ? `${bar.dataset.other} ${words}` : words;
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
  cue.textContent = rounds.length ? wordsOf(rounds[0]) : "";
  draw(remaining);
}

function draw(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

async function run() {
  runs += 1;
  const mine = runs;
  ends = Infinity;
  ticking = setInterval(tick, 200);
  button.textContent = bar.dataset.pause;
  stayAwake(mine);
  if (isNew) {
    isNew = false;
    await say(spokenOn(current));
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
  globalThis.speechSynthesis?.cancel();
  wakeLock?.release();
  wakeLock = null;
}

function tick() {
  if (performance.now() >= ends) {
    rounds.shift();
    if (!rounds.length) {
      finish();
      return;
    }
    ends += 1000 * rounds[0].seconds;
    announce();
  }
  if (ends !== Infinity) draw(ends - performance.now());
}

function announce() {
  if (!rounds[0].name.match(/settle|rest/)) showSide(rounds[0].isOther);
  cue.textContent = wordsOf(rounds[0]);
  chime(["ready", "rest"].includes(rounds[0].name) ? 440 : 660);
  say(cue.textContent);
}

function finish() {
  chime(880);
  stand();
  if (goOn.checked) {
    goOnByItself();
    return;
  }
  wind();
  cue.textContent = bar.dataset.done;
  draw(0);
  say(bar.dataset.done);
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
    say(spokenOn(current));
  }
}

function chime(pitch) {
  if (!sound.checked) return;
  navigator.vibrate?.(150);
  if (!globalThis.AudioContext) return;
  audio ??= new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: pitch });
  const loudness = new GainNode(audio, { gain: 0.2 });
  loudness.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.5);
  tone.connect(loudness).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.5);
}

// Only a voice that is on the device: what is read aloud goes nowhere.
function ownVoice() {
  return globalThis.speechSynthesis?.getVoices().find((one) => one.localService && one.lang.startsWith(language));
}

function say(text) {
  const found = voice.checked && ownVoice();
  if (!found) return Promise.resolve();
  speechSynthesis.cancel();
  return new Promise((resolve) => {
    const speech = new SpeechSynthesisUtterance(text);
    speech.voice = found;
    speech.lang = found.lang;
    speech.onend = resolve;
    speech.onerror = resolve;
    speechSynthesis.speak(speech);
  });
}

async function stayAwake(mine) {
  const granted = await navigator.wakeLock?.request("screen").catch(() => null);
  if (mine === runs) wakeLock = granted;
  else granted?.release();
}

function offerVoice() {
  voice.parentElement.hidden = !ownVoice();
}

function targetOf(hash) {
  return (hash && document.getElementById(hash.slice(1))) || screens[0];
}

button.addEventListener("click", () => (ticking === null ? run() : stand()));
document.addEventListener("visibilitychange", () => {
  if (document.hidden && ticking !== null) stand();
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
player.classList.add("is-scripted");
show(targetOf(location.hash).closest(".app-player__screen") ?? screens[0]);
