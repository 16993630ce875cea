import assert from "node:assert/strict";
import { test } from "node:test";

import { areShares, heldOutHistory } from "../../static/js/state/held_out.js";
import { isWorthShowing, RUN_CHARTS } from "../../static/js/state/run_charts.js";
import { column, emptyHistory, fromColumns } from "../../static/js/state/series.js";

const spec = (key) => RUN_CHARTS.find((chart) => chart.key === key);
const run = (columns, more = {}) => ({
  history: fromColumns(columns), warmUp: emptyHistory(), heldOut: emptyHistory(), config: { grpo: {} }, isOver: false,
  startedAt: 0, ...more,
});
const labels = (key, given) => spec(key).linesOf(given).map((line) => line.label);
const numbers = (history, name) => [...column(history, name).subarray(0, history.length)];

test("before the first step a chart says what it waits for", () => {
  assert.equal(spec("reward").reasonOf(run({})), "Begins with the first GRPO step.");
  assert.match(spec("kl").reasonOf(run({}, { isOver: true })), /ended before/);
});

test("KL is off without a penalty", () => {
  const given = run({ step: [1], kl: [null] });
  assert.deepEqual(labels("kl", given), []);
  assert.match(spec("kl").reasonOf(given), /^Off: kl_penalty is 0/);
});

test("entropy that the engine does not report is not said to be missing", () => {
  assert.equal(spec("entropy").reasonOf(run({ step: [1] }, { engine: "unsloth" })), "Not reported by Unsloth.");
  assert.match(spec("entropy").reasonOf(run({ step: [1] }, { engine: "trl" })), /no entropy/);
});

test("clip ratios of 0 are explained instead of drawn", () => {
  const zero = { step: [1], "clip_ratio.low": [0], "clip_ratio.high": [0], "clip_ratio.region": [0] };
  assert.deepEqual(labels("clip", run(zero)), []);
  assert.match(spec("clip").reasonOf(run(zero, { isOnPolicy: true })), /^0 by construction/);
  assert.match(spec("clip").reasonOf(run(zero, { isOnPolicy: false })), /^0 so far/);
  assert.deepEqual(labels("clip", run({ ...zero, "clip_ratio.low": [0.1] })), ["Lower bound", "Upper bound", "Either"]);
});

test("parts are shown when there are two rewards", () => {
  const single = run({ step: [1], "rewards.a.mean": [1] });
  const two = run({ step: [1], "rewards.a.mean": [1], "rewards.b.mean": [0] });
  assert.deepEqual([isWorthShowing(spec("parts"), single), isWorthShowing(spec("parts"), two)], [false, true]);
  assert.deepEqual(labels("parts", two), ["a", "b"]);
});

test("the groups that dynamic sampling replaces are shown where it is on", () => {
  const dynamic = run({ step: [1], "groups.sampled": [12], "groups.kept": [8] });
  const isShown = [run({ step: [1] }), dynamic].map((shown) => isWorthShowing(spec("groups"), shown));
  assert.deepEqual(isShown, [false, true]);
  assert.deepEqual(labels("groups", dynamic), ["Sampled", "Kept"]);
});

test("the gap of a sampler of its own is shown where there is one", () => {
  const vllm = run({ step: [1], "sampler_gap.mean": [0.001], "sampler_gap.max": [0.004] });
  assert.deepEqual(
    [isWorthShowing(spec("sampler"), run({ step: [1] })), isWorthShowing(spec("sampler"), vllm)],
    [false, true],
  );
  assert.deepEqual(labels("sampler", vllm), ["Mean", "Largest"]);
});

test("the warm-up has its own line in the loss", () => {
  const given = run({}, { warmUp: fromColumns({ step: [1], loss: [3] }) });
  assert.deepEqual(labels("loss", given), ["Warm-up loss"]);
});

test("held-out scores stand at their steps, after the warm-up instead of the base model", () => {
  const history = fromColumns({ step: [1, 2, 3], t: [11, 12, 13] });
  const scores = [
    { stage: "base", step: 0, share: 0.1 }, { stage: "warm_up", step: 0, share: 0.2, interval: [0.1, 0.4] },
    { stage: "step", step: 2, share: 0.5, interval: [0.3, 0.7] },
  ];
  const drawn = heldOutHistory(scores, history, 10);
  assert.deepEqual(numbers(drawn, "step"), [0, 2, 3]);
  assert.deepEqual(numbers(drawn, "score"), [0.2, 0.5, NaN]);
  assert.deepEqual(numbers(drawn, "low"), [0.1, 0.3, NaN]);
  assert.deepEqual(numbers(drawn, "base"), [0.1, 0.1, 0.1]);
  assert.deepEqual(numbers(drawn, "t"), [10, 12, 13]);
});

test("a score without an interval is drawn without one", () => {
  const drawn = heldOutHistory([{ stage: "base", step: 0, share: 0.75, interval: null }], emptyHistory(), 0);
  assert.deepEqual([numbers(drawn, "score"), numbers(drawn, "low")], [[0.75], [NaN]]);
});

test("held-out rewards without a known range are drawn as they are, on an axis of their own", () => {
  const score = (step, reward) => ({ stage: "step", step, share: null, reward, interval: null });
  const scores = [score(0, -1.5), score(10, 2.5)];
  assert.deepEqual(numbers(heldOutHistory(scores, emptyHistory(), 0), "score"), [-1.5, 2.5]);
  const chart = spec("held-out");
  assert.equal(areShares(scores), false);
  assert.equal(chart.asOf({ isShare: false }).isFraction, false);
  assert.equal(chart.asOf({ isShare: false }).format(2.5), "2.5");
  assert.deepEqual(chart.asOf({ isShare: true }), {});
});
