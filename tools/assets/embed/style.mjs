// The look, in a sheet of the element's own: no policy of the page has to allow a style. A page sets the variables.
export const STYLE = `
:host {
  --text: var(--back-routine-text, #1c2526);
  --quiet: var(--back-routine-quiet-text, #4a5657);
  --paper: var(--back-routine-background, #ffffff);
  --soft: var(--back-routine-soft, #f0f4f3);
  --line: var(--back-routine-border, #6b7878);
  --accent: var(--back-routine-accent, #0b5d57);
  --on-accent: var(--back-routine-accent-text, #ffffff);
  --alarm: var(--back-routine-alarm, #a8231b);
  --on-alarm: var(--back-routine-alarm-text, #ffffff);
  --round: var(--back-routine-radius, 6px);
  display: block; box-sizing: border-box; max-inline-size: 45rem; padding: 1rem;
  color: var(--text); background: var(--paper); font: var(--back-routine-font, 1.0625rem/1.5 system-ui, sans-serif);
  overflow-wrap: break-word; text-align: start;
}
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
h1, h2, h3, h4, h5, h6 { margin: 1.25em 0 .4em; line-height: 1.25; font-size: 1.125em; }
[data-top], .act > :first-child { margin-top: 0; font-size: 1.5em; }
p, ul, ol { margin: 0 0 .75em; }
ul, ol { padding-inline-start: 1.4em; }
li { margin-block-end: .35em; }
a { color: var(--accent); }
:focus-visible, [tabindex]:focus { outline: 3px solid var(--accent); outline-offset: 2px; }
.errors, .act, .note, .stop, .line { border-inline-start: 6px solid var(--accent); background: var(--soft); padding: .75rem 1rem; margin-block-end: 1rem; border-radius: var(--round); }
.errors, .stop, .line { border-color: var(--alarm); }
.note > :first-child, .stop > :first-child, .errors > :first-child { margin-top: 0; }
.act.emergency { background: var(--alarm); color: var(--on-alarm); }
.act.emergency :is(a, a:focus-visible, [tabindex]:focus) { color: inherit; outline-color: currentColor; }
.numbers { list-style: none; padding: 0; }
.call { display: inline-block; padding: .35rem .75rem; border: 2px solid; border-radius: var(--round); font-weight: 700; }
fieldset { border: 0; margin: 0 0 1.5rem; padding: 0; min-inline-size: 0; }
fieldset.wrong { border-inline-start: 4px solid var(--alarm); padding-inline-start: .75rem; }
legend { font-weight: 700; padding: 0; margin-block-end: .4rem; }
.hint, small, .facts, .small { color: var(--quiet); }
summary, .errors a { display: inline-block; padding-block: .25rem; }
summary { display: list-item; }
.error { color: var(--alarm); font-weight: 700; }
.group { font-weight: 700; margin: .75rem 0 .25rem; }
.choice { display: grid; grid-template-columns: 1.75rem 1fr; column-gap: .5rem; padding: .3rem 0; }
.choice small { grid-column: 2; }
.choice input { inline-size: 1.5rem; block-size: 1.5rem; margin: 0; accent-color: var(--accent); }
.scale { display: flex; flex-wrap: wrap; gap: .25rem; }
.scale .choice { display: flex; flex-direction: column; align-items: center; min-inline-size: 2.25rem; }
input[type="text"] { inline-size: 100%; font: inherit; color: inherit; background: var(--paper); padding: .5rem; border: 2px solid var(--line); border-radius: var(--round); }
button { font: inherit; font-weight: 700; padding: .6rem 1.25rem; min-block-size: 2.75rem; border: 2px solid var(--accent); border-radius: var(--round); color: var(--on-accent); background: var(--accent); cursor: pointer; }
button.plain { color: var(--accent); background: none; }
button[aria-disabled="true"] { opacity: .6; cursor: progress; }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; }
details { margin: .25rem 0 .75rem; }
summary { cursor: pointer; padding: .25rem 0; color: var(--accent); }
.moves > li { border-block-start: 1px solid var(--line); padding-block: .5rem; }
.dose { font-weight: 700; }
.drawings { display: flex; flex-wrap: wrap; gap: .5rem; background: #fff; border-radius: var(--round); padding: .25rem; }
.drawings img { block-size: 9rem; inline-size: auto; max-inline-size: 100%; object-fit: contain; }
[role="status"] { min-block-size: 1.5em; margin: .5rem 0 0; color: var(--quiet); }
@media (forced-colors: active) { .errors, .act, .note, .stop, .line { border: 2px solid; } }
@media print { button, [role="status"] { display: none; } }
`;
