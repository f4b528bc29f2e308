// On paper every drawing is needed at once, also those below the fold and in what is folded away, which the page leaves for later.

// A slow line must not keep somebody from printing: after this long the page is printed with what has come.
const WAIT_MS = 5000;

function fetched() {
  const later = [...document.querySelectorAll('img[loading="lazy"]')];
  for (const drawing of later) drawing.loading = "eager";
  return Promise.allSettled(later.map((drawing) => drawing.decode()));
}

async function print() {
  await Promise.race([fetched(), new Promise((resolve) => setTimeout(resolve, WAIT_MS))]);
  window.print();
}

export function bringToPaper() {
  // Whoever prints from the menu of the browser: nothing can wait then, but what comes in time is drawn.
  window.addEventListener("beforeprint", fetched);
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", print);
  }
}
