// <back-routine>: the questions and what comes of them on a page of another site, from two calls of the API.
// BACK_ROUTINE is what the site puts before this script: the words of each language, and what its levels are.
import { el, paragraph, bullets } from "./embed/dom.mjs";
import { help, numbers, routine } from "./embed/outcome.mjs";
import { answerTo, errors, field, keepAlone, offered } from "./embed/question.mjs";
import { STYLE } from "./embed/style.mjs";
import { wordsOf } from "./embed/words.mjs";

const SCRIPT = /\/embed\.js(\?.*)?$/;
const HOME = SCRIPT.test(document.currentScript?.src ?? "") ? document.currentScript.src.replace(SCRIPT, "") : "";
const PATIENCE = 20_000;
const look = new CSSStyleSheet();
look.replaceSync(STYLE);

// What a reply must be before anything of it is shown. Whatever else came, there is no routine.
function require(holds) {
  if (!holds) throw new Error("not a reply that can be shown");
}

function asked({ status, told }) {
  require(told.rule_set?.hash);
  if (told.done === true) {
    require(status === 200 && told.stop !== undefined && told.answers);
    // What stops somebody is never a routine, whatever else such a reply holds.
    if (told.stop) require(!BACK_ROUTINE.with_routine.includes(outcome(told.stop)) && !told.stop.routine);
  } else {
    require([200, 422].includes(status) && told.done === false && told.page && told.questions.length);
  }
  return told;
}

function outcome(told) {
  const { level, heading } = told.disposition;
  require(Object.hasOwn(BACK_ROUTINE.levels, level) && typeof heading === "string" && heading);
  return level;
}

function recommended({ status, told }, hash) {
  require(status === 200 && told.routine !== undefined);
  const level = outcome(told);
  // Other rules may just have come: where to get help is told whichever rules said so, a routine is not.
  require(told.routine === null || (BACK_ROUTINE.with_routine.includes(level) && told.rule_set.hash === hash));
  return told;
}

class BackRoutine extends HTMLElement {
  #root = this.attachShadow({ mode: "open" });
  #panel = el("div");
  #status = el("p", { role: "status" });
  #turn = 0;
  #leave = new AbortController();
  #answers = {};
  #version = null;
  #given = new Map(); // what was ticked, for a page that is shown again, and of what list
  #past = []; // the pages before this one, each with the answers up to it
  #spoken;
  #level;
  #isWaiting = false;

  connectedCallback() {
    this.#root.adoptedStyleSheets = [look];
    this.#root.replaceChildren(this.#panel, this.#status);
    this.#begin(false);
  }

  // Nothing of a person outlives the element on the page, and no reply to it is taken any more.
  disconnectedCallback() {
    this.#forget();
    this.#panel.replaceChildren();
  }

  #forget() {
    this.#turn += 1;
    this.#leave.abort();
    [this.#answers, this.#version, this.#past] = [{}, null, []];
    this.#given.clear();
    this.#wait(false);
  }

  #speak() {
    const wanted = (this.getAttribute("language") || this.closest("[lang]")?.lang || "").toLowerCase();
    const codes = Object.keys(BACK_ROUTINE.languages);
    const like = (tag) => codes.find((code) => code.toLowerCase() === tag);
    const code = like(wanted) ?? like(wanted.split("-")[0]) ?? codes[0];
    const spoken = BACK_ROUTINE.languages[code];
    this.#spoken = { ...spoken, ...wordsOf(spoken), code };
    this.#panel.lang = this.#status.lang = code;
    this.#panel.dir = this.#status.dir = spoken.dir;
    this.#level = Math.min(3, Math.max(1, Number(this.getAttribute("heading-level")) || 2));
  }

  get #site() {
    return (this.getAttribute("site") || HOME).replace(/\/+$/, "");
  }

  // Show something in the place of all else. Whoever listens, and whoever uses the keyboard, is brought to its beginning.
  #show(parts, isMoved = true) {
    this.#panel.replaceChildren(...parts.flat(Infinity).filter(Boolean));
    const heading = this.#panel.querySelector("[data-focus]") ?? this.#panel.querySelector("[tabindex]");
    if (isMoved) heading?.focus();
    if (isMoved) this.scrollIntoView?.({ block: "start" });
  }

  #heading(words, more = {}) {
    return el(`h${this.#level}`, { tabindex: "-1", "data-top": true, ...more }, words);
  }

  #button(words, press, look) {
    return el("button", { type: "button", class: look, click: press }, words);
  }

  #begin(isMoved = true) {
    this.#forget();
    this.#speak();
    const { say, checked } = this.#spoken;
    this.#show(
      [
        this.#heading(say("title")),
        paragraph(say("lead")),
        bullets([say("private"), say("adults"), say("first")]),
        !checked && paragraph(say("unchecked"), "note"),
        paragraph(say("very_ill"), "line"),
        this.#button(say("start"), () => this.#go()),
      ],
      isMoved,
    );
  }

  #wait(isWaiting) {
    this.#isWaiting = isWaiting;
    this.#status.textContent = isWaiting ? this.#spoken.say("wait") : "";
    for (const button of this.#panel.querySelectorAll("button")) button.setAttribute("aria-disabled", isWaiting);
  }

  async #call(name, more) {
    const { signal } = this.#leave;
    const sent = { ...more, language: this.#spoken.code, region: this.getAttribute("region") || null };
    const reply = await fetch(`${this.#site}/api/v1/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(sent),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal,
    });
    return { status: reply.status, told: await reply.json() };
  }

  // Ask what comes next. A reply that comes too late, after another one, or broken, is none.
  async #go() {
    if (this.#isWaiting) return;
    const turn = ++this.#turn;
    const isLate = () => turn !== this.#turn;
    this.#leave = new AbortController();
    const timer = setTimeout(() => this.#leave.abort(), PATIENCE);
    this.#wait(true);
    let parts;
    try {
      parts = await this.#parts(isLate);
    } catch {
      parts = this.#failure();
    } finally {
      clearTimeout(timer);
    }
    if (isLate()) return;
    this.#wait(false);
    this.#show(parts);
  }

  async #parts(isLate) {
    const version = this.#version === null ? {} : { questions_version: this.#version };
    const told = asked(await this.#call("next", { answers: this.#answers, ...version }));
    if (isLate()) return [];
    this.#version = told.questions_version;
    if (!told.done) return this.#page(told);
    if (told.stop) return this.#help(told.stop);
    const end = recommended(await this.#call("recommendations", { answers: told.answers }), told.rule_set.hash);
    return end.routine ? [routine(end, this.#spoken, this.#level, this.#site), this.#anew()] : this.#help(end);
  }

  // The way back stands behind all that is to be done, and says who should not take it.
  #help(end) {
    const { say } = this.#spoken;
    const mistake = el("section", {}, el(`h${this.#level + 1}`, {}, say("mistake")), paragraph(say("not_sure")), this.#anew());
    return [help(end, this.#spoken, this.#level, BACK_ROUTINE.levels[end.disposition.level]), mistake];
  }

  #anew() {
    return this.#button(this.#spoken.say("anew"), () => this.#begin(), "plain");
  }

  #page(told) {
    const { say, count } = this.#spoken;
    const { page, questions, progress } = told;
    const at = this.#past.findIndex((one) => one.slug === page.slug);
    if (at >= 0) this.#past.length = at;
    const wrong = errors(questions, say, this.#level + 1);
    wrong?.addEventListener("click", (event) => this.#leadTo(event));
    wrong?.setAttribute("data-focus", "");
    const answered = (question) => {
      const before = this.#given.get(question.id);
      return question.answer ?? (before?.offered === offered(question) ? before.answer : null);
    };
    return [
      progress && paragraph(`${say("page", progress)} · ${count("about_minutes", progress.minutes_left)}`, "small"),
      this.#heading(page.title),
      wrong,
      paragraph(page.intro),
      paragraph(page.safety_line, "line"),
      el(
        "form",
        { novalidate: true, autocomplete: "off", change: keepAlone, submit: (event) => this.#send(event, told) },
        questions.map((question) => field(question, answered(question), say)),
        el(
          "div",
          { class: "buttons" },
          el("button", {}, say("continue")),
          this.#past.length > 0 && this.#button(say("back"), () => this.#back(), "plain"),
        ),
      ),
    ];
  }

  // The address of the page stays as it is: it is the page of another site.
  #leadTo(event) {
    const id = event.target.closest("[data-to]")?.dataset.to;
    if (!id) return;
    event.preventDefault();
    this.#root.getElementById(id)?.focus();
  }

  #send(event, { page, questions }) {
    event.preventDefault();
    if (this.#isWaiting) return;
    const sent = new FormData(event.target);
    this.#past.push({ slug: page.slug, answers: this.#answers });
    this.#answers = { ...this.#answers };
    for (const question of questions) {
      const answer = (this.#answers[question.id] = answerTo(question, sent));
      this.#given.set(question.id, { answer, offered: offered(question) });
    }
    this.#go();
  }

  #back() {
    if (this.#isWaiting) return;
    this.#answers = this.#past.pop().answers;
    this.#go();
  }

  #failure() {
    const { say, unavailable, emergency } = this.#spoken;
    const here = emergency[this.getAttribute("region")];
    return [
      this.#heading(unavailable.title),
      paragraph(unavailable.message),
      el("p", { class: "line", role: "alert" }, unavailable.act),
      numbers(here ? [here] : Object.values(emergency), "emergency", say),
      el("div", { class: "buttons" }, this.#button(say("again"), () => this.#go()), this.#anew()),
    ];
  }
}

if (!customElements.get("back-routine")) customElements.define("back-routine", BackRoutine);
