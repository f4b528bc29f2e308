// What this tab keeps over a reload, and over a lock that throws the page away: how the clock helps, and where it stood.
// Numbers, times and the name of a voice; nothing of what somebody feels or does. A browser that keeps nothing starts afresh.

const PLACE = "clock-place";
// Where the clock stood is of use for so long; after that the move begins anew.
const PLACE_MS = 2 * 3600 * 1000;

function stored(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

function store(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, value);
  } catch {
    // It is gone with the page.
  }
}

// `fields` are check boxes and lists with an id of their own, and radio buttons of one name.
export function keepChoices(fields) {
  for (const one of fields) {
    const kept = stored(keyOf(one));
    if (kept !== null) choose(one, kept);
    one.addEventListener("change", () => {
      if (one.type !== "radio" || one.checked) store(keyOf(one), one.type === "checkbox" ? one.checked : one.value);
    });
  }
}

function keyOf(field) {
  return field.type === "radio" ? field.name : field.id;
}

function choose(field, kept) {
  if (field.type === "checkbox") field.checked = kept === "true";
  else if (field.type === "radio") field.checked = field.value === kept;
  else field.value = kept;
}

export function keptChoice(id) {
  return stored(id);
}

// `left` is how many rounds are still to be counted, with `milliseconds` of the first of them; `of` how many there are.
export function keepPlace(screen, left, of, milliseconds) {
  store(PLACE, JSON.stringify({ screen, left, of, milliseconds: Math.round(milliseconds), at: Date.now() }));
}

export function forgetPlace() {
  store(PLACE, null);
}

export function keptPlace(screen, of) {
  try {
    const place = JSON.parse(stored(PLACE));
    const isHere = place.screen === screen && place.of === of && place.left > 0 && place.left <= of;
    return isHere && Math.abs(Date.now() - place.at) < PLACE_MS && place.milliseconds > 0 ? place : null;
  } catch {
    return null;
  }
}
