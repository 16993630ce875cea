// @ts-check
/** One page of a test's results at a time, fetched anew as more of them come. */

import { explain, getTest } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { find, make, throttled } from "../../lib/dom.js";

const FETCH_MS = 700;

/** @typedef {{id: string, offset: number, rows: TestDetail["results"], total: number, key: string}} View */

/** @param {number} size rows a page @param {Context} context @param {() => void} onChange */
export function createResults(size, context, onChange) {
  /** @type {View} */
  let view = { id: "", offset: 0, rows: [], total: 0, key: "" };

  const latest = createLatest(() => [view.id, view.offset]);

  function fetch() {
    const { id, offset } = view;
    if (!id) return;
    latest.ask(() => getTest(id, { offset, limit: size }), {
      answered({ results, results_total: total }) {
        view = { ...view, rows: results, total };
        onChange();
      },
      refused: (error) => !["offline", "not_found"].includes(error.code) && context.say(explain(error), "error"),
    });
  }
  const fetchSoon = throttled(fetch, FETCH_MS);

  return {
    view: () => view,
    size,
    /** Show the results of a test, from its first page when it is another one. @param {EvaluationRecord} test */
    follow(test) {
      const key = `${test.done} ${test.status}`;
      if (test.test_id === view.id && key === view.key) return;
      const isOther = test.test_id !== view.id;
      view = { ...(isOther ? { offset: 0, rows: [], total: 0 } : view), id: test.test_id, key };
      if (isOther) onChange();
      fetchSoon();
    },
    /** Go on or back by pages. @param {number} by */
    move(by) {
      const offset = Math.max(0, view.offset + by * size);
      if (offset >= view.total && by > 0) return;
      view = { ...view, offset };
      fetch();
    },
  };
}

/** The names of a table's columns. @param {HTMLElement} row @param {string[]} names */
export const fillHead = (row, names) =>
  row.replaceChildren(...names.map((name) => Object.assign(make("th", "", name), { scope: "col" })));

/** Going through the pages. @param {HTMLElement} root @param {"batch" | "evaluation"} kind
 * @param {ReturnType<typeof createResults>} results */
export function listenToPages(root, kind, results) {
  find(`${kind}-before`, root).addEventListener("click", () => results.move(-1));
  find(`${kind}-after`, root).addEventListener("click", () => results.move(1));
}

/** @param {HTMLElement} root @param {"batch" | "evaluation"} kind @param {View} view */
export function renderPages(root, kind, { offset, rows, total }) {
  find(`${kind}-before`, root, "button").disabled = offset === 0;
  find(`${kind}-after`, root, "button").disabled = offset + rows.length >= total;
}
