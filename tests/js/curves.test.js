import assert from "node:assert/strict";
import { test } from "node:test";

import { curve, extentOf, pick, viewOf } from "../../static/js/state/curves.js";
import { append, emptyHistory, fromColumns } from "../../static/js/state/series.js";

const of = (reward, more = {}) => fromColumns({ step: reward.map((_, row) => row + 1), reward, ...more });
const numbers = (history, wanted) => [...curve(history, wanted).values.subarray(0, history.length)];
const drawn = (history, wanted, width, side) =>
  pick(curve(history, wanted), viewOf(history, "step", 0, null, width), side);

test("a metric is drawn as it is while there is room", () => {
  assert.deepEqual(drawn(of([1, null, 3]), { name: "reward" }, 100), [1, null, 3]);
});

test("smoothing starts at the first value, not at 0", () => {
  const smooth = numbers(of([1, 1, 1]), { name: "reward", weight: 0.9 });
  smooth.forEach((value) => assert.ok(Math.abs(value - 1) < 1e-12));
});

test("smoothing is an exponential moving average that passes over gaps", () => {
  const [first, gap, second] = numbers(of([0, null, 1]), { name: "reward", weight: 0.5 });
  assert.equal(first, 0);
  assert.ok(Number.isNaN(gap));
  assert.ok(Math.abs(second - 2 / 3) < 1e-12);
});

test("a smoothed curve goes on from where it was", () => {
  const history = emptyHistory();
  const whole = [];
  for (let step = 1; step <= 200; step += 1) {
    append(history, { seq: step, step, reward: Math.sin(step) }, step);
    whole.push(Math.sin(step));
    curve(history, { name: "reward", weight: 0.8 });
  }
  assert.deepEqual(
    numbers(history, { name: "reward", weight: 0.8 }),
    numbers(of(whole), { name: "reward", weight: 0.8 }),
  );
});

test("a resume starts the smoothed curve afresh", () => {
  const history = of([1, 1, 5]);
  numbers(history, { name: "reward", weight: 0.5 });
  append(history, { seq: 9, step: 3, reward: 1 }, 0);
  assert.ok(Math.abs(numbers(history, { name: "reward", weight: 0.5 })[2] - 1) < 1e-12);
});

test("a band is a metric plus and minus another", () => {
  const history = of([1, 2], { reward_std: [0.5, null] });
  assert.deepEqual(numbers(history, { name: "reward", other: "reward_std", sign: -1 }), [0.5, NaN]);
});

test("a logarithmic axis skips what is not above 0", () => {
  assert.deepEqual(drawn(of([0, -1, 2]), { name: "reward", isPositive: true }, 100), [null, null, 2]);
});

test("a spike survives thinning, and at most two points a pixel are drawn", () => {
  const reward = Array.from({ length: 100_000 }, () => 0.5);
  reward[70_001] = 9;
  reward[70_005] = -9;
  const history = of(reward);
  const points = drawn(history, { name: "reward" }, 400);
  assert.ok(points.length <= 2 * 401);
  assert.deepEqual([points.indexOf(9) >= 0, points.indexOf(-9) > points.indexOf(9)], [true, true]);
});

test("the edges of a band keep to their side", () => {
  const history = of([1, 5, 2, 6]);
  assert.deepEqual(drawn(history, { name: "reward" }, 2, "low"), [1, 1, 2, 2]);
  assert.deepEqual(drawn(history, { name: "reward" }, 2, "high"), [5, 5, 6, 6]);
});

test("a smooth curve is drawn by the ends of its buckets, past gaps", () => {
  assert.deepEqual(drawn(of([1, 9, null, 4, null, 6, 7, null]), { name: "reward" }, 2, "ends"), [1, 4, 6, 7]);
});

test("buckets follow new rows", () => {
  const history = of(Array.from({ length: 64 }, (_, row) => row));
  drawn(history, { name: "reward" }, 16);
  append(history, { seq: 999, step: 65, reward: 777 }, 0);
  assert.equal(drawn(history, { name: "reward" }, 16).at(-1), 777);
});

test("a part is drawn finely with a neighbour on each side", () => {
  const history = of(Array.from({ length: 1000 }, (_, row) => row));
  const view = viewOf(history, "step", 0, { min: 500, max: 502 }, 100);
  assert.deepEqual(view.x, [499, 500, 501, 502, 503]);
});

test("time is counted from the start of the run", () => {
  const history = of([1, 2], { t: [1000, 1060] });
  assert.deepEqual(viewOf(history, "t", 990, null, 100).x, [10, 70]);
  assert.deepEqual(extentOf([{ history, startedAt: 990 }], "time"), { min: 10, max: 70 });
  assert.deepEqual(extentOf([{ history: emptyHistory(), startedAt: 0 }], "step"), { min: 0, max: 1 });
});
