// Where to get help, or a routine. Every part of a routine is made before any is shown, and a part that is missing is an error. Of where
// to get help nothing may be held up: what to do now comes first, and of the rest a part that cannot be made is left out.
import { bullets, el, fold, paragraph } from "./dom.mjs";

const dialled = (number) => number.replace(/[^\d+]/g, "");

// One country: a way to call for each. No country: a line for each, since nobody guesses where somebody is.
export function numbers(contacts, kind, say) {
  const lines = (contacts ?? []).flatMap((country) =>
    country[kind].map((one) => {
      const name = contacts.length === 1 ? one.name : `${country.name}: ${one.name}`;
      const way = one.number && el("a", { class: "call", href: `${one.by_text ? "sms" : "tel"}:${dialled(one.number)}` },
        say(one.by_text ? "text" : "call", { number: one.number }));
      return el("li", {}, way, " ", el("span", {}, one.note ? `${name}. ${one.note}` : name));
    }),
  );
  return lines.length ? el("ul", { class: "numbers" }, lines) : null;
}

// Whoever was not told where support is among the advice finds its numbers here. The embedded questions ask nobody how they are.
const hasSupport = (told) => (told.advice ?? []).some(({ topic }) => topic.endsWith("support"));
const crisis = (told, say) => (hasSupport(told) ? null : fold(say("low"), numbers(told.contacts, "crisis", say)));

const part = (level, title, ...inside) =>
  inside.flat(Infinity).some(Boolean) ? el("section", {}, el(`h${level}`, {}, title), ...inside) : null;

const unique = (texts) => [...new Set(texts.filter(Boolean))];

function unsure(told, { say, count }, level) {
  const all = told.answer_again ?? [];
  return part(level, all.length ? count("unsure", all.length) : "", all.length ? paragraph(say("if_found_out")) : null,
    bullets(all.map((one) => one.text)));
}

function advice(told, spoken, level, leaveOut) {
  const topics = new Map();
  for (const one of told.advice ?? []) topics.set(one.topic, [...(topics.get(one.topic) ?? []), one.text]);
  return [...topics].filter(([topic]) => !leaveOut.includes(topic))
    .map(([topic, texts]) => part(level, spoken.topics[topic], topic.endsWith("support") && numbers(told.contacts, "crisis", spoken.say), bullets(texts)));
}

const orNothing = (make) => {
  try {
    return make();
  } catch {
    return null;
  }
};

// An outcome without a routine: what to do first, and nothing that looks like a move.
export function help(told, spoken, level, tone) {
  const { say } = spoken;
  const outcome = told.disposition;
  const all = outcome.reasons ?? [];
  const at = all.filter((one) => one.level === outcome.level);
  const reasons = [...at, ...all.filter((one) => !at.includes(one))];
  const [below, isEmergency] = [level + 1, tone === "emergency"];
  return [
    el("div", { class: `act ${tone}` },
      el(`h${level}`, { tabindex: "-1" }, outcome.heading),
      orNothing(() => isEmergency && numbers(told.contacts, "emergency", say)),
      paragraph(outcome.act),
      // Where somebody is to be seen first, they are the first of the steps.
      orNothing(() => tone !== "see" && unique(at.map((one) => one.act)).map((text) => el("p", {}, el("strong", {}, text)))),
      orNothing(() => tone === "urgent" && numbers(told.contacts, "urgent", say))),
    ...[
      () => paragraph(outcome.message),
      () => part(below, say("to_do"), bullets(outcome.steps, "ol"), tone === "see" && fold(say("telephone"), numbers(told.contacts, "urgent", say))),
      () => tone === "see" && crisis(told, say),
      () => advice(told, spoken, below, []),
      () => part(below, say("tell_them"), paragraph(outcome.tell_staff), bullets(unique(reasons.map((one) => one.text)))),
      () => part(below, say("not_to_do"), bullets(outcome.do_not)),
      () => part(below, say(isEmergency ? "while_waiting" : "until_seen"), bullets(outcome.meanwhile)),
      () => part(below, say("worse"), !isEmergency && numbers(told.contacts, "emergency", say), bullets(outcome.worse)),
      () => unsure(told, spoken, below),
    ].map(orNothing),
  ];
}

function drawings(figure, site) {
  if (!figure?.frames.length) return null;
  const box = el("div", { class: "drawings", role: "img", "aria-label": figure.alt });
  for (const frame of figure.frames) {
    // The drawings of another site may be shown only where it allows as much, so they are asked for in that way.
    box.append(el("img", { src: site + frame, alt: "", crossorigin: "anonymous", width: figure.width, height: figure.height, error: () => box.remove() }));
  }
  return box;
}

const require = (holds) => {
  if (!holds) throw new Error("a part is missing");
};

const required = (texts) => {
  require(Array.isArray(texts) && texts.length && texts.every((text) => typeof text === "string" && text));
  return texts;
};

// What may be null, but must be said: that nothing was told is no reply.
const said = (told) => {
  require(told !== undefined);
  return told;
};

function move(item, spoken, level, site) {
  const { say, dose } = spoken;
  const easier = said(item.easier_move);
  return el("li", {},
    el(`h${level}`, {}, ...required([item.name])),
    el("p", { class: "dose" }, item.every_day === false ? `${dose(item.dose).replace(/\.$/, "")} (${say("strength_days")})` : dose(item.dose)),
    paragraph(required([item.form_name, item.purpose]).join(". ")),
    drawings(said(item.figure), site),
    bullets(required(item.steps), "ol"),
    paragraph(required([say("breathing"), item.breathing]).join(" ")),
    paragraph(required([say("feel"), item.feel_it]).join(" ")),
    paragraph(required([say("not_here"), item.not_here]).join(" ")),
    item.cautions.length ? el("div", { class: "watch" }, el(`h${level + 1}`, {}, say("watch_out")), bullets(item.cautions)) : null,
    easier && fold(say("easier", { name: easier.name }), paragraph(`${required([easier.form_name])[0]}. ${dose(easier.dose)}`),
      bullets(required(easier.steps), "ol"), bullets(easier.cautions)),
    item.why.length ? fold(say("why_here"), bullets(unique(item.why.map((one) => one.text)))) : null);
}

const moves = (items, spoken, level, site) => {
  if (!items.length) throw new Error("a routine without moves");
  return el("ol", { class: "moves" }, items.map((item) => move(item, spoken, level, site)));
};

// A routine, with what must be known before its first move: when to see somebody, who has approved it, when to stop.
export function routine(told, spoken, level, site) {
  const { say, count } = spoken;
  const { disposition: outcome, routine: made, review, contacts, answer_again: again } = told;
  require([contacts, again, outcome.worse].every(Array.isArray) && contacts.length && outcome.worse.length);
  [review, told.not_approved, made.strength_days, made.other_days].forEach(said);
  const below = level + 1;
  const facts = [count("moves", made.items.length), count("minutes", Math.max(1, Math.round(made.seconds / 60))), made.how_often];
  const by = review?.by && new Intl.DateTimeFormat(spoken.code, { dateStyle: "long", timeZone: "UTC" }).format(new Date(review.by));
  const first = ["support", "kind_word", "do_now"];
  return [
    el(`h${level}`, { tabindex: "-1" }, ...required([outcome.heading])),
    advice({ ...told, advice: told.advice.filter((one) => first.includes(one.topic)) }, spoken, below, []),
    paragraph(outcome.message),
    paragraph(facts.filter(Boolean).join(" · "), "facts"),
    paragraph(told.not_approved, "note"),
    review && el("section", { class: "note" }, el(`h${below}`, {}, say("see_someone")),
      el("p", {}, by && el("strong", {}, say("by", { day: by })), by && " ", ...required([review.text])),
      bullets(review.others.map((one) => one.text)),
      fold(say("sooner"), bullets(outcome.worse))),
    el("section", { class: "stop" }, el(`h${below}`, {}, spoken.topics.stop), bullets(required(told.stop_rules))),
    unsure(told, spoken, below),
    part(below, say("your_moves"), moves(made.items, spoken, below + 1, site)),
    made.strength_days && part(below, spoken.topics.strength_days, paragraph(made.strength_days),
      made.other_days && fold(say("other_days"), moves(made.other_days.items, spoken, below + 1, site))),
    told.breaks.map((one) => part(below, one.name, paragraph(one.why.text), fold(say("your_moves"), moves(one.items, spoken, below + 1, site)))),
    part(below, spoken.topics.safety_net, numbers(told.contacts, "emergency", say), numbers(told.contacts, "urgent", say)),
    crisis(told, say),
    fold(say("advice"), advice(told, spoken, below, first)),
    el("p", { class: "small" }, `${say("rules", { version: told.rule_set.version })} ${told.rule_set.hash.slice(0, 12)}`),
  ];
}
