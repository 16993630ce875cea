import assert from "node:assert/strict";
import { test } from "node:test";

import { clipText, phasesOf, tilesOf } from "../../static/js/state/progress.js";
import { answersOf, changesOf, changeText, scoreText } from "../../static/js/state/scores.js";

test("a running phase counts up and those before it have ended", () => {
  const session = {
    status: "training",
    phases: [{ phase: "loading", detail: "model", started_at: 10 }, { phase: "training", detail: "", started_at: 30 }],
  };
  assert.deepEqual(phasesOf(session, 40).map(({ name, seconds, isCurrent }) => [name, seconds, isCurrent]), [
    ["Loading: model", 20, false], ["GRPO", 10, true],
  ]);
});

test("a run that is over says what became of it", () => {
  const begun = { phase: "training", detail: "", started_at: 5 };
  const phases = phasesOf({ status: "failed", ended_at: 20, phases: [begun] }, 99);
  assert.deepEqual(phases.map((phase) => [phase.name, phase.seconds]), [["GRPO", 15], ["Failed", null]]);
});

test("a run that waits shows for how long", () => {
  const [queued] = phasesOf({ status: "queued", created_at: 1 }, 4);
  assert.deepEqual([queued.name, queued.seconds], ["Queued", 3]);
});

test("the side on which more was clipped is named", () => {
  assert.equal(clipText({ low: 0, high: 0 }), "0");
  assert.equal(clipText({ low: 0.02, high: 0.01 }), "0.02 low");
  assert.equal(clipText({ low: 0.01, high: 0.02 }), "0.02 high");
});

test("low signal and much truncation are marked, KL without a penalty is off", () => {
  const tiles = Object.fromEntries(
    tilesOf({ step: 3, signal_fraction: 0.1, truncated_fraction: 0.9 }).map((tile) => [tile.name, tile]),
  );
  assert.equal(tiles["Signal fraction"].level, "bad");
  assert.equal(tiles.Truncated.level, "bad");
  assert.equal(tiles.KL.value, "off");
});

test("a step's completions without a score get a tile where there are any", () => {
  const shown = (fraction) => tilesOf({ unscored_fraction: fraction }).find((tile) => tile.name === "Without a score");
  assert.deepEqual(shown(0.125), { name: "Without a score", value: "13 %", level: "bad" });
  assert.equal(shown(0.01).level, "warning");
  assert.equal(shown(0), undefined);
});

test("a held-out score says how many answers it is about", () => {
  assert.equal(scoreText({ correct: 3, total: 8, scored: 6, reward: 0.5 }), "3 of 6 (50 %), 2 without a score");
  assert.equal(scoreText({ correct: 3, total: 6, reward: 0.5 }), "3 of 6 (50 %)");
  assert.equal(scoreText({ correct: null, total: 6, scored: 0, reward: null }), "not scored, 6 without a score");
});

test("failing rewards get a tile of their own", () => {
  assert.equal(tilesOf({ reward_errors: { a: 2, b: 1 } }).at(-1).value, "3");
});

test("changes are counted question by question", () => {
  const scores = [{ marks: "0011", correct: 2, total: 4 }, { marks: "0101", correct: 2, total: 4 }];
  assert.deepEqual(changesOf(scores), { better: 1, worse: 1, right: 1, wrong: 1 });
  assert.equal(changesOf([scores[0]]), null);
  assert.equal(changeText(scores), "50 % to 50 %");
});

test("answers of all stages stand beside each other", () => {
  const samples = [{ instruction: "q", reference: "r", answer: "a" }];
  const [first] = answersOf([
    { stage: "base", marks: "1", samples }, { stage: "step", samples }, { stage: "trained", marks: "0", samples },
  ]);
  assert.deepEqual(first.stages.map((stage) => [stage.name, stage.mark]), [["Base model", "1"], ["After GRPO", "0"]]);
});
