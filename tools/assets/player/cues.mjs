// What is heard, felt and kept awake. None of it may stop the clock: each may be missing, refuse, or never end.

const TONE_SECONDS = 0.5;
// A voice that has not said that it is done after so long is not waited for.
const SPEECH_MS = 5000;
const SPEECH_MS_PER_LETTER = 120;

let audio = null;
let wakeLock = null;

// Browsers let a page make a sound only after a press: so each press asks for it.
export function allowSound() {
  try {
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume().catch(() => {});
  } catch {
    audio = null;
  }
}

export function chime(pitch, seconds = TONE_SECONDS) {
  try {
    const tone = new OscillatorNode(audio, { frequency: pitch });
    const loudness = new GainNode(audio, { gain: 0.2 });
    loudness.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + seconds);
    tone.connect(loudness).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + seconds);
  } catch {
    // Silence is all that is lost.
  }
}

export function buzz() {
  try {
    navigator.vibrate?.(150);
  } catch {
    // Nothing is felt.
  }
}

// Only voices that are on the device: what is read aloud goes nowhere.
export function ownVoices(language) {
  try {
    return (globalThis.speechSynthesis?.getVoices() ?? []).filter(
      (one) => one.localService && one.lang.toLowerCase().startsWith(language.slice(0, 2).toLowerCase()),
    );
  } catch {
    return [];
  }
}

// The voice that was chosen; else the device's own choice first, then the region, then the first there is.
export function ownVoice(language, chosen = "") {
  const spoken = ownVoices(language);
  const inRegion = (one) => one.lang.replace("_", "-") === navigator.language;
  const named = chosen && spoken.find((one) => one.name === chosen);
  return named || (spoken.find((one) => one.default) ?? spoken.find(inRegion) ?? spoken[0]);
}

export function say(text, voice) {
  return new Promise((resolve) => {
    if (!voice || !text) return resolve();
    try {
      speechSynthesis.cancel();
      const speech = new SpeechSynthesisUtterance(text);
      speech.voice = voice;
      speech.lang = voice.lang;
      speech.onend = resolve;
      speech.onerror = resolve;
      setTimeout(resolve, SPEECH_MS + SPEECH_MS_PER_LETTER * text.length);
      speechSynthesis.speak(speech);
    } catch {
      resolve();
    }
  });
}

export function hush() {
  try {
    globalThis.speechSynthesis?.cancel();
  } catch {
    // It says no more anyway.
  }
}

// `isWanted` is asked once the lock is there, which may be after the clock was stopped.
export async function stayAwake(isWanted) {
  try {
    const granted = await navigator.wakeLock?.request("screen");
    if (isWanted()) wakeLock = granted;
    else granted?.release();
  } catch {
    wakeLock = null;
  }
}

export function maySleep() {
  try {
    wakeLock?.release()?.catch?.(() => {});
  } catch {
    // It sleeps or it does not.
  }
  wakeLock = null;
}
