// @ts-check
/** The draft at a glance beside its steps: what is trained on what, memory, steps and time, problems; and Back and
 * Next. */

import { compact, count, duration, gib } from "../lib/format.js";
import { labelOf } from "../forms/schema.js";
import { DRAFT_STEPS, formatRoute } from "../lib/router.js";
import { orDefault, stepOf } from "../state/draft.js";
import { rewardText } from "../state/rewards_text.js";
import { facts, fillNotices } from "../ui/facts.js";
import { renderMemory } from "../ui/memory.js";
import { around, fillList, find, first, part, setText, show } from "../lib/dom.js";

/** @type {Record<string, string>} */
const NAMES = {
  model: "Model", dataset: "Dataset", config: "Configuration", reward: "Reward", train: "Review and start",
};

/** @param {Context} context */
export function mountRail(context) {
  for (const ref of ["rail-problems", "actions-problem"]) find(ref).addEventListener("click", (event) => {
    const link = around(event.target, "a");
    if (!link?.dataset.field) return;
    wanted = link.dataset.field;
    requestAnimationFrame(() => reveal());
  });
  context.live.on("connect", () => context.refreshPlan());
}

/** The setting to move to as soon as its step is shown. @type {string | null} */
let wanted = null;

/** Move to the setting that a problem's link leads to; its step may have to be fetched first. */
export function reveal() {
  const field = wanted === null ? null : fieldOf(wanted);
  if (!field?.checkVisibility() && !field?.closest("details:not([open])")) return;
  wanted = null;
  for (let at = field.parentElement; at; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) at.open = true;
  }
  field.scrollIntoView({ block: "center" });
  first(field, "input, select, textarea")?.focus({ preventScroll: true });
}

/** The node of a setting, or of the setting that a problem is inside of.
 * @param {string} name @returns {Element | null} */
function fieldOf(name) {
  const own = document.querySelector(`[data-field="${CSS.escape(name)}"]`);
  return own ?? (name.includes(".") ? fieldOf(name.slice(0, name.lastIndexOf("."))) : null);
}

/** @param {State} state @param {PageBoot} boot */
export function renderRail(state, boot) {
  const at = DRAFT_STEPS.indexOf(state.route.step);
  show(find("rail"), at >= 0);
  show(find("actions"), at >= 0);
  if (at < 0) return;
  const { plan } = state;
  const value = (/** @type {string} */ name) => orDefault(state.draft.config, name, boot.defaults);
  facts(find("rail-facts"), [
    ["Model", value("model.name")],
    ["Data", value("dataset.source")],
    ["Reward", rewardText(value)],
    ["Algorithm", boot.titleOfAlgorithm(value("grpo.algorithm"))],
  ]);
  renderMemory(plan.value);
  setText(find("plan-step"), plan.value?.step.words ?? "");
  renderEstimate(plan.value?.estimate);
  renderProblems(plan.errors);
  const warnings = (plan.value?.notices ?? []).filter((notice) => notice.level === "warning");
  show(find("rail-notices-part"), warnings.length > 0);
  fillNotices(find("rail-notices"), warnings);
  renderActions(state, at);
}

/** @param {Estimate | undefined} estimate */
function renderEstimate(estimate) {
  facts(find("plan-estimate"), estimate ? [
    [estimate.is_checked ? "Rows, checked" : "Rows", count(estimate.rows)],
    ["Trained on", count(estimate.train_rows)],
    ["Held out", count(estimate.held_out_rows)],
    ["GRPO steps", count(estimate.steps)],
    ["Completions", count(estimate.completions)],
    ["Tokens, at most", compact(estimate.tokens_at_most)],
    ["Time", estimate.seconds === null ? "not known yet" : `about ${duration(estimate.seconds)}`],
  ] : []);
  setText(find("plan-basis"), estimate?.basis ?? "");
}

/** @param {Record<string, string>} errors */
function renderProblems(errors) {
  const problems = Object.entries(errors);
  show(find("rail-problems-part"), problems.length > 0);
  fillList(find("rail-problems"), "problem", problems, (row, [name, text]) => {
    const link = part(row, "problem__link", "a");
    link.href = formatRoute({ step: stepOf(name) });
    link.dataset.field = name;
    setText(link, labelOf(name));
    setText(part(row, "problem__text"), text);
  });
}

/** @param {State} state @param {number} at */
function renderActions(state, at) {
  const [before, after] = [DRAFT_STEPS[at - 1], DRAFT_STEPS[at + 1]];
  const back = find("back", document, "a");
  const next = find("next", document, "a");
  show(back, at > 0);
  show(next, Boolean(after));
  show(find("start"), !after);
  back.href = formatRoute({ step: before });
  next.href = formatRoute({ step: after });
  setText(find("next-text"), NAMES[after] ?? "");
  setText(find("actions-text"), statusText(state.plan));
  const [problem] = Object.keys(state.plan.errors);
  const link = find("actions-problem", document, "a");
  show(link, problem !== undefined);
  link.dataset.field = problem ?? "";
  link.href = formatRoute({ step: problem === undefined ? "" : stepOf(problem) });
}

/** @param {PlanState} plan */
function statusText(plan) {
  const problems = Object.keys(plan.errors).length;
  if (plan.status === "offline") return "Not checked: the server does not answer.";
  if (problems) return problems === 1 ? "1 thing to settle" : `${problems} things to settle`;
  if (plan.status === "refused") return plan.message;
  if (!plan.value) return "Checking";
  const { memory, estimate } = plan.value;
  const steps = estimate.steps === null ? "" : `${count(estimate.steps)} steps`;
  const parts = [steps, memory.total_gib === null ? "" : `${gib(memory.total_gib)} of memory`];
  return parts.filter(Boolean).join(" · ") || "Ready";
}
