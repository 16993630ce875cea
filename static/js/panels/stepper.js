// @ts-check
/** The seven steps: where one is, where the draft has problems, and which session the last three are about. */

import { part, setText, show } from "../lib/dom.js";
import { formatRoute } from "../lib/router.js";
import { problemsByStep } from "../state/draft.js";

/** @param {any} state */
export function renderStepper(state) {
  const problems = problemsByStep(state.plan.errors);
  const session = state.route.session ?? state.lastSession ?? null;
  const current = { monitor: "train", compare: "", welcome: "" }[/** @type {string} */ (state.route.step)] ?? state.route.step;
  for (const node of document.querySelectorAll("[data-step]")) {
    const link = /** @type {HTMLAnchorElement} */ (node);
    const step = link.dataset.step ?? "";
    const isCurrent = step === current;
    if (isCurrent) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
    if (step === "export" || step === "test") link.href = formatRoute({ step, session });
    const badge = part(link, "stepper__problems");
    const count = problems[step] ?? 0;
    setText(badge, count ? `${count} to settle` : "");
    show(badge, count > 0);
  }
}
