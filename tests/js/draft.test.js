import assert from "node:assert/strict";
import { test } from "node:test";

import * as drafts from "../../static/js/state/draft.js";

const defaults = {
  name: null, "training.seed": 42, "training.learning_rate": 1e-5, "reward.components": [], "dataset.parameters": {},
};

test("only what differs from the defaults is kept", () => {
  const once = drafts.changed({ "training.seed": 7, "training.learning_rate": 1e-5 }, defaults)(drafts.emptyDraft);
  assert.deepEqual(once.config, { training: { seed: 7 } });
  assert.equal(once.isDirty, true);
  assert.deepEqual(drafts.changed({ "training.seed": 42 }, defaults)(once).config, {});
});

test("undefined takes a value back, and the section with its last value", () => {
  const config = drafts.withValue({ training: { seed: 7 } }, "training.seed", undefined);
  assert.deepEqual(config, {});
});

test("a change that changes nothing leaves the draft as it is", () => {
  assert.equal(drafts.changed({ "training.seed": 42 }, defaults)(drafts.emptyDraft), drafts.emptyDraft);
});

test("lists and objects are compared by what they hold", () => {
  const draft = drafts.changed({ "reward.components": [], "dataset.parameters": {} }, defaults)(drafts.emptyDraft);
  assert.deepEqual(draft.config, {});
  assert.equal(drafts.isSame({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }), true);
  assert.equal(drafts.isSame([1, 2], [2, 1]), false);
  assert.equal(drafts.isSame([], {}), false);
});

test("a whole configuration is reduced to what differs", () => {
  const whole = {
    name: "x", training: { seed: 42, learning_rate: 3e-5 }, reward: { components: [] }, dataset: { parameters: {} },
  };
  assert.deepEqual(drafts.sparse(whole, defaults), { name: "x", training: { learning_rate: 3e-5 } });
});

test("an untouched draft takes what is recommended without becoming the user's", () => {
  const begun = drafts.begun({ training: { seed: 3 } }, defaults)(drafts.emptyDraft);
  assert.deepEqual([begun.config, begun.isOwn, begun.isDirty], [{ training: { seed: 3 } }, false, false]);
  const own = drafts.changed({ name: "mine" }, defaults)(drafts.emptyDraft);
  assert.equal(drafts.begun({ training: { seed: 3 } }, defaults)(own), own);
});

test("a recommended draft takes what suits its data once, and keeps what the user changes afterwards", () => {
  const wanted = { "training.seed": 7 };
  const taken = drafts.suited(wanted, defaults)(drafts.emptyDraft);
  assert.deepEqual([taken.config, taken.isOwn, taken.isDirty], [{ training: { seed: 7 } }, false, false]);
  assert.equal(drafts.suited(wanted, defaults)(taken), taken);
  const changed = drafts.changed({ "training.seed": 8 }, defaults)(taken);
  assert.equal(drafts.suited(wanted, defaults)(changed), changed);
  assert.deepEqual(drafts.suited({ "training.seed": 9 }, defaults)(changed).config, { training: { seed: 9 } });
  const custom = { ...drafts.emptyDraft, mode: "custom" };
  assert.equal(drafts.suited(wanted, defaults)(custom), custom);
});

test("differences between runs name the setting and both values", () => {
  const found = drafts.differences({ training: { seed: 1 } }, {}, defaults);
  assert.deepEqual(found, [{ name: "training.seed", left: 1, right: 42 }]);
});

test("settings are found on the step that shows them", () => {
  const places = ["model.name", "prompt.template", "training.seed", "reward.type", "name"].map(drafts.stepOf);
  assert.deepEqual(places, ["model", "dataset", "config", "reward", "config"]);
});
