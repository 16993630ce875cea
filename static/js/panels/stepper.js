// @ts-check
/** The seven steps: where one is, where the draft has problems, and which session the last three are about. */

import { formatRoute } from "../lib/router.js";
import { problemsByStep } from "../state/draft.js";
import { part, showText } from "../lib/dom.js";

/** Steps that are shown as another, or as none. @type {Record<string, string>} */
const SHOWN_AS = { monitor: "train", compare: "", welcome: "" };

/** @param {State} state */
export function renderStepper(state) {
  const problems = problemsByStep(state.plan.errors);
  const session = state.route.session ?? state.lastSession ?? null;
  const current = SHOWN_AS[state.route.step] ?? state.route.step;
  for (const node of document.querySelectorAll("[data-step]")) {
    const link = /** @type {HTMLAnchorElement} */ (node);
    const step = link.dataset.step ?? "";
    const isCurrent = step === current;
    if (isCurrent) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
    if (step === "export" || step === "test") link.href = formatRoute({ step, session });
    showText(part(link, "stepper__problems"), problems[step] ? `${problems[step]} to settle` : "");
  }
}
