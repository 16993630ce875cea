// @ts-check
/** One page of a test's results at a time, fetched anew as more of them come. */

import { explain, getTest } from "../../lib/api.js";
import { throttled } from "../../lib/dom.js";
import { createLatest } from "../../lib/latest.js";

const FETCH_MS = 700;

/** @typedef {{id: string, offset: number, rows: any[], total: number, key: string}} View */

/** @param {number} size rows a page @param {any} context @param {() => void} onChange */
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
    /** Show the results of a test, from its first page when it is another one. @param {any} test */
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
