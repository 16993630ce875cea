import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { commandsFor, joined, modelfileOf, ollamaName, quoted } from "../../static/js/state/export_commands.js";
import { badgeOf, chipsOf, phasesFor, progressText, proofFacts, roomProblem, roomText, shelves, stagesOf } from "../../static/js/state/exports.js";

const offer = (name, kind, size_bytes = 1e8) => ({ name, kind, title: name, summary: "", file: name, size_bytes, available: true, reason: null, is_made: false });
const file = (target, kind = "gguf", size_bytes = 100) => ({ target, kind, title: target, file: kind === "gguf" ? `model-${target}.gguf` : target, size_bytes, question: "what's 1 + 1?; rm -rf x" });
const PLAN = { targets: [offer("f16", "gguf", 2e8), offer("q4_k_m", "gguf"), offer("merged", "merged", null)], needed_bytes: 5e8, free_bytes: 2e9, fits: true };

test("the recommended type stands first among those to run, the rest to share apart", () => {
  const { run, share } = shelves(PLAN.targets);
  assert.deepEqual(run.map((one) => one.name), ["q4_k_m", "f16"]);
  assert.deepEqual(share.map((one) => one.name), ["merged"]);
  assert.deepEqual(chipsOf(run[0]), ["about 100 MB", "Recommended"]);
});

test("what is chosen is summed up, with the room it needs", () => {
  assert.equal(roomText(PLAN, ["f16", "q4_k_m"]), "2 forms, about 300 MB; 500 MB needed while working, 2 GB free.");
  assert.equal(roomText(PLAN, ["merged"]), "1 form, of unknown size; 500 MB needed while working, 2 GB free.");
  assert.equal(roomText(PLAN, []), "Choose at least one form.");
  assert.equal(roomProblem(PLAN), "");
  assert.match(roomProblem({ ...PLAN, fits: false }), /500 MB are needed .* 2 GB are free/);
});

test("phases follow what is made, and the one under way names its file", () => {
  assert.deepEqual(phasesFor(["adapter"]), ["packing"]);
  assert.deepEqual(phasesFor(["merged", "f16"]), ["merging", "converting", "proving", "scoring", "packing"]);
  const stages = stagesOf({ targets: ["q4_k_m"], phase: "quantising", detail: "q4_k_m", status: "quantising" });
  assert.deepEqual(stages.map((stage) => stage.state), ["done", "done", "now", "waiting", "waiting", "waiting"]);
  assert.equal(stages[2].name, "Quantise q4_k_m");
  assert.equal(progressText({ fraction: 0.62, eta_seconds: 20, text: "Writing" }), "62 %, about 20 s left: Writing");
  assert.equal(progressText({ fraction: 0, eta_seconds: null, text: "" }), "0 %");
});

test("a proof says in words what was measured, and leaves out what was not", () => {
  const proof = { ...file("q4_k_m"), same_token_ids: true, difference: 0.1234567, bound: 1, probes: 24, base_difference: 2.5, fallback_tensors: 180, fallbacks: [{ from: "q4_K", to: "q5_0", count: 180 }] };
  const told = Object.fromEntries(proofFacts({ ...proof, score: { rows: 40, correct: 31, adapter_correct: 33 } }));
  assert.equal(told["Difference from the adapter"], "0.1235 nats of 1 allowed, over 24 probes");
  assert.equal(told["Held-out questions"], "31 of 40 right; the adapter itself 33");
  assert.match(told["Kept at higher precision"], /^180 tensors .* \(180 of q4_K as q5_0\)$/);
  assert.deepEqual(proofFacts(file("adapter", "adapter")), []);
  assert.equal(badgeOf({ ...proof, is_stale: true }).text, "Out of date");
});

test("commands hold the real path and hand a question over untouched", () => {
  const state = { session_id: "My run", folder: "/data/my models/exports/My run", files: [file("q4_k_m")] };
  const { llama, ollama } = commandsFor(state, state.files[0], "base");
  const shown = execFileSync("sh", ["-c", llama.text.split("\n")[0].replace("llama-cli", "printf '%s\\n'")], { encoding: "utf-8" });
  assert.deepEqual(shown.trim().split("\n"), ["-m", "/data/my models/exports/My run/model-q4_k_m.gguf", "-p", "what's 1 + 1?; rm -rf x"]);
  assert.match(ollama.text, /^ollama create my-run -f '\/data\/my models\/exports\/My run\/Modelfile'\n/);
});

test("a path of Windows is written and quoted as Windows does", () => {
  assert.equal(joined("C:\\LoRA Craft\\exports\\a", "model-f16.gguf"), "C:\\LoRA Craft\\exports\\a\\model-f16.gguf");
  assert.equal(quoted("C:\\LoRA Craft\\a.gguf", true), '"C:\\LoRA Craft\\a.gguf"');
  assert.equal(quoted("C:\\a.gguf", true), "C:\\a.gguf");
});

test("the preferred file has the plain Modelfile and name, the others their own", () => {
  const files = [file("f16", "gguf", 900), file("q8_0", "gguf", 500)];
  assert.equal(modelfileOf(files[1], files), "Modelfile");
  assert.equal(modelfileOf(files[0], files), "Modelfile-f16");
  assert.equal(ollamaName("A b", files[0]), "a-b:f16");
});

test("folders are used from Python, the adapter on top of its base", () => {
  const state = { session_id: "r", folder: "/e/r", files: [] };
  const adapter = commandsFor(state, file("adapter", "adapter"), "org/base").python.text;
  assert.match(adapter, /PeftModel\.from_pretrained\(base, folder\)/);
  assert.match(adapter, /"org\/base"/);
  assert.doesNotMatch(commandsFor(state, file("merged", "merged"), "org/base").python.text, /PeftModel/);
});
