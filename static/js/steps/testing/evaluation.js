// @ts-check
/** The result of an evaluation: the verdict first, then bars with intervals, figures, and the rows behind them. */

import { testFile } from "../../lib/api.js";
import { counted, number } from "../../lib/format.js";
import {
  barOf, chanceText, figuresOf, keptPair, levelOf, outcomesOf, pageText, pairOf, scaleOfSides, splitVerdict,
} from "../../state/testing_runs.js";
import { ofText } from "../../state/rewards_text.js";
import { tiles } from "../../ui/facts.js";
import { renderPairs } from "./held_out.js";
import { createResults, fillHead, listenToPages, renderPages } from "./results.js";
import { listenToCancel, renderRunning } from "./running.js";
import { child, fillList, find, make, part, setText, show } from "../../lib/dom.js";

const PAGE = 10;
const FILES = { html: "card.html", md: "card.md", json: "results.json", csv: "results.csv" };

/** @param {HTMLElement} root @param {TestDesk} desk */
export function mountEvaluation(root, desk) {
  const rows = find("evaluation-rows-part", root, "details");
  const shown = () => desk.shown("evaluation");
  const results = createResults(PAGE, desk.context, () => renderRows(root, results.view(), shown()));
  /** @type {EvaluationRecord | null} */
  let drawn = null;
  function follow() {
    const test = shown();
    if (rows.open && test) results.follow(test);
  }
  rows.addEventListener("toggle", follow);
  listenToCancel(root, "evaluation", desk);
  listenToPages(root, "evaluation", results);

  return {
    render() {
      const test = shown();
      show(find("evaluation", root), Boolean(test));
      if (!test || test === drawn) return;
      drawn = test;
      renderRunning(root, "evaluation", test);
      show(find("evaluation-result", root), Boolean(test.summary));
      if (test.summary) renderResult(root, test);
      follow();
    },
  };
}

/** @param {HTMLElement} root @param {EvaluationRecord} test */
function renderResult(root, test) {
  const summary = /** @type {EvaluationSummary} */ (test.summary);
  const [head, rest] = splitVerdict(summary.verdict);
  setText(find("evaluation-head-text", root), head);
  setText(find("evaluation-rest", root), rest);
  find("evaluation-verdict", root).dataset.level = (test.doubt ? "" : levelOf(summary.difference)) || "plain";
  setText(find("evaluation-bars-title", root), `Mean reward${ofText(summary.most)}, with the 95 % interval`);
  const scale = scaleOfSides(summary);
  fillList(find("evaluation-bars", root), "bar", summary.sides.map((side) => barOf(side, scale)), fillBar);
  tiles(find("evaluation-tiles", root), outcomesOf(summary.difference));
  setText(find("evaluation-chance", root), chanceText(summary));
  fillList(find("evaluation-notes", root), "text", summary.notes, (row, note) => setText(row, note));
  renderTable(root, summary);
  renderKept(root, "regressions", "Worse than before", summary);
  renderKept(root, "improvements", "Better than before", summary);
  for (const [name, file] of Object.entries(FILES)) {
    find(`evaluation-${name}`, root, "a").href = testFile(test.test_id, file);
  }
}

/** @param {HTMLElement} row @param {ReturnType<typeof barOf>} bar @param {number} index */
function fillBar(row, bar, index) {
  row.dataset.series = String(index + 1);
  setText(part(row, "bars__name"), bar.name);
  setText(part(row, "bars__value"), bar.text);
  const track = part(row, "bars__track");
  for (const name of /** @type {const} */ (["mean", "low", "high"])) {
    track.style.setProperty(`--${name}`, String(bar[name]));
  }
}

/** @param {HTMLElement} root @param {EvaluationSummary} summary */
function renderTable(root, summary) {
  fillHead(find("evaluation-head", root), ["Figure", ...summary.sides.map((side) => side.label), "Change"]);
  fillList(find("evaluation-table", root), "figure", figuresOf(summary), (row, { name, cells }) => {
    const head = child(row, "th");
    setText(head, name);
    row.replaceChildren(head, ...cells.map((text) => {
      const cell = make("td", "", text);
      cell.dataset.kind = "number";
      return cell;
    }));
  });
}

/** @param {HTMLElement} root @param {"regressions" | "improvements"} name @param {string} title
 * @param {EvaluationSummary} summary */
function renderKept(root, name, title, summary) {
  const pairs = summary[name].map((row) => keptPair(row, summary.sides));
  const order = name === "regressions" ? "the worst first" : "the best first";
  show(find(`${name}-part`, root), pairs.length > 0);
  setText(find(`${name}-title`, root), `${title}: ${counted(pairs.length, "row")}, ${order}`);
  renderPairs(find(name, root), pairs);
}

/** @param {HTMLElement} root @param {import("./results.js").View} view @param {EvaluationRecord | undefined} test */
function renderRows(root, view, test) {
  renderPairs(find("evaluation-rows", root), view.rows.map((row) => pairOf(row, test?.models ?? [])));
  setText(find("evaluation-page", root), pageText(view.offset, view.rows.length, view.total));
  renderPages(root, "evaluation", view);
}
