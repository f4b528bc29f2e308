// What JavaScript adds: "None of these" clears the other ticks, the error summary takes the focus, a second tap on a
// button is not sent twice, what counts as an answer opens with it, buttons that print and drawings for paper, what is read before it is
// approved, and keys for reviewers. Everything works without it.
import { Button } from "govuk-frontend/dist/govuk/components/button/button.mjs";
import { Checkboxes } from "govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs";
import { ErrorSummary } from "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { openWhatCounts } from "./questionnaire/counts.mjs";
import { listenToKeys } from "./review/keys.mjs";
import { readFirst } from "./review/read_first.mjs";
import { bringToLife } from "./shared/figure.mjs";
import { bringToPaper } from "./shared/paper.mjs";
import { tellZone } from "./shared/zone.mjs";
import { tendStore } from "./offline/tend.mjs";
import { SkipLink } from "govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs";

bringToPaper();
bringToLife();
readFirst();
listenToKeys();
openWhatCounts();
tellZone();
tendStore().catch(() => {}); // without a connection there is nothing to tend
document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const Component of [Button, Checkboxes, ErrorSummary, SkipLink]) {
  for (const root of document.querySelectorAll(`[data-module="${Component.moduleName}"]`)) {
    new Component(root);
  }
}
