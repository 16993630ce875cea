import assert from "node:assert/strict";
import test from "node:test";
import { workedSeconds } from "../../static/js/state/sessions.js";

test("a run's duration leaves out the pauses between its attempts", () => {
  assert.equal(workedSeconds({ started_at: 10, ended_at: 100, idle_seconds: 30 }, 500), 60);
  assert.equal(workedSeconds({ started_at: 10, ended_at: null, idle_seconds: 30 }, 100), 60);
  assert.equal(workedSeconds({ started_at: 10, ended_at: null, paused_at: 40, idle_seconds: 0 }, 100), 30);
});
