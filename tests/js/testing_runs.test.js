import assert from "node:assert/strict";
import { test } from "node:test";

import * as runs from "../../static/js/state/testing_runs.js";

const TEST = {
  test_id: "t", kind: "batch", session_id: "a", status: "running", created_at: 5, done: 3, total: 10, eta_seconds: 20,
  text: "", models: [], summary: null,
};

test("tests of a run and of base models are listed, the newest first", () => {
  const tests = {
    1: { ...TEST, test_id: "1", created_at: 1 }, 2: { ...TEST, test_id: "2", session_id: "b" },
    3: { ...TEST, test_id: "3", session_id: null, created_at: 3 },
  };
  assert.deepEqual(runs.testsOf(tests, "a").map(({ test_id: id }) => id), ["3", "1"]);
  assert.equal(runs.shownTest(runs.testsOf(tests, "a"), "batch", "1").test_id, "1");
  assert.equal(runs.shownTest(runs.testsOf(tests, "a"), "batch", "gone").test_id, "3");
  assert.equal(runs.shownTest([], "batch", "1"), undefined);
});

test("a running test tells how far it is and how long it takes", () => {
  assert.deepEqual(runs.progressOf(TEST), { fraction: 0.3, text: "3 of 10 prompts · about 20 s left" });
  assert.equal(runs.progressOf({ ...TEST, total: 0, done: 0, eta_seconds: null, text: "Loading" }).fraction, 0);
});

const SIDE = {
  label: "base", mean: 0.25, interval: [0.1, 0.4], k: 4, pass_at_1: 0.25, pass_at_1_interval: [0.1, 0.5],
  pass_at_k: 0.5, pass_curve: [{ k: 1, value: 0.25 }, { k: 4, value: 0.5 }],
  correct: 5, judged: 20, mean_tokens: 30.25, truncated_fraction: 0.1, refused: 0, unscored: 0,
};
const SUMMARY = {
  rows: 5, samples: 4, most: 0.5, is_judged: true, sides: [SIDE, { ...SIDE, label: "trained", mean: 0.4 }],
  difference: {
    mean: 0.15, interval: [0.05, 0.25], p_value: 0.004, test: "exact sign test over rows", wins: 3, losses: 1, ties: 1,
    is_significant: true,
  },
  length_change: { mean: -12, interval: [-15, -9] }, verdict: "Better.",
};

test("bars are shares of the full reward and never leave their track", () => {
  assert.deepEqual(runs.barOf(SIDE, [0, 0.5]), {
    name: "base", text: "0.25 (0.1 to 0.4)", mean: 0.5, low: 0.2, high: 0.8,
  });
  assert.equal(runs.barOf({ ...SIDE, interval: [-1, 2] }, [0, 0.5]).high, 1);
  assert.deepEqual(runs.barOf({ ...SIDE, mean: null, interval: [null, null] }, [0, 0]), {
    name: "base", text: "no score", mean: 0, low: 0, high: 0,
  });
});

test("figures without a meaning for a reward are left out", () => {
  assert.deepEqual(runs.figuresOf(SUMMARY).map((row) => `${row.name}: ${row.cells[0]}`), [
    "Mean reward, of 0.5: 0.25 (0.1 to 0.4)", "Right answers: 5 of 20", "pass@1: 25 % (10 % to 50 %)", "pass@4: 50 %",
    "Tokens an answer: 30.3", "Cut at the limit: 10 %",
  ]);
  assert.deepEqual(runs.figuresOf(SUMMARY)[0].cells.at(-1), "+0.15 (+0.05 to +0.25)");
  const none = { mean: null, interval: [null, null], pass_at_1: null, pass_curve: [], correct: null, unscored: 2 };
  const plain = { ...SUMMARY, is_judged: false, sides: [{ ...SIDE, ...none }] };
  assert.deepEqual(runs.figuresOf(plain).map((row) => row.cells[0]), ["no score", "30.3", "10 %", "2"]);
});

test("chance and length are told in words", () => {
  const text = runs.chanceText(SUMMARY);
  assert.match(text, /in 0\.4 % of such tests \(exact sign test over rows, p = 0\.004\)/);
  assert.match(text, /12 tokens shorter \(9 to 15\)/);
  assert.match(
    runs.chanceText({
      ...SUMMARY, difference: { ...SUMMARY.difference, mean: null, interval: [null, null], p_value: 0.3 },
      length_change: { mean: 1, interval: [-1, 3] },
    }),
    /^Chance.* proves nothing .*about as long as before/,
  );
});

test("of a verdict the first sentence stands alone", () => {
  assert.deepEqual(runs.splitVerdict("Better: 4 of 5 (+45.0 points). 3 rows rose. More."), [
    "Better: 4 of 5 (+45.0 points).", "3 rows rose. More.",
  ]);
  assert.deepEqual(runs.splitVerdict("Nothing can be said."), ["Nothing can be said.", ""]);
});

test("how a test was asked is told in a few words", () => {
  const demo = { ...TEST, models: [{ label: "demo" }], samples: 1, sampling: { temperature: 0.7, seed: 3 } };
  assert.deepEqual(runs.howAsked(demo), ["demo", "temperature 0.7", "seed 3"]);
  assert.deepEqual(
    runs.howAsked({
      ...demo, kind: "evaluation", total: 80, samples: 4, models: [{}, {}], sampling: { temperature: 0, seed: 3 },
    }),
    ["10 held-out rows", "4 answers each", "greedy"],
  );
});

test("a significant change has a direction, that of the rows that changed", () => {
  assert.equal(runs.levelOf(SUMMARY.difference), "good");
  assert.equal(runs.levelOf({ ...SUMMARY.difference, wins: 0 }), "bad");
  assert.equal(runs.levelOf({ ...SUMMARY.difference, is_significant: false }), "");
});

test("a batch is told in figures, and trouble only where there is some", () => {
  const summary = {
    answered: 3, refused: 0, tokens: 30, seconds: 6, tokens_per_second: 5, truncated: 1, mean_reward: 0.5, most: 1,
    correct: 1, judged: 2, scored: 2, unscored: 0,
  };
  assert.deepEqual(runs.tilesOf(summary).map((tile) => tile.name), [
    "Answered", "Mean reward, of 1", "Correct", "Cut at the limit", "Tokens", "Tokens/s", "Time",
  ]);
  assert.deepEqual(runs.tilesOf({ ...summary, mean_reward: null, judged: 0, truncated: 0 }).map((tile) => tile.name), [
    "Answered", "Tokens", "Tokens/s", "Time",
  ]);
});

test("a test is one line of the history", () => {
  const summary = { answered: 3, mean_reward: 0.5, most: 1, correct: 1, judged: 2 };
  assert.equal(
    runs.aboutTest({ ...TEST, status: "completed", summary }),
    "3 of 10 answered · mean reward 0.5 of 1 · 1 of 2 correct",
  );
  assert.equal(runs.aboutTest({ ...TEST, status: "failed" }), "3 of 10 answered");
  assert.equal(runs.aboutTest({ ...TEST, kind: "evaluation", summary: SUMMARY }), "Better.");
});

test("a prompt that was not taken says why in place of an answer", () => {
  const row = {
    index: 1, prompt: "p", reference: null, response: "", tokens: 0, reward: null, problem: "too long",
    finish_reason: "refused",
  };
  assert.deepEqual(runs.cellsOf(row), ["2", "p", "too long", "–", "–", "0"]);
});

test("the work of an evaluation is told before it starts", () => {
  assert.equal(runs.estimateText(100, 1, 2, 200), "200 answers: 100 rows × 2 models.");
  assert.equal(
    runs.estimateText(100, 4, 2, 20),
    "160 answers: 20 rows × 4 answers × 2 models. Only 20 rows are held out.",
  );
  assert.equal(runs.estimateText(Number.NaN, 1, 2, 20), "");
});

test("a row of an evaluation shows one answer of each side with the rewards of all", () => {
  const side = (...rewards) => ({
    answers: rewards.map((reward) => ({ text: `r${reward}`, reward, scores: { m: { reason: "because" } } })),
  });
  const pair = runs.pairOf({ instruction: "q", reference: "a", sides: [side(0, 1), side(1)] }, SUMMARY.sides);
  assert.deepEqual(pair.stages.map((stage) => [stage.name, stage.answer, stage.reward, stage.reason]), [
    ["base", "r0", "rewards 0, 1", "because"], ["trained", "r1", "reward 1", "because"],
  ]);
});

test("an answer about a test that the socket has overtaken changes nothing", () => {
  const [waiting, running, further, over] = [["waiting", 0], ["running", 0], ["running", 3], ["cancelled", 2]]
    .map(([status, done]) => ({ status, done }));
  for (const [held, answer] of [[running, waiting], [further, running], [over, further]]) {
    assert.equal(runs.later(held, answer), held);
    assert.equal(runs.later(answer, held), held);
  }
  assert.equal(runs.later(undefined, waiting), waiting);
});
