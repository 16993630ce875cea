/** The findings that are shown and that decide are those of the draft as it is now. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { blockersText, findingsNow } from "../../static/js/state/plan.js";

const finding = (key, blocks) => ({ key, title: key, text: "Mend it.", blocks });
const plan = (status) => ({ status, value: { ready: [finding("bench", true), finding("rows", false)] } });

test("a refused draft shows nothing of an earlier one, and is held back by nothing of it", () => {
  for (const status of ["refused", "offline"]) {
    assert.deepEqual(findingsNow(plan(status)), []);
    assert.equal(blockersText(plan(status)), "");
  }
  assert.deepEqual(findingsNow({ status: "checking", value: null }), []);
});

test("what is known stays while a change is checked, and says what needs a second word", () => {
  for (const status of ["sound", "checking"]) assert.equal(findingsNow(plan(status)).length, 2);
  assert.equal(blockersText(plan("sound")), "bench: Mend it.");
});
