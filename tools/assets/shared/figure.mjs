// What a drawing can do. "Show the movement": its steps, there and back, until it is paused; whoever asks their device for
// less motion is not offered it. "Show the other side": mirrored. Without script the drawings stand alone.

const STEP_MS = 150;
const REST_MS = 900;
const MIRRORED = "app-figure--mirrored";

export function bringToLife() {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const figure of document.querySelectorAll("[data-motion], [data-other]")) {
    const buttons = figure.appendChild(document.createElement("div"));
    buttons.className = "app-figure__buttons app-no-print";
    if ("other" in figure.dataset) offerOtherSide(figure, buttons);
    if ("motion" in figure.dataset && !isStill) offerMotion(figure, buttons);
  }
}

// The clock of the player turns a drawing too: it sends "side", with whether it is the other one.
function offerOtherSide(figure, buttons) {
  const words = figure.dataset;
  const drawn = figure.classList.contains(MIRRORED);
  const turn = button(buttons, words.other);
  let isOther = false;
  const show = (other) => {
    isOther = other;
    figure.classList.toggle(MIRRORED, other !== drawn);
    turn.textContent = other ? words.first : words.other;
  };
  turn.addEventListener("click", () => show(!isOther));
  figure.addEventListener("side", ({ detail }) => show(detail));
}

function offerMotion(figure, buttons) {
  const words = figure.dataset;
  const show = button(buttons, words.show);
  const pause = button(buttons, words.pause);
  pause.hidden = true;
  let film = null;
  show.addEventListener("click", async () => {
    show.disabled = true;
    film ??= await loaded(figure, buttons).catch(() => null);
    show.disabled = false;
    if (!film) return show.remove();
    const shown = film.toggle();
    for (const frame of figure.querySelectorAll(".app-figure__frame")) frame.hidden = shown;
    show.textContent = shown ? words.hide : words.show;
    pause.hidden = !shown;
    pause.textContent = words.pause;
  });
  pause.addEventListener("click", () => {
    pause.textContent = film.pause() ? words.resume : words.pause;
  });
}

function button(place, text) {
  const made = place.appendChild(document.createElement("button"));
  made.type = "button";
  made.className = "app-plain-button";
  made.textContent = text;
  return made;
}

async function loaded(figure, before) {
  const answer = await fetch(figure.dataset.motion);
  if (!answer.ok) throw new Error(answer.statusText);
  const svg = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  const place = document.createElement("div");
  place.className = "app-figure__motion";
  place.hidden = true;
  place.append(document.importNode(svg, true));
  figure.insertBefore(place, before);
  return new Film(place, [...place.querySelectorAll("g[id]")]);
}

class Film {
  constructor(place, steps) {
    Object.assign(this, { place, steps, at: 0, way: 1, timer: 0 });
    // The page may hold several: their ids would meet.
    for (const step of steps) step.removeAttribute("id");
  }

  toggle() {
    this.place.hidden = !this.place.hidden;
    if (this.place.hidden) this.stop();
    else this.wait();
    return !this.place.hidden;
  }

  pause() {
    if (this.timer) this.stop();
    else this.wait();
    return !this.timer;
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  wait() {
    const rests = this.at === 0 || this.at === this.steps.length - 1;
    this.timer = setTimeout(() => this.step(), rests ? REST_MS : STEP_MS);
  }

  step() {
    if (this.at + this.way < 0 || this.at + this.way >= this.steps.length) this.way = -this.way;
    this.steps[this.at].setAttribute("visibility", "hidden");
    this.at += this.way;
    this.steps[this.at].removeAttribute("visibility");
    this.wait();
  }
}
