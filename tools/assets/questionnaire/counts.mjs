// What counts as an answer opens of itself once that answer is chosen, and closes once it no longer is.
export function openWhatCounts() {
  const all = [...document.querySelectorAll("[data-counts-for]")].map((details) => {
    const input = document.getElementById(details.dataset.countsFor);
    return { details, input, was: input.checked };
  });
  // One that clears or replaces others tells of itself only, so all of the same question are looked at.
  document.addEventListener("change", ({ target }) => {
    for (const one of all) {
      if (one.input.name === target.name && one.input.checked !== one.was) {
        one.details.open = one.was = one.input.checked;
      }
    }
  });
}
