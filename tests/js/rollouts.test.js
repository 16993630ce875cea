import assert from "node:assert/strict";
import { test } from "node:test";

import * as rollouts from "../../static/js/state/rollouts.js";

const completion = (reward, more = {}) => ({ text: "a", reward, advantage: reward - 0.5, scores: {}, ...more });
const group = (...rewards) => ({ completions: rewards.map((reward) => completion(reward)) });

test("a group whose completions earn the same is flat", () => {
  assert.equal(rollouts.isFlat(group(1, 1)), true);
  assert.equal(rollouts.isFlat(group(1, 0)), false);
  assert.equal(rollouts.groupText(group(0, 0)), "all 0: no signal");
  assert.equal(rollouts.groupText(group(1, 0)), "mean 0.5, best 1");
});

test("a completion without a score earns nothing and is no signal, and its card says why", () => {
  assert.equal(rollouts.isFlat(group(1, null, null)), true);
  assert.equal(rollouts.groupText(group(1, null, null)), "2 of 3 unscored: no signal");
  assert.equal(rollouts.groupText(group(1, 0, null)), "mean 0.5, best 1, 1 unscored");
  assert.equal(rollouts.groupText(group(1, 1, null)), "all 1: no signal, 1 unscored");
  assert.deepEqual(rollouts.shares(group(-1, 2, null), rollouts.scaleOfStep([group(2, null)])), [0, 1, 0]);
  const scores = { form: { value: 1, reason: "fine" }, judge: { value: null, reason: "no answer" } };
  assert.equal(rollouts.unscoredText(completion(null, { scores })), "judge: no answer");
  assert.equal(rollouts.unscoredText(completion(0, { scores })), "");
});

test("rewards are drawn against the best of the step", () => {
  const groups = [group(0, 2), group(1, 1)];
  assert.deepEqual(rollouts.shares(groups[1], rollouts.scaleOfStep(groups)), [0.5, 0.5]);
  assert.deepEqual(rollouts.shares(group(0, 0), rollouts.scaleOfStep([group(0, 0)])), [0, 0]);
});

test("rewards below 0 are drawn between the worst and the best of the step", () => {
  const step = [group(-2, 3), group(0.5, -2)];
  assert.deepEqual(rollouts.shares(step[1], rollouts.scaleOfStep(step)), [0.5, 0]);
});

test("the answer is cut out of the text in the browser's own units", () => {
  const marked = { text: "\u{1F600}<a>42</a>", answer: { start: 5, end: 7 } };
  assert.deepEqual(rollouts.aroundAnswer(marked), ["\u{1F600}<a>", "42", "</a>"]);
  assert.deepEqual(rollouts.aroundAnswer({ text: "none", answer: null }), ["none", "", ""]);
});

test("what was cut, failed or missed is flagged", () => {
  const scores = { a: { kind: "failed" } };
  const troubled = { truncated: true, mentions_reference: true, answer: null, problems: ["x"], scores };
  const flags = rollouts.flagsOf(completion(0, troubled));
  assert.deepEqual(flags.map((flag) => flag.text), [
    "cut at the limit", "reward failed", "reference present, scored 0", "no answer found",
  ]);
  assert.deepEqual(rollouts.flagsOf(completion(1)), []);
});

test("a reward without a value says why, and is never shown as 0", () => {
  assert.equal(rollouts.partOf("r", { value: null, kind: "not_run", reason: "tests miss" }).text, "not judged");
  assert.equal(rollouts.partOf("r", null).text, "failed");
  assert.equal(rollouts.partOf("r", { value: 0, kind: "scored", reason: "" }).text, "0");
});

test("the nearest step before is found among many", () => {
  assert.equal(rollouts.placeOf([1, 5, 9], 6), 1);
  assert.equal(rollouts.placeOf([1, 5, 9], 0), 0);
  assert.equal(rollouts.placeOf([], 3), 0);
});
