import assert from "node:assert/strict";
import { test } from "node:test";

import { boundsOf, fromText, labelOf, toText } from "../../static/js/forms/schema.js";

const field = (kind, more = {}) => ({
  name: "x.y", kind, nullable: false, minimum: null, maximum: null, exclusive_minimum: false, exclusive_maximum: false,
  ...more,
});

test("numbers are read as people write them", () => {
  const number = field("number");
  assert.deepEqual(["2e-5", " 0,5 ", "7"].map((text) => fromText(number, text)), [2e-5, 0.5, 7]);
  assert.equal(toText(number, 0.00002), "2e-5");
  assert.equal(toText(number, 0), "0");
});

test("what is no number is handed on, for the server to refuse", () => {
  assert.equal(fromText(field("integer"), "many"), "many");
  assert.equal(fromText(field("list"), "[1,"), "[1,");
});

test("a number that two people would read as two is handed on, too", () => {
  assert.equal(fromText(field("integer"), "10,000"), "10,000");
  assert.equal(fromText(field("number"), "1,024"), "1,024");
});

test("an empty input is null where that is allowed, and the default elsewhere", () => {
  assert.equal(fromText(field("integer", { nullable: true }), " "), null);
  assert.equal(fromText(field("integer"), ""), undefined);
});

test("bounds are said in words", () => {
  assert.equal(boundsOf(field("number", { minimum: 0, exclusive_minimum: true })), "more than 0");
  assert.equal(boundsOf(field("integer", { minimum: 1, maximum: 512 })), "1 to 512");
  assert.equal(boundsOf(field("integer")), "");
});

test("names become labels", () => {
  assert.deepEqual(["training.learning_rate", "model.lora_rank", "pre_training.enabled"].map(labelOf), [
    "Learning rate", "LoRA rank", "Warm up before GRPO",
  ]);
});
