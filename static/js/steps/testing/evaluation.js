// @ts-check
/** The result of an evaluation: the verdict first, then bars with intervals, figures, and the rows behind them. */

import { testFile } from "../../lib/api.js";
import { fillList, find, make, part, setText, show } from "../../lib/dom.js";
import { number } from "../../lib/format.js";
import { barOf, chanceText, figuresOf, keptPair, levelOf, outcomesOf, pageText, pairOf, splitVerdict } from "../../state/testing_runs.js";
import { renderPairs } from "./held_out.js";
import { createResults } from "./results.js";
import { listenToCancel, renderRunning } from "./running.js";

const PAGE = 10;
const FILES = { html: "card.html", md: "card.md", json: "results.json", csv: "results.csv" };

/** @param {HTMLElement} root @param {import("./desk.js").Desk} desk @param {() => any} shown the evaluation to show; undefined without one */
export function mountEvaluation(root, desk, shown) {
  const rows = /** @type {HTMLDetailsElement} */ (find("evaluation-rows-part", root));
  const results = createResults(PAGE, desk.context, () => renderRows(root, results.view(), shown()));
  /** @type {any} */
  let drawn = null;
  const follow = () => rows.open && shown() && results.follow(shown());
  rows.addEventListener("toggle", follow);
  listenToCancel(find("evaluation-cancel", root), shown, desk);
  find("evaluation-before", root).addEventListener("click", () => results.move(-1));
  find("evaluation-after", root).addEventListener("click", () => results.move(1));

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

/** @param {HTMLElement} root @param {any} test */
function renderResult(root, test) {
  const { summary } = test;
  const [head, rest] = splitVerdict(summary.verdict);
  setText(find("evaluation-head-text", root), head);
  setText(find("evaluation-rest", root), rest);
  find("evaluation-verdict", root).dataset.level = (test.doubt ? "" : levelOf(summary.difference)) || "plain";
  setText(find("evaluation-bars-title", root), `Mean reward of ${number(summary.most)}, with the 95 % interval`);
  fillList(find("evaluation-bars", root), "bar", summary.sides.map((/** @type {any} */ side) => barOf(side, summary.most)), fillBar);
  fillList(find("evaluation-tiles", root), "tile", outcomesOf(summary.difference), (tile, { name, value, level }) => {
    tile.dataset.level = level;
    setText(tile.querySelector("dt"), name);
    setText(tile.querySelector("dd"), value);
  });
  setText(find("evaluation-chance", root), chanceText(summary));
  fillList(find("evaluation-notes", root), "text", summary.notes, (row, note) => setText(row, note));
  renderTable(root, summary);
  renderKept(root, "regressions", "Worse than before", summary);
  renderKept(root, "improvements", "Better than before", summary);
  for (const [name, file] of Object.entries(FILES)) /** @type {HTMLAnchorElement} */ (find(`evaluation-${name}`, root)).href = testFile(test.test_id, file);
}

/** @param {HTMLElement} row @param {ReturnType<typeof barOf>} bar @param {number} index */
function fillBar(row, bar, index) {
  row.dataset.series = String(index + 1);
  setText(part(row, "bars__name"), bar.name);
  setText(part(row, "bars__value"), bar.text);
  const track = part(row, "bars__track");
  for (const name of /** @type {const} */ (["mean", "low", "high"])) track.style.setProperty(`--${name}`, String(bar[name]));
}

/** @param {HTMLElement} root @param {any} summary */
function renderTable(root, summary) {
  const names = ["Figure", ...summary.sides.map((/** @type {any} */ side) => side.label), "Change"];
  find("evaluation-head", root).replaceChildren(...names.map((name) => Object.assign(make("th", "", name), { scope: "col" })));
  fillList(find("evaluation-table", root), "figure", figuresOf(summary), (row, { name, cells }) => {
    setText(row.querySelector("th"), name);
    row.replaceChildren(/** @type {Element} */ (row.querySelector("th")), ...cells.map((text) => {
      const cell = make("td", "", text);
      cell.dataset.kind = "number";
      return cell;
    }));
  });
}

/** @param {HTMLElement} root @param {"regressions" | "improvements"} name @param {string} title @param {any} summary */
function renderKept(root, name, title, summary) {
  const pairs = summary[name].map((/** @type {any} */ one) => keptPair(one, summary.sides));
  show(find(`${name}-part`, root), pairs.length > 0);
  setText(find(`${name}-title`, root), `${title}: ${pairs.length} ${pairs.length === 1 ? "row" : "rows"}${name === "regressions" ? ", the worst first" : ", the best first"}`);
  renderPairs(find(name, root), pairs);
}

/** @param {HTMLElement} root @param {import("./results.js").View} view @param {any} test */
function renderRows(root, view, test) {
  renderPairs(find("evaluation-rows", root), view.rows.map((row) => pairOf(row, test?.models ?? [])));
  setText(find("evaluation-page", root), pageText(view.offset, view.rows.length, view.total));
  /** @type {HTMLButtonElement} */ (find("evaluation-before", root)).disabled = view.offset === 0;
  /** @type {HTMLButtonElement} */ (find("evaluation-after", root)).disabled = view.offset + view.rows.length >= view.total;
}
