import assert from "node:assert/strict";
import { test } from "node:test";

import { empty, fromColumns, withUpdate } from "../../static/js/state/series.js";

const update = (step, reward) => ({ phase: "training", step, reward, signal_fraction: 0.5 });

test("updates are appended in order", () => {
  const series = [1, 2, 3].reduce((s, step) => withUpdate(s, update(step, step / 10)), empty);
  assert.deepEqual(series.step, [1, 2, 3]);
  assert.deepEqual(series.reward, [0.1, 0.2, 0.3]);
});

test("a resume replaces the steps it repeats", () => {
  const before = [1, 2, 3, 4].reduce((s, step) => withUpdate(s, update(step, 0)), empty);
  const after = withUpdate(before, update(3, 1));
  assert.deepEqual(after.step, [1, 2, 3]);
  assert.deepEqual(after.reward, [0, 0, 1]);
});

test("the warm-up is no part of the reward curve", () => {
  assert.equal(withUpdate(empty, { ...update(1, 1), phase: "pre_training" }), empty);
});

test("columns without a reward become gaps", () => {
  assert.deepEqual(fromColumns({ step: [1, 2] }), { step: [1, 2], reward: [null, null], signal: [null, null] });
  assert.deepEqual(fromColumns({}), { step: [], reward: [], signal: [] });
});
