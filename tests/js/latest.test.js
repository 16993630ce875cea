import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/lib/api.js";
import { createLatest, unchanged } from "../../static/js/lib/latest.js";

const refusal = () => new ApiError({ code: "not_found", message: "Not there.", hint: "", fields: {} });

/** A view of one choice, its answers in the hands of the test. */
function view() {
  const shown = [];
  const held = {};
  const state = { chosen: "a" };
  const latest = createLatest(() => state.chosen);
  const ask = (name, more = {}) => {
    const request = (signal) => new Promise((resolve, reject) => {
      held[name] = { resolve: () => resolve(name), reject, signal };
    });
    return latest.ask(request, {
      answered: (value) => shown.push(value), refused: (error) => shown.push(error.message), ...more,
    });
  };
  return { shown, held, state, latest, ask };
}

test("an answer about what is still chosen is shown", async () => {
  const { shown, held, latest, ask } = view();
  const asked = ask("one");
  assert.equal(latest.isAsking(), true);
  held.one.resolve();
  await asked;
  assert.deepEqual([shown, latest.isAsking()], [["one"], false]);
});

test("an answer is dropped when something else was chosen, without anybody having to say so", async () => {
  const { shown, held, state, latest, ask } = view();
  const asked = ask("one");
  state.chosen = "b";
  assert.equal(latest.isAsking(), false);
  held.one.resolve();
  await asked;
  assert.deepEqual(shown, []);
});

test("so is a refusal", async () => {
  const { shown, held, state, ask } = view();
  const asked = ask("one");
  state.chosen = "b";
  held.one.reject(refusal());
  await asked;
  assert.deepEqual(shown, []);
});

test("a question about something else stops the older one, whichever answer comes first", async () => {
  const { shown, held, state, ask } = view();
  const first = ask("one");
  state.chosen = "b";
  const second = ask("two");
  assert.equal(held.one.signal.aborted, true);
  state.chosen = "a"; // chosen again, and not asked for again
  held.one.resolve();
  await first;
  state.chosen = "b";
  held.two.resolve();
  await second;
  assert.deepEqual(shown, ["two"]);
});

test("of two questions about the same the first answer is shown until the second is there", async () => {
  const { shown, held, ask } = view();
  const asked = [ask("one"), ask("two")];
  held.one.resolve();
  await asked[0];
  assert.deepEqual(shown, ["one"]);
  held.two.resolve();
  await asked[1];
  assert.deepEqual(shown, ["one", "two"]);
});

test("and is never shown after it", async () => {
  const { shown, held, ask } = view();
  const asked = [ask("one"), ask("two")];
  held.two.resolve();
  await asked[1];
  assert.equal(held.one.signal.aborted, true);
  held.one.resolve();
  await asked[0];
  assert.deepEqual(shown, ["two"]);
});

test("what is dropped ends without a word, also where the browser stops the request", async () => {
  const { shown, held, latest, ask } = view();
  const asked = ask("one");
  latest.drop();
  held.one.reject(new DOMException("stopped", "AbortError"));
  await asked;
  assert.deepEqual([shown, latest.isAsking()], [[], false]);
});

test("only the last of a burst is asked", async () => {
  const { shown, held, ask } = view();
  const asked = [ask("one", { quietMs: 5 }), ask("two", { quietMs: 5 })];
  await asked[0];
  while (!held.two) await new Promise((resolve) => setTimeout(resolve, 1));
  held.two.resolve();
  await asked[1];
  assert.deepEqual([Object.keys(held), shown], [["two"], ["two"]]);
});

test("a refusal is said, a bug is thrown", async () => {
  const { shown, held, ask } = view();
  const refused = ask("one");
  held.one.reject(refusal());
  await refused;
  assert.deepEqual(shown, ["Not there."]);
  const broken = ask("two");
  held.two.reject(new TypeError("a bug"));
  await assert.rejects(broken, /a bug/);
});

test("what follows a deed can be made to depend on the choice", () => {
  const state = { step: "train", session: null };
  const isUnchanged = unchanged(() => [state.step, state.session]);
  assert.equal(isUnchanged(), true);
  state.step = "model";
  assert.equal(isUnchanged(), false);
});
