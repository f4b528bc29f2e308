// How the clock goes through one move: a list of rounds, each with its seconds and what it is called.

export const WORK = new Set(["hold", "reps", "time"]);

// `side` is the side of the body that is drawn first; without it both sides are counted together. `first` is the side to
// begin with. To change sides takes `turn` seconds, in place of getting ready for the other side.
export function roundsOf({ kind, settle, sets, rounds, side, ready, turn, work, rest }, first = "left") {
  const total = side ? Number(rounds) / 2 : Number(rounds);
  const sides = side ? [first, first === "left" ? "right" : "left"] : [null];
  const all = [{ name: "settle", seconds: Number(settle) }];
  for (let set = 1; set <= Number(sets); set += 1) {
    if (set > 1) all.push({ name: "rest", seconds: Number(rest) });
    sides.forEach((here, place) => {
      const whose = { side: here, isOther: Boolean(side) && here !== side };
      if (place > 0) all.push({ ...whose, name: "turn", seconds: Number(turn) });
      for (let number = 1; number <= total; number += 1) {
        const one = { ...whose, number, total };
        if (place === 0 || number > 1) all.push({ ...one, name: "ready", seconds: Number(ready) });
        all.push({ ...one, name: kind, seconds: Number(work) });
      }
    });
  }
  return all.filter(({ seconds }) => seconds > 0);
}

// `words` has a text for each name of a round, and for each side.
export function wordsOf({ name, number, total, side }, move, words) {
  const filled = { "{number}": number, "{total}": total, "{name}": move };
  const said = words[name].replace(/{\w+}/g, (place) => filled[place]);
  if (name === "turn") return `${said} ${words[side]}.`;
  return side ? `${words[side]}. ${said}` : said;
}

// Whether it is time to breathe in, so many seconds after the work began; null for a move without a pace of breathing.
export function breathesIn({ breatheIn, breatheOut }, seconds) {
  const [inward, outward] = [Number(breatheIn), Number(breatheOut)];
  return inward && outward ? seconds % (inward + outward) < inward : null;
}
