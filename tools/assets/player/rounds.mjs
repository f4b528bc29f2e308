// How the clock goes through one move: a list of rounds, each with its seconds and what it is called.

export const WORK = new Set(["hold", "reps", "time"]);

// `side` is the side of the body that a one-sided move begins with; without it both sides are counted together.
export function roundsOf({ kind, settle, sets, rounds, side, ready, work, rest }) {
  const total = side ? Number(rounds) / 2 : Number(rounds);
  const sides = side ? [side, side === "left" ? "right" : "left"] : [null];
  const all = [{ name: "settle", seconds: Number(settle) }];
  for (let set = 1; set <= Number(sets); set += 1) {
    if (set > 1) all.push({ name: "rest", seconds: Number(rest) });
    sides.forEach((here, place) => {
      for (let number = 1; number <= total; number += 1) {
        const one = { number, total, side: here, isOther: place > 0 };
        const turns = place > 0 && number === 1;
        all.push({ ...one, name: "ready", turns, seconds: Number(ready) });
        all.push({ ...one, name: kind, turns: turns && !Number(ready), seconds: Number(work) });
      }
    });
  }
  return all.filter(({ seconds }) => seconds > 0);
}

// `words` has a text for each name of a round, for each side, and for the turn from one to the other.
export function wordsOf({ name, number, total, side, turns }, move, words) {
  const filled = { "{number}": number, "{total}": total, "{name}": move };
  const said = words[name].replace(/{\w+}/g, (place) => filled[place]);
  if (!side) return said;
  return `${turns ? `${words.turn} ` : ""}${words[side]}. ${said}`;
}
