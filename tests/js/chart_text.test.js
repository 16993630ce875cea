import assert from "node:assert/strict";
import { test } from "node:test";

import { csvOf, rowsOf, sentenceOf, wholeCsv } from "../../static/js/state/chart_text.js";
import { fromColumns } from "../../static/js/state/series.js";

const steps = (count) => Array.from({ length: count }, (_, row) => row + 1);
const rising = fromColumns({ step: steps(200), reward: steps(200).map((step) => step / 100) });
const noisy = fromColumns({ step: steps(200), reward: steps(200).map((step) => step % 2) });
const part = (history, title = "Reward") => ({ title, history, name: "reward" });
const format = (value) => value.toFixed(2);

test("the sentence has the newest value and its trend", () => {
  assert.equal(
    sentenceOf(part(rising), format),
    "Reward 2.00 at step 200, rising: 1.75 on average over 50 points, 1.25 over the 50 before.",
  );
  assert.match(sentenceOf(part(noisy), format), /steady/);
});

test("without values the sentence says so", () => {
  assert.equal(sentenceOf(part(fromColumns({ step: [1] })), format), "Reward: no value.");
});

test("a table has the newest steps of all its parts", () => {
  const other = fromColumns({ step: [199, 201], reward: [7, 8] });
  const rows = rowsOf([part(rising), part(other)], 3);
  assert.deepEqual(rows.map((row) => row.step), [199, 200, 201]);
  assert.deepEqual(rows[0].values, [1.99, 7]);
  assert.ok(Number.isNaN(rows[1].values[1]));
});

test("CSV holds every row; absent values are empty and titles are quoted", () => {
  const given = fromColumns({ step: [1, 2], reward: [0.5, null] });
  assert.equal(csvOf([part(given, 'a, "b"')]), 'step,"a, ""b"""\n1,0.5\n2,\n');
});

test("the CSV of a run has both phases", () => {
  const warmUp = fromColumns({ step: [1], loss: [3] });
  const training = fromColumns({ step: [1], reward: [0.5] });
  const text = wholeCsv([{ phase: "pre_training", history: warmUp }, { phase: "training", history: training }]);
  assert.equal(text, "phase,step,loss,reward\npre_training,1,3,\ntraining,1,,0.5\n");
});
