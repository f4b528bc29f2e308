// Proposing an edit: the form is looked at while it is filled in, and the page of a proposal looks again until what it
// does to people is worked out. Without script the buttons and the link of the page do the same.
const PAUSE_MS = 700;
const LOOK_AGAIN_MS = 4000;

watchForm(document.getElementById("propose"));
watchState(document.querySelector("[data-state][role=status]"));

function watchForm(form) {
  if (!form) return;
  let timer = 0;
  let asking = null;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      asking?.abort();
      asking = new AbortController();
      check(form, asking.signal).catch((error) => {
        if (error.name !== "AbortError") say("It could not be checked just now. Press Check.");
      });
    }, PAUSE_MS);
  });
}

async function check(form, signal) {
  const response = await fetch(form.dataset.check, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    credentials: "same-origin",
    redirect: "error",
    signal,
  });
  if (!response.ok) throw new Error(String(response.status));
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const checked = page.querySelector("[data-checked]");
  if (!checked) throw new Error("not the piece of the page");
  say(checked.dataset.state);
  document.getElementById("result").replaceChildren(document.importNode(checked, true));
  const faults = new Map([...checked.querySelectorAll("[data-fault]")].map((one) => [one.dataset.fault, one.textContent]));
  for (const field of form.querySelectorAll("[data-field]")) {
    const message = field.querySelector(".govuk-error-message");
    const told = faults.get(field.dataset.field) ?? "";
    message.hidden = !told;
    message.querySelector("[data-error]").textContent = told;
  }
}

function say(words) {
  const state = document.getElementById("state");
  if (state.textContent !== words) state.textContent = words;
}

function watchState(state) {
  if (!state) return;
  setTimeout(async () => {
    try {
      const response = await fetch(state.dataset.state, { credentials: "same-origin", redirect: "error" });
      const told = await response.json();
      const words = document.getElementById("text");
      if (told.state !== "running" && !words?.value) {
        location.reload();
        return;
      }
      if (told.state !== "running") {
        state.textContent = "It is worked out. Your words are kept here: copy them, or send them, before you look again.";
        return;
      }
    } catch {
      // away for a moment: look again
    }
    watchState(state);
  }, LOOK_AGAIN_MS);
}
