// Elements, made one by one: no text is ever read as HTML, and no style is written into one.
export function el(name, given = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false && one !== ""));
  return made;
}

export const paragraph = (words, look) => (words ? el("p", { class: look }, words) : null);

export const bullets = (texts, name = "ul") =>
  texts?.length ? el(name, {}, texts.map((text) => el("li", {}, text))) : null;

export const fold = (title, ...inside) =>
  inside.flat(Infinity).some(Boolean) ? el("details", {}, el("summary", {}, title), ...inside) : null;
