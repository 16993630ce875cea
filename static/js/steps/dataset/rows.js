// @ts-check
/** Which rows of the data set are used: how many, how many are held out, and the filters. */

import { count } from "../../lib/format.js";
import { drawFields, problemOf, showFields } from "../../forms/form.js";
import { COMPARISONS, filterValue } from "../../state/datasets.js";
import { around, child, fillList, find, first, part, placeIn, rowsIn, setText, showText, soon } from "../../lib/dom.js";
import { isSame } from "../../state/draft.js";

const NAMES = ["dataset.max_samples", "dataset.validation_fraction", "dataset.validation_samples"];

/** @param {HTMLElement} root @param {Context} context */
export function mountRows(root, context) {
  const drawn = drawFields(find("rows-fields", root), NAMES, context, {
    "dataset.max_samples": { help: "At most this many, drawn by the seed; empty uses all. " +
      "Of a large set of the hub only the first files are downloaded then." },
    "dataset.validation_fraction": { label: "Held out" },
    "dataset.validation_samples": { label: "Held out, at most" },
  });
  child(drawn[0].element, "input").placeholder = "all";
  const list = find("filters", root);
  const filters = () => /** @type {Filter[]} */ (context.get("dataset.filters"));
  const put = (/** @type {Filter[]} */ next) => context.set({ "dataset.filters": next });

  find("filter-add", root).addEventListener("click", () => {
    put([...filters(), { field: "", comparison: "equals", value: "" }]);
    soon(() => first(list.lastElementChild, ".filter__field")?.focus());
  });
  list.addEventListener("input", (event) => {
    const at = placeIn(list, event.target);
    if (at >= 0) put(filters().with(at, read(rowsIn(list)[at])));
  });
  list.addEventListener("click", (event) => {
    if (!around(event.target, "button")) return;
    const at = placeIn(list, event.target);
    put(filters().filter((_, index) => index !== at));
    find("filter-add", root).focus();
  });

  /** @type {string[]} */
  let columns = [];
  return {
    /** @param {State} state @param {ShownData} shown */
    render(state, { errors }) {
      showFields(drawn, state);
      setText(find("rows-words", root), wordsOf(state.plan.value?.estimate));
      const current = filters();
      setText(find("filters-count", root), current.length ? `· ${current.length}` : "· none");
      fillList(list, "dataset-filter", current, (row, filter) => fill(row, filter));
      const isWrong = problemOf(errors, "dataset.filters") !== "";
      if (isWrong) find("filters-part", root, "details").open = true;
      rowsIn(list).forEach((row, index) => renderError(row, index, errors));
      const names = state.look?.value?.columns ?? [];
      if (isSame(names, columns)) return;
      columns = names;
      find("columns-list", root).replaceChildren(...names.map((name) => new Option(name, name)));
    },
  };
}

/** @typedef {{field: string, comparison: string, value: string | number}} Filter */

/** @param {Element} row @returns {Filter} */
function read(row) {
  const value = (/** @type {string} */ name) => part(row, name, PARTS[name]).value;
  const comparison = value("filter__comparison");
  return { field: value("filter__field").trim(), comparison, value: filterValue(comparison, value("filter__value")) };
}

/** @type {Record<string, "input" | "select">} */
const PARTS = { filter__field: "input", filter__comparison: "select", filter__value: "input" };

/** @param {HTMLElement} row @param {Filter} filter */
function fill(row, { field, comparison, value }) {
  const { options } = part(row, "filter__comparison", "select");
  const words = COMPARISONS.map((name) => new Option(name.replaceAll("_", " "), name));
  if (!options.length) part(row, "filter__comparison").append(...words);
  const texts = { filter__field: field, filter__comparison: comparison, filter__value: String(value) };
  for (const [name, text] of Object.entries(texts)) {
    const input = part(row, name, PARTS[name]);
    if (document.activeElement !== input) input.value = text;
  }
}

/** @param {HTMLElement} row @param {number} index @param {Record<string, string>} errors */
function renderError(row, index, errors) {
  const own = problemOf(errors, `dataset.filters.${index}`);
  const problem = own || (index === 0 ? (errors["dataset.filters"] ?? "") : "");
  showText(part(row, "filter__error"), problem);
}

/** @param {Estimate | undefined} estimate */
function wordsOf(estimate) {
  if (!estimate || estimate.rows === null) return "";
  const { rows, train_rows: train, held_out_rows: heldOut } = estimate;
  return `${count(rows)} rows: ${count(train)} to train on, ${count(heldOut)} held out.`;
}
