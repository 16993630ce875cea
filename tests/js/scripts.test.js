import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { asCurl, asPython } from "../../static/js/state/scripts.js";

const CONFIG = { name: "it's a \"test\" of ''' and $HOME and \\n", training: { seed: 1 } };

test("the shell command hands the configuration over untouched", () => {
  const command = asCurl(CONFIG, "http://localhost:5000").replace(/^curl[^]*?--data-binary @-/, "cat");
  const shown = execFileSync("sh", ["-c", command], { encoding: "utf-8" });
  assert.deepEqual(JSON.parse(shown), { config: CONFIG });
});

test("the Python script holds the configuration untouched", () => {
  const script = asPython(CONFIG, "http://localhost:5000");
  const json = script.slice(script.indexOf("r'''") + 4, script.indexOf("''')"));
  assert.deepEqual(JSON.parse(json), CONFIG);
});
