// The words of one language. What is written for a count has as many forms as the language has.
export function wordsOf(spoken) {
  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
  const say = (name, values = {}) => fill(spoken.words[name], values);
  const count = (name, number) => {
    const rest = number < spoken.plural.length ? number : 100 + (number % 100);
    return fill(spoken.words[name][spoken.plural[rest]], { num: number });
  };
  return { say, count, time: (seconds) => time(count, seconds), dose: (amount) => dose({ say, count }, amount) };
}

// Doses are told as the pages of the site tell them. A dose that is not whole is an error: nothing of it is shown.
function whole(number) {
  if (!Number.isInteger(number) || number < 1) throw new Error("not a dose");
  return number;
}

const time = (count, seconds) =>
  whole(seconds) < 60 || (seconds < 120 && seconds % 60)
    ? count("seconds", seconds)
    : count("minutes", Math.floor((seconds + 15) / 60));

const times = ({ say }, count) => (count === 1 ? say("once") : count === 2 ? say("twice") : say("times", { count }));

const told = {
  hold: (words, amount) =>
    `${words.say("hold", { time: time(words.count, amount.hold_seconds) })} ${times(words, whole(amount.reps ?? 1))}`,
  time: (words, amount) => words.say("go_on", { time: time(words.count, amount.seconds) }),
  reps: (words, amount) => words.count("repeats", whole(amount.reps ?? 1)),
};

function dose(words, amount) {
  const side = amount.per_side ? ` ${words.say("each_side")}` : "";
  const held = amount.type === "reps" && amount.hold_seconds;
  const holding = held ? `, ${words.say("holding", { time: time(words.count, held) })}` : "";
  let sets = "";
  if (whole(amount.sets) > 1) {
    const rest = amount.rest_seconds ? `, ${words.say("rest", { time: time(words.count, amount.rest_seconds) })}` : "";
    sets = ` ${words.say("sets", { times: times(words, amount.sets) })}${rest}.`;
  }
  return `${told[amount.type](words, amount)}${side}${holding}.${sets}`;
}
