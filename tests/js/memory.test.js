import assert from "node:assert/strict";
import { test } from "node:test";

import { memoryText } from "../../static/js/state/memory_text.js";

const phases = [
  { key: "evaluation", label: "Evaluation", gib: 1.1, decides: false },
  { key: "sampling", label: "Sampling", gib: 1.1, decides: false },
  { key: "learning", label: "Learning", gib: 2.1, decides: true },
];
const memory = { total_gib: 10.7, available_gib: 23.6, device: "RTX 4090", phases, problem: null };

test("the phases take turns, and only the largest is in the total", () => {
  const text = "About 11 GiB of 24 GiB (RTX 4090). Phases take turns, so only the largest is counted: " +
    "learning 2.1 GiB. The others: evaluation 1.1 GiB, sampling 1.1 GiB.";
  assert.equal(memoryText({ memory, refusal: null }), text);
});

test("why a run is refused stands beside what it needs", () => {
  const refusal = {
    message: "The run needs about 23.4 GiB, and 21.2 of the 23.6 GiB of RTX 4090 can be used.",
    hint: "Change a setting.", fields: {},
  };
  assert.match(
    memoryText({ memory, refusal }),
    /^As written, about 11 GiB of 24 GiB \(RTX 4090\)\. The run needs .* can be used\. Change a setting\. Phases/,
  );
});

test("what is not known is said, and nothing where nothing was asked", () => {
  assert.equal(memoryText({ memory: { problem: "Check the model." }, refusal: null }), "Check the model.");
  assert.equal(memoryText(null), "");
});
