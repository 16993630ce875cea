// @ts-check
/** Evaluate: two models on the same held-out rows, with intervals, a paired test, and the rows that got worse and better. */

import { ApiError, explain, startEvaluation } from "../../lib/api.js";
import { find, findInput, setText, show } from "../../lib/dom.js";
import { unchanged } from "../../lib/latest.js";
import { choicesOf, defaultColumns, fromKey, groupsOf, samplingBody, toKey, typedWhole } from "../../state/testing.js";
import { estimateText, shownTest, testsOf } from "../../state/testing_runs.js";
import { fillGroups } from "./bar.js";
import { mountEvaluation } from "./evaluation.js";
import { tellProblem } from "./settings.js";
import { reveal, tell } from "./running.js";

const NUMBERS = /** @type {const} */ (["rows", "samples"]);

/** @typedef {import("./desk.js").Desk} Desk */

/** @param {HTMLElement} root @param {Desk} desk */
export function mountEvaluate(root, desk) {
  const before = /** @type {HTMLSelectElement} */ (find("evaluate-before", root));
  const after = /** @type {HTMLSelectElement} */ (find("evaluate-after", root));
  let isSending = false;
  /** What the user chose, by run. @type {Record<string, {before: string, after: string}>} */
  const chosen = {};
  const shown = () => shownTest(testsOf(desk.get().tests, desk.session()?.session_id ?? null), "evaluation", desk.context.store.get().route.params.test);
  const evaluation = mountEvaluation(root, desk, shown);

  for (const select of [before, after]) select.addEventListener("change", () => (chosen[desk.session()?.session_id ?? ""] = { before: before.value, after: after.value }));
  const putMeasure = () => desk.put({ measure: { rows: findInput("evaluate-rows", root).value, samples: findInput("evaluate-samples", root).value } });
  for (const name of NUMBERS) find(`evaluate-${name}`, root).addEventListener("input", putMeasure);
  find("evaluate-form", root).addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });

  async function start() {
    const session = desk.session();
    if (!session) return;
    isSending = true;
    fail({}, "");
    const isStillHere = unchanged(() => desk.context.store.get().route);
    try {
      const { measure } = desk.get();
      const wanted = { rows: typedWhole(measure.rows), samples: typedWhole(measure.samples) };
      const models = [before, after].map((select) => fromKey(select.value));
      const test = await startEvaluation({ session_id: session.session_id, models, ...wanted, ...samplingBody(desk.sampling("evaluate")) });
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
    renderForm(root, desk, { before, after, chosen: chosen[session.session_id] });
    /** @type {HTMLButtonElement} */ (find("evaluate-go", root)).disabled = isSending || !before.value || !after.value || desk.context.store.get().connection === "offline";
    return evaluation.render();
  }
  return { render, enter: () => tell(root, "evaluate-error", "") };
}

/** @param {HTMLElement} root @param {Desk} desk
 * @param {{before: HTMLSelectElement, after: HTMLSelectElement, chosen: {before: string, after: string} | undefined}} selects */
function renderForm(root, desk, { before, after, chosen }) {
  const session = desk.session();
  const models = desk.get().models ?? [];
  const groups = groupsOf(models, session.session_id, false).map((group) => ({ label: group.label, options: choicesOf(group).map(({ key, name }) => ({ value: key, name })) }));
  const usual = defaultColumns(models, session.session_id).map(toKey);
  fillGroups(before, groups, chosen?.before ?? usual[0] ?? "");
  fillGroups(after, groups, chosen?.after ?? usual[1] ?? "");
  const held = session.data?.held_out ?? null;
  setText(find("evaluate-data", root), held === null ? "" : `${held} rows are held out of ${session.dataset}`);
  const { measure } = desk.get();
  for (const name of NUMBERS) if (document.activeElement !== find(`evaluate-${name}`, root)) findInput(`evaluate-${name}`, root).value = measure[name];
  const [rows, samples] = [Number(typedWhole(measure.rows) ?? 100), Number(typedWhole(measure.samples) ?? 1)];
  setText(find("evaluate-estimate", root), estimateText(rows, samples, 2, held));
  const { temperature } = desk.sampling("evaluate");
  tell(root, "evaluate-hint", samples > 1 && temperature === 0 ? "At temperature 0 all answers to a row are the same. Raise the temperature to see how often the model is right, or ask for one answer." : "");
}
