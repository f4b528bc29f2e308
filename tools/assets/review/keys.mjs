// Keys of the review room: j and k go to the next and the one before, a and r only lead to the approval and to the words.
// None of them sends anything. They rest in fields and with other keys held down, and can be turned off for good.
const KEPT = "review-keys";

export function listenToKeys() {
  const note = document.querySelector("[data-keys]");
  if (!note) return;
  const button = note.querySelector("[data-keys-switch]");
  let isOn = recalled() !== "off";
  const show = () => {
    button.setAttribute("aria-pressed", String(isOn));
    button.textContent = isOn ? "Keys are on" : "Keys are off";
  };
  button.addEventListener("click", () => {
    isOn = !isOn;
    remember(isOn ? "on" : "off");
    show();
  });
  show();
  note.hidden = false;
  const act = note.dataset.keys === "list" ? inList : onTarget;
  document.addEventListener("keydown", (event) => {
    if (!isOn || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (act(event.key)) event.preventDefault();
  });
}

function inList(key) {
  const step = { j: 1, k: -1 }[key];
  if (!step) return false;
  const items = [...document.querySelectorAll("[data-keys-item]")];
  const here = items.indexOf(document.activeElement);
  const next = items[here < 0 ? 0 : here + step];
  next?.focus();
  return Boolean(next);
}

function onTarget(key) {
  const found = {
    j: "[data-keys-after]",
    k: "[data-keys-before]",
    a: "[data-keys-approve]",
    r: "form > .govuk-form-group > #text",
  }[key];
  const element = found && document.querySelector(found);
  if (!element) return false;
  if (key === "j" || key === "k") element.click();
  else {
    element.scrollIntoView({ block: "center" });
    element.focus();
  }
  return true;
}

function recalled() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function remember(value) {
  try {
    localStorage.setItem(KEPT, value);
  } catch {
    // a browser that keeps nothing asks again on the next page
  }
}
