// @ts-check
/** Evaluate: two models on the same held-out rows, with intervals, a paired test, and the rows that got worse and
 * better. */

import { ApiError, explain, startEvaluation } from "../../lib/api.js";
import { unchanged } from "../../lib/latest.js";
import { defaultColumns, fromKey, optionsOf, samplingBody, toKey, typedWhole } from "../../state/testing.js";
import { estimateText } from "../../state/testing_runs.js";
import { fillGroups } from "../../ui/groups.js";
import { mountEvaluation } from "./evaluation.js";
import { reveal } from "./running.js";
import { tellProblem } from "./settings.js";
import { find, findInput, onSubmit, setText, show, tell } from "../../lib/dom.js";

const NUMBERS = /** @type {const} */ (["rows", "samples"]);
const SAME_ANSWERS = "At temperature 0 all answers to a row are the same. Raise the temperature to see how often the " +
  "model is right, or ask for one answer.";

/** What the user chose for a run. @typedef {{before: string, after: string}} Chosen */

/** @param {HTMLElement} root @param {TestDesk} desk */
export function mountEvaluate(root, desk) {
  const before = find("evaluate-before", root, "select");
  const after = find("evaluate-after", root, "select");
  let isSending = false;
  /** @type {Record<string, Chosen>} */
  const chosen = {};
  const evaluation = mountEvaluation(root, desk);

  for (const select of [before, after]) select.addEventListener("change", () => {
    chosen[desk.run() ?? ""] = { before: before.value, after: after.value };
  });
  const typed = (/** @type {string} */ name) => findInput(`evaluate-${name}`, root).value;
  const putMeasure = () => desk.put({ measure: { rows: typed("rows"), samples: typed("samples") } });
  for (const name of NUMBERS) find(`evaluate-${name}`, root).addEventListener("input", putMeasure);
  onSubmit(find("evaluate-form", root), () => start());

  async function start() {
    const session_id = desk.run();
    if (!session_id) return;
    isSending = true;
    fail({}, "");
    const isStillHere = unchanged(() => desk.context.store.get().route);
    try {
      const { measure } = desk.get();
      const wanted = { rows: typedWhole(measure.rows), samples: typedWhole(measure.samples) };
      const models = [before, after].map((select) => fromKey(select.value));
      const sampling = samplingBody(desk.sampling("evaluate"));
      const test = await startEvaluation({ session_id, models, ...wanted, ...sampling });
      desk.putTest(test);
      if (!isStillHere()) return;
      desk.context.putParams({ tab: "evaluate", test: test.test_id });
      reveal(find("evaluation", root));
    } catch (error) {
      fail(error instanceof ApiError ? error.fields : {}, explain(error));
    } finally {
      isSending = false;
      render();
    }
  }

  /** @param {Record<string, string>} fields @param {string} text */
  function fail(fields, text) {
    desk.put({ problems: fields });
    for (const name of NUMBERS) tellProblem(`evaluate-${name}`, fields[name] ?? "", root);
    tell(root, "evaluate-error", text);
  }

  function render() {
    const session = desk.session();
    show(find("evaluate-form", root), Boolean(session));
    show(find("evaluate-none", root), !session && desk.context.store.get().isLoaded);
    if (!session) return evaluation.render();
    renderForm(root, desk, session, { before, after, chosen: chosen[session.session_id] });
    find("evaluate-go", root, "button").disabled = isSending || !before.value || !after.value || desk.isOffline();
    return evaluation.render();
  }
  return { render, enter: () => tell(root, "evaluate-error", "") };
}

/** @param {HTMLElement} root @param {TestDesk} desk @param {Session} session
 * @param {{before: HTMLSelectElement, after: HTMLSelectElement, chosen: Chosen | undefined}} selects */
function renderForm(root, desk, session, { before, after, chosen }) {
  const { models, measure } = desk.get();
  const groups = optionsOf(models ?? [], session.session_id, false);
  const usual = defaultColumns(models ?? [], session.session_id).map(toKey);
  fillGroups(before, groups, chosen?.before ?? usual[0] ?? "");
  fillGroups(after, groups, chosen?.after ?? usual[1] ?? "");
  const held = session.data?.held_out ?? null;
  setText(find("evaluate-data", root), held === null ? "" : `${held} rows are held out of ${session.dataset}`);
  for (const name of NUMBERS) {
    const input = findInput(`evaluate-${name}`, root);
    if (document.activeElement !== input) input.value = measure[name];
  }
  const [rows, samples] = [Number(typedWhole(measure.rows) ?? 100), Number(typedWhole(measure.samples) ?? 1)];
  setText(find("evaluate-estimate", root), estimateText(rows, samples, 2, held));
  const { temperature } = desk.sampling("evaluate");
  tell(root, "evaluate-hint", samples > 1 && temperature === 0 ? SAME_ANSWERS : "");
}
