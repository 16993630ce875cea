import assert from "node:assert/strict";
import { test } from "node:test";

import { COMPARED, idsOf, labelAmong, resultsOf, settingRows } from "../../static/js/state/compare.js";
import { emptyHistory, fromColumns } from "../../static/js/state/series.js";

const defaults = { "training.learning_rate": 1e-5, "training.seed": 42, "grpo.kl_penalty": 0 };
const config = (training, grpo = {}) => ({ training, grpo });

test("ids are read from the address, each once", () => {
  assert.deepEqual(idsOf("a, b,a,,"), ["a", "b"]);
  assert.deepEqual(idsOf(undefined), []);
});

test("runs of the same name are told apart by their id", () => {
  const [a, b, c] = [
    { session_id: "1", name: "math" }, { session_id: "2", name: "math" }, { session_id: "3", name: "code" },
  ];
  assert.deepEqual([a, b, c].map((session) => labelAmong(session, [a, b, c])), ["math (1)", "math (2)", "code"]);
});

test("only settings that differ are listed, unless all are wanted", () => {
  const configs = [config({ learning_rate: 1e-5 }), config({ learning_rate: 2e-5 }), config({ seed: 1 })];
  assert.deepEqual(settingRows(configs, defaults, false), [
    { name: "training.learning_rate", values: ["1e-5", "2e-5", "1e-5"], isSame: false },
    { name: "training.seed", values: ["42", "42", "1"], isSame: false },
  ]);
  assert.equal(settingRows(configs, defaults, true).length, 3);
});

test("end results name the best step", () => {
  const session = { status: "completed", step: 3, total_steps: 3, started_at: 10, ended_at: 100, evaluations: [] };
  const history = fromColumns({ step: [1, 2, 3], reward: [null, 0.9, 0.5] });
  assert.deepEqual(resultsOf({ session, history }, 0).slice(0, 6), [
    "Completed", "0.5", "0.9 at step 2", "–", "3 of 3", "1 min 30 s",
  ]);
});

test("a run without a metric has no line in its chart", () => {
  const run = (index, history) => ({
    id: String(index), label: String(index), index, session: {}, history, heldOut: emptyHistory(), startedAt: 0,
  });
  const runs = [run(0, fromColumns({ step: [1], kl: [null] })), run(1, fromColumns({ step: [1], kl: [0.1] }))];
  const kl = COMPARED.find((spec) => spec.key === "kl");
  assert.deepEqual(kl.linesOf(runs).map((line) => [line.label, line.colour]), [["1", 2]]);
});
