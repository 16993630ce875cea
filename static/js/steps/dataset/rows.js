// @ts-check
/** Which rows of the data set are used: how many, how many are held out, and the filters. */

import { fillList, find, part, setText, show } from "../../lib/dom.js";
import { count } from "../../lib/format.js";
import { drawFields, problemOf, showFields } from "../../forms/form.js";
import { COMPARISONS, filterValue } from "../../state/datasets.js";

const NAMES = ["dataset.max_samples", "dataset.validation_fraction", "dataset.validation_samples"];

/** @param {HTMLElement} root @param {any} context */
export function mountRows(root, context) {
  const drawn = drawFields(find("rows-fields", root), NAMES, context, {
    "dataset.max_samples": { help: "At most this many, drawn by the seed; empty uses all. Of a large set of the hub only the first files are downloaded then." },
    "dataset.validation_fraction": { label: "Held out" },
    "dataset.validation_samples": { label: "Held out, at most" },
  });
  /** @type {HTMLInputElement} */ (drawn[0].element.querySelector("input")).placeholder = "all";
  const list = find("filters", root);
  const filters = () => /** @type {any[]} */ (context.get("dataset.filters"));
  const put = (/** @type {any[]} */ next) => context.set({ "dataset.filters": next });

  find("filter-add", root).addEventListener("click", () => {
    put([...filters(), { field: "", comparison: "equals", value: "" }]);
    requestAnimationFrame(() => requestAnimationFrame(() => /** @type {HTMLElement | null} */ (list.lastElementChild?.querySelector(".filter__field"))?.focus()));
  });
  list.addEventListener("input", (event) => {
    const row = event.target instanceof Element ? event.target.closest("li") : null;
    if (row) put(filters().map((filter, index) => (index === placeOf(row) ? read(row) : filter)));
  });
  list.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const row = button?.closest("li");
    if (!row) return;
    put(filters().filter((_, index) => index !== placeOf(row)));
    find("filter-add", root).focus();
  });

  let columns = "";
  return {
    /** @param {any} state @param {import("../dataset.js").Shown} shown */
    render(state, { errors }) {
      showFields(drawn, state);
      setText(find("rows-words", root), wordsOf(state.plan.value?.estimate));
      const current = filters();
      setText(find("filters-count", root), current.length ? `· ${current.length}` : "· none");
      fillList(list, "dataset-filter", current, (row, filter) => fill(row, filter));
      const isWrong = problemOf(errors, "dataset.filters") !== "";
      if (isWrong) /** @type {HTMLDetailsElement} */ (find("filters-part", root)).open = true;
      [...list.children].forEach((row, index) => renderError(/** @type {HTMLElement} */ (row), index, errors));
      const names = JSON.stringify(state.look?.value?.columns ?? []);
      if (names !== columns) find("columns-list", root).replaceChildren(...JSON.parse(names).map((/** @type {string} */ name) => new Option(name, name)));
      columns = names;
    },
  };
}

/** @param {Element} row */
const placeOf = (row) => [...(row.parentElement?.children ?? [])].indexOf(row);

/** @param {Element} row @returns {any} */
function read(row) {
  const value = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (part(row, name)).value;
  const comparison = value("filter__comparison");
  return { field: value("filter__field").trim(), comparison, value: filterValue(comparison, value("filter__value")) };
}

/** @param {HTMLElement} row @param {any} filter */
function fill(row, filter) {
  const comparison = /** @type {HTMLSelectElement} */ (part(row, "filter__comparison"));
  if (!comparison.options.length) comparison.append(...COMPARISONS.map((name) => new Option(name.replaceAll("_", " "), name)));
  for (const [name, value] of [["filter__field", filter.field], ["filter__comparison", filter.comparison], ["filter__value", String(filter.value)]]) {
    const input = /** @type {HTMLInputElement} */ (part(row, name));
    if (document.activeElement !== input) input.value = value;
  }
}

/** @param {HTMLElement} row @param {number} index @param {Record<string, string>} errors */
function renderError(row, index, errors) {
  const own = problemOf(errors, `dataset.filters.${index}`);
  const problem = own || (index === 0 ? (errors["dataset.filters"] ?? "") : "");
  setText(part(row, "filter__error"), problem);
  show(part(row, "filter__error"), problem !== "");
}

/** @param {any} estimate */
function wordsOf(estimate) {
  if (!estimate || estimate.rows === null) return "";
  return `${count(estimate.rows)} rows: ${count(estimate.train_rows)} to train on, ${count(estimate.held_out_rows)} held out.`;
}
