// One question as form fields. What is wrong with it, its hint and its reason belong to the group for whoever listens.
import { bullets, el, fold, paragraph } from "./dom.mjs";

export const fieldId = (question) => `q-${question.id}`;

// The name of a list of options: where it has become longer, what was ticked before is no answer to it.
export const offered = (question) => question.options.map((option) => option.id).join(" ");

const chosenIn = (question, answer) => [answer ?? []].flat().map(String);

function choice(question, option, number, chosen, rest = {}) {
  const id = number ? `${fieldId(question)}-${number}` : fieldId(question);
  const more = [option.hint, option.detail].filter(Boolean).join(" ");
  const input = el("input", {
    id,
    type: question.several ? "checkbox" : "radio",
    name: question.id,
    value: option.id,
    checked: chosen.includes(String(option.id)),
    "data-alone": option.exclusive,
    "aria-describedby": more && `${id}-more`,
    ...rest,
  });
  return el("div", { class: "choice" }, input, el("label", { for: id }, option.text), more && el("small", { id: `${id}-more` }, more));
}

// A scale is a row of numbers, each with its own button: nothing has to be dragged or typed.
function scale(question, answer) {
  const ends = question.low_label && `${question.minimum}: ${question.low_label}. ${question.maximum}: ${question.high_label}.`;
  const numbers = Array.from({ length: question.maximum - question.minimum + 1 }, (_, at) => String(question.minimum + at));
  const score = question.kind === "task" ? answer?.score : answer;
  const options = numbers.map((number) => ({ id: number, text: number }));
  const first = question.kind === "task" ? 1 : 0; // the words of a task come first, and have the first name
  return [
    paragraph(ends, "hint"),
    el("div", { class: "scale" }, options.map((option, at) => choice(question, option, at + first, chosenIn(question, score)))),
  ];
}

function task(question, answer, say, wrong) {
  const id = fieldId(question);
  return [
    el("label", { for: id }, say("task")),
    el("input", {
      id,
      type: "text",
      name: `${question.id}-task`,
      value: answer?.task,
      maxlength: question.characters_at_most,
      autocomplete: "off",
      "aria-invalid": wrong && "true",
      "aria-describedby": wrong,
    }),
  ];
}

function choices(question, answer) {
  const chosen = chosenIn(question, answer);
  const made = new Map(question.options.map((option, at) => [option.id, choice(question, option, at, chosen)]));
  const groups = question.groups.map((group, at) => {
    const heading = `${fieldId(question)}-group-${at}`;
    const inside = group.options.map((id) => made.get(id));
    group.options.forEach((id) => made.delete(id));
    return el("div", { role: "group", "aria-labelledby": heading }, el("p", { id: heading, class: "group" }, group.heading), inside);
  });
  return [groups, [...made.values()]];
}

export function field(question, answer, say) {
  const id = fieldId(question);
  const hint = [question.hint, question.changes !== question.hint && question.changes, question.named].filter(Boolean).join(" ");
  const described = [hint && `${id}-hint`, question.error && `${id}-error`].filter(Boolean).join(" ");
  const isTask = question.kind === "task";
  const isScale = question.minimum !== null;
  return el(
    "fieldset",
    { "aria-describedby": described || null, class: question.error ? "wrong" : null },
    el("legend", {}, question.required ? question.text : `${question.text} ${say("optional")}`),
    hint && el("p", { id: `${id}-hint`, class: "hint" }, hint),
    question.error && el("p", { id: `${id}-error`, class: "error" }, `${say("error")}: ${question.error}`),
    isTask && task(question, answer, say, question.error && `${id}-error`),
    isScale ? scale(question, answer) : choices(question, answer),
    fold(say("why"), paragraph(question.why)),
  );
}

// One option that stands alone clears the others, and each of them clears it.
export function keepAlone({ target }) {
  if (target.type !== "checkbox" || !target.checked) return;
  const isAlone = "alone" in target.dataset;
  for (const other of target.form.elements) {
    if (other !== target && other.name === target.name && (isAlone || "alone" in other.dataset)) other.checked = false;
  }
}

// What was answered, null where nothing was: the question has been seen, and the site says whether it may be skipped.
export function answerTo(question, sent) {
  const given = sent.getAll(question.id);
  if (question.several) return given.length ? given : null;
  const number = given.length ? Number(given[0]) : null;
  if (question.kind === "task") {
    const named = sent.get(`${question.id}-task`).trim();
    return named || number !== null ? { task: named, score: number } : null;
  }
  return question.minimum === null ? (given[0] ?? null) : number;
}

export const errors = (questions, say, level) => {
  const wrong = questions.filter((question) => question.error);
  if (!wrong.length) return null;
  return el(
    "div",
    { class: "errors", role: "alert", tabindex: "-1" },
    el(`h${level}`, {}, say("put_right")),
    bullets(wrong.map((question) => el("a", { href: `#${fieldId(question)}`, "data-to": fieldId(question) }, question.error))),
  );
};
