import assert from "node:assert/strict";
import { test } from "node:test";

import { formatRoute, parseRoute } from "../../static/js/lib/router.js";

test("an address and its route are the same thing", () => {
  for (const hash of ["#/model", "#/monitor/my-run", "#/monitor/my-run?tab=rollouts&step=12", "#/compare?ids=a%2Cb"]) {
    assert.equal(formatRoute(parseRoute(hash)), hash);
  }
});

test("names with slashes and signs survive", () => {
  const hash = formatRoute({ step: "monitor", session: "a b&c" });
  assert.equal(parseRoute(hash).session, "a b&c");
});

test("what can't be read leads home", () => {
  for (const hash of ["", "#", "#/nowhere", "#session=x"]) assert.equal(parseRoute(hash).step, "");
  assert.equal(parseRoute("#/monitor/%E0%A4%A").session, null);
});
