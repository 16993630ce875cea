import assert from "node:assert/strict";
import { test } from "node:test";

import * as state from "../../static/js/state/sessions.js";

const listed = state.listed([
  { session_id: "old", created_at: 1, status: "completed", last_seq: 9 },
  { session_id: "new", created_at: 2, status: "training", last_seq: 5, step: 3 },
])(state.initial);

test("sessions are shown newest first", () => {
  assert.deepEqual(state.inOrder(listed).map((s) => s.session_id), ["new", "old"]);
});

test("a message that the snapshot already holds changes nothing", () => {
  assert.equal(state.updated({ session_id: "new", seq: 5, step: 1, phase: "training" })(listed).sessions.new.step, 3);
});

test("an update moves the step, one of the warm-up does not", () => {
  const update = { session_id: "new", seq: 6, step: 4, total_steps: 9, phase: "training" };
  assert.equal(state.updated(update)(listed).sessions.new.step, 4);
  assert.equal(state.updated({ ...update, phase: "pre_training" })(listed).sessions.new.step, 3);
});

test("a session nobody has listed yet appears", () => {
  const after = state.statusChanged({ session_id: "third", seq: 1, status: "queued" })(listed);
  assert.equal(after.sessions.third.status, "queued");
});

test("an export of which everything was deleted is gone from every page", () => {
  const told = state.exportChanged({ export_id: "old", status: "completed" })(listed);
  assert.deepEqual(Object.keys(told.exports), ["old"]);
  assert.deepEqual(state.exportChanged({ export_id: "old", status: "deleted" })(told).exports, {});
});

test("a removed session is no longer shown", () => {
  const after = state.removed("new")(state.shown("new")(listed));
  assert.equal(after.shown, null);
  assert.deepEqual(Object.keys(after.sessions), ["old"]);
});

test("a status that arrives after a later update still counts", () => {
  const ahead = state.updated({ session_id: "new", seq: 8, step: 4, phase: "training" })(listed);
  const after = state.statusChanged({ session_id: "new", seq: 7, status: "evaluating" })(ahead);
  assert.equal(after.sessions.new.status, "evaluating");
});

test("an answer that the socket has overtaken changes nothing that is newer", () => {
  const message = { session_id: "new", seq: 9, status: "completed" };
  const ahead = state.statusChanged(message)(listed);
  const stale = { session_id: "new", created_at: 2, last_seq: 7, status: "training" };
  assert.equal(state.listed([stale])(ahead).sessions.new.status, "completed");
  assert.equal(
    state.snapshot({ ...stale, config: { model: {}, dataset: {} } })(ahead).sessions.new.status,
    "completed",
  );
});

test("a run made anew under an old id begins anew", () => {
  const after = state.listed([{ session_id: "new", created_at: 50, last_seq: 1, status: "queued" }])(listed);
  assert.deepEqual(after.sessions.new, { session_id: "new", created_at: 50, last_seq: 1, status: "queued" });
});

test("a run that only the socket has told of stays in the list", () => {
  const told = state.statusChanged({ session_id: "third", seq: 1, status: "queued" })(listed);
  assert.ok("third" in state.listed([{ session_id: "new", created_at: 2, last_seq: 5 }])(told).sessions);
});

test("a run is the same one once more is known of it, and another one when it was made anew", () => {
  const told = state.sessionOf(state.statusChanged({ session_id: "third", seq: 1, status: "queued" })(listed), "third");
  const known = { session_id: "third", created_at: 9, last_seq: 1 };
  assert.equal(state.isSameRun(told, known), true);
  assert.equal(state.isSameRun(known, { ...known, last_seq: 2 }), true);
  assert.equal(state.isSameRun(known, { ...known, created_at: 10 }), false);
  assert.equal(state.isSameRun(null, known), false);
});

test("a session may be called like something every object has", () => {
  const after = state.statusChanged({ session_id: "constructor", seq: 1, status: "queued" })(listed);
  assert.equal(state.sessionOf(after, "constructor").session_id, "constructor");
  assert.equal(state.sessionOf(listed, "constructor"), undefined);
});

test("a search finds sessions by name, model and status", () => {
  const named = state.listed([
    { session_id: "a", name: "Sums", status: "completed" }, { session_id: "b", name: "Dates", status: "failed" },
  ])(state.initial);
  assert.deepEqual(state.found(named, "failed").map((session) => session.session_id), ["b"]);
  assert.equal(state.found(named, "").length, 2);
});

test("the engine is named with the layers that carry an adapter, and those that don't", () => {
  const engine = {
    engine: "unsloth", device: "cuda", dtype: "bfloat16", adapted_layers: { down_proj: [2, 2], qkv_proj: [0, 2] },
  };
  assert.equal(state.engineText({ engine }), "Unsloth on cuda, bfloat16, adapter on 2 layers, none on qkv_proj");
  assert.equal(state.engineText({ engine: { engine: "trl", device: "cpu", dtype: "float32" } }), "TRL on CPU, float32");
  assert.equal(state.engineText({ device: "cuda:0" }), "cuda:0");
});
