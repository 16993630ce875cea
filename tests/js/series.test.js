import assert from "node:assert/strict";
import { test } from "node:test";

import * as series from "../../static/js/state/series.js";

const update = (step, reward, more = {}) => ({ session_id: "a", phase: "training", seq: step, step, reward, ...more });
const values = (history, name) => [...series.column(history, name).subarray(0, history.length)];
const filled = (count, capacity) => {
  const history = series.emptyHistory(capacity);
  for (let step = 1; step <= count; step += 1) series.append(history, update(step, step / 10), step);
  return history;
};

test("updates are appended in order", () => {
  const history = filled(3);
  assert.deepEqual(values(history, "step"), [1, 2, 3]);
  assert.deepEqual(values(history, "reward"), [0.1, 0.2, 0.3]);
});

test("nested numbers get dotted names, texts and what was batched before are left out", () => {
  const history = series.emptyHistory();
  const nested = {
    completion_length: { mean: 5, min: 1 }, rewards: { "exact-match": { mean: 0.5 } }, earlier: [{ step: 0 }], kl: null,
  };
  series.append(history, update(1, 0.1, nested), 1);
  assert.deepEqual([...history.columns.keys()].sort(),
    ["completion_length.mean", "completion_length.min", "reward", "rewards.exact-match.mean", "seq", "step", "t"]);
  assert.deepEqual(series.rewardNames(history), ["exact-match"]);
});

test("a resume replaces the steps it repeats and those after them", () => {
  const history = filled(4);
  series.append(history, update(3, 9, { seq: 12 }), 12);
  assert.deepEqual(values(history, "step"), [1, 2, 3]);
  assert.deepEqual(values(history, "reward"), [0.1, 0.2, 9]);
});

test("an update that the history holds already changes nothing", () => {
  const history = filled(4);
  assert.equal(series.append(history, update(3, 9), 12), false);
  assert.equal(history.length, 4);
});

test("a metric that comes later, or is missing once, is absent where it is not", () => {
  const history = series.fromColumns({ step: [1, 2], kl: [null, 0.5] });
  series.append(history, update(3, 0.3), 3);
  assert.deepEqual(values(history, "kl"), [NaN, 0.5, NaN]);
  assert.deepEqual(values(history, "reward"), [NaN, NaN, 0.3]);
  assert.equal(series.lastKnown(history, "kl"), 0.5);
});

test("columns of REST keep all their rows, and there may be none", () => {
  const step = Array.from({ length: 100_000 }, (_, row) => row + 1);
  assert.equal(series.fromColumns({ step }).length, 100_000);
  assert.equal(series.fromColumns({}).length, 0);
});

test("a long run is thinned in its older half and exact in its newer one", () => {
  const history = filled(9, 8);
  assert.deepEqual(values(history, "step"), [1, 3, 5, 6, 7, 8, 9]);
  assert.deepEqual(values(history, "reward"), [1, 3, 5, 6, 7, 8, 9].map((step) => step / 10));
});

test("144,000 updates take no more than the capacity", () => {
  const history = filled(144_000);
  assert.ok(history.length <= series.CAPACITY);
  for (const column of history.columns.values()) assert.equal(column.length, series.CAPACITY);
  assert.deepEqual([values(history, "step")[0], series.last(history, "step")], [1, 144_000]);
  const steps = values(history, "step");
  assert.ok(steps.every((step, row) => row === 0 || step > steps[row - 1]));
});

test("rows are found by their step", () => {
  const history = series.fromColumns({ step: [10, 20, 30] });
  assert.deepEqual([5, 10, 11, 31].map((step) => series.rowFrom(history, "step", step)), [0, 0, 1, 3]);
  assert.deepEqual([5, 14, 16, 99].map((step) => series.rowNear(history, "step", step)), [0, 0, 1, 2]);
  assert.equal(series.rowNear(series.emptyHistory(), "step", 1), -1);
});

test("a metric of zeros has values, but none beyond 0", () => {
  const history = series.fromColumns({ step: [1, 2], clip: [0, 0], off: [null, null] });
  assert.deepEqual(
    [series.hasValues(history, "clip"), series.hasValues(history, "clip", true), series.hasValues(history, "off")],
    [true, false, false],
  );
});
