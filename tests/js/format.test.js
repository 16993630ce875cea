import assert from "node:assert/strict";
import { test } from "node:test";

import { duration, gibOf, number, percent, words } from "../../static/js/lib/format.js";

test("absent values are a dash", () => {
  for (const absent of [null, undefined, NaN]) assert.equal(number(absent), "–");
  assert.equal(percent(null), "–");
  assert.equal(duration(undefined), "–");
  assert.equal(gibOf(null, null), "–");
});

test("numbers keep what matters", () => {
  assert.equal(number(0.12345), "0.123");
  assert.equal(number(0), "0");
  assert.equal(number(0.00001), "1.0e-5");
});

test("durations are read as people say them", () => {
  assert.deepEqual([5, 65, 3660].map(duration), ["5 s", "1 min 5 s", "1 h 1 min"]);
});

test("names become words", () => assert.equal(words("pre_training"), "Pre training"));
