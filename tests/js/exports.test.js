import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import * as exports from "../../static/js/state/exports.js";
import * as commands from "../../static/js/state/export_commands.js";
import * as progress from "../../static/js/state/export_progress.js";
import * as proofs from "../../static/js/state/export_proof.js";
import * as pushes from "../../static/js/state/export_push.js";

const offer = (name, kind = "gguf", more = {}) => ({
  name, kind, title: kind === "gguf" ? `GGUF ${name.toUpperCase()}` : name, summary: `what ${name} is for`, file: name,
  size_bytes: 1e8, available: true, reason: null, is_made: false, is_usual: name !== "q6_k", ...more,
});
const file = (target, kind = "gguf", more = {}) => ({
  target, kind, title: kind === "gguf" ? `GGUF ${target.toUpperCase()}` : target,
  file: kind === "gguf" ? `model-${target}.gguf` : target, is_folder: ["adapter", "merged"].includes(kind),
  size_bytes: 100, made_at: 0, is_stale: false,
  download: kind === "gguf" ? `r-${target}.gguf` : `r-${target}`, modelfile: kind === "gguf" ? "Modelfile" : null,
  ...more,
});
const OFFERS = [
  offer("adapter", "adapter"), offer("merged", "merged", { size_bytes: null }),
  offer("f16", "gguf", { size_bytes: 2e8 }), offer("q6_k"), offer("q8_0"), offer("q4_k_m"),
];
const PLAN = {
  targets: OFFERS, needed_bytes: 1.2e9, free_bytes: 2.1e11, fits: true, folder: "/e/r", has_hub_token: false, asked: "",
};

const names = (offers) => offers.map(({ name }) => name);

test("usual files stand first, the recommended one before all; rare ones and those to share are apart", () => {
  const { usual, rare, share } = exports.shelves(OFFERS);
  assert.deepEqual([names(usual), names(rare), names(share)], [
    ["q4_k_m", "q8_0", "f16"], ["q6_k"], ["adapter", "merged"],
  ]);
});

test("the recommended file is chosen by itself until it is there and up to date", () => {
  assert.deepEqual(exports.firstChoice(OFFERS, []), ["q4_k_m"]);
  assert.deepEqual(exports.firstChoice(OFFERS, [file("q4_k_m")]), []);
  assert.deepEqual(exports.firstChoice(OFFERS, [file("q4_k_m", "gguf", { is_stale: true })]), ["q4_k_m"]);
  assert.deepEqual(exports.firstChoice([offer("q4_k_m", "gguf", { available: false })], []), []);
});

test("only what can be made is chosen, in the order in which it is made", () => {
  const some = [offer("f16"), offer("q8_0", "gguf", { available: false }), offer("q4_k_m")];
  assert.deepEqual(exports.makeable(some, ["q4_k_m", "q8_0", "f16"]), ["f16", "q4_k_m"]);
});

test("a card has the size that a file really has, else about how large it will be", () => {
  assert.equal(exports.cardOf(OFFERS[2], OFFERS, []).size, "about 200 MB");
  assert.equal(exports.cardOf(OFFERS[1], OFFERS, []).size, "size not known");
  const made = exports.cardOf(OFFERS[2], OFFERS, [file("f16", "gguf", { size_bytes: 1.5e8 })]);
  assert.deepEqual([made.title, made.size, made.made, made.share], ["F16", "150 MB", "Made", 0.75]);
  assert.equal(exports.cardOf(OFFERS[2], OFFERS, [file("f16", "gguf", { is_stale: true })]).made, "Out of date");
});

test("a card that is off says why, unless one reason holds for all, which is said once", () => {
  const off = offer("q8_0", "gguf", { available: false, reason: "no place for DoRA" });
  assert.equal(exports.cardOf(off, [off, offer("f16")], []).text, "no place for DoRA");
  assert.equal(exports.commonReason([off, off]), "no place for DoRA");
  assert.equal(exports.cardOf(off, [off, off], []).text, "what q8_0 is for");
  assert.equal(exports.commonReason(OFFERS), "");
});

test("what is chosen is summed up, with the room it needs", () => {
  assert.equal(
    exports.summaryOf(PLAN, ["f16", "q4_k_m"]),
    "2 files, about 300 MB; 1.2 GB needed while working, 210 GB free.",
  );
  assert.equal(exports.summaryOf({ ...PLAN, needed_bytes: null }, ["merged"]), "1 file, of unknown size; 210 GB free.");
  assert.equal(exports.summaryOf(PLAN, []), "Nothing is chosen yet.");
  assert.equal(exports.roomProblem(PLAN), "");
  assert.match(
    exports.roomProblem({ ...PLAN, free_bytes: 1e9, fits: false }),
    /1\.2 GB are needed .* 1 GB are free, 200 MB too little/,
  );
});

test("files that take the place of others are announced", () => {
  const plan = { ...PLAN, targets: [offer("f16", "gguf", { is_made: true }), offer("q8_0")] };
  assert.equal(exports.replacingText(plan, ["q8_0"]), "");
  assert.match(exports.replacingText(plan, ["f16"]), /^It takes the place/);
  assert.match(exports.replacingText(plan, ["f16", "q8_0"]), /^1 file of them takes the place/);
});

test("an answer that the socket has overtaken is not taken", () => {
  const state = (more) => ({ started_at: 5, ended_at: null, fraction: 0, push: null, ...more });
  const [failed, starting] = [state({ ended_at: 6 }), state({})];
  assert.equal(exports.later(failed, starting), failed);
  assert.equal(exports.later(state({ fraction: 0.5 }), failed), failed);
  assert.equal(exports.later(failed, state({ started_at: 7 })).started_at, 7);
  const push = (is_running) => ({ ...failed, push: { started_at: 9, is_running } });
  assert.equal(exports.later(push(false), push(true)).push.is_running, false);
  assert.equal(exports.later(push(true), push(false)).push.is_running, false);
});

const running = (targets, phase, detail, more = {}) => ({
  targets, phase, detail, is_running: true, status: phase, files: [], started_at: 100,
  stages: [
    stage("merging", "", "Merge adapter and base model"), stage("converting", "", "Convert to GGUF"),
    ...targets.flatMap((name) => [
      ...(["f16", "bf16"].includes(name) ? [] : [stage("quantising", name, `Quantise ${name.toUpperCase()}`)]),
      stage("proving", name, `Prove ${name.toUpperCase()}`),
    ]),
    stage("scoring", "", "Score on held-out questions"), stage("packing", "", "Finish"),
  ],
  ...more,
});
const stage = (phase, target, title) => ({ phase, target, title });
const shownStages = (exportState) => progress.stagesOf(exportState).map((stage) => `${stage.name}: ${stage.state}`);

test("stages before the present one are done, those behind it wait", () => {
  assert.deepEqual(shownStages(running(["q8_0"], "quantising", "q8_0")), [
    "Merge adapter and base model: done", "Convert to GGUF: done", "Quantise Q8_0: now", "Prove Q8_0: waiting",
    "Score on held-out questions: waiting", "Finish: waiting",
  ]);
  assert.ok(progress.stagesOf(running(["q8_0"], null, "")).every((stage) => stage.state === "waiting"));
  const over = running(["q8_0"], "packing", "", { is_running: false, status: "completed" });
  assert.ok(progress.stagesOf(over).every((stage) => stage.state === "done"));
});

test("a proof that the worker went on without has failed, and so has the stage at which an export ended", () => {
  const files = [file("q8_0", "gguf", { made_at: 120 })];
  const failed = running(["q8_0", "q4_k_m"], "packing", "", { files, is_running: false, status: "failed" });
  assert.deepEqual(shownStages(failed).filter((text) => /failed|Prove Q8_0|Finish/.test(text)), [
    "Prove Q8_0: done", "Prove Q4_K_M: failed", "Finish: waiting",
  ]);
  assert.equal(progress.headingOf(failed), "1 of 2 files failed");
  assert.deepEqual(progress.leftOf(failed), ["q4_k_m"]);
  assert.equal(progress.stateWord("waiting", false), "not reached");
  const torn = running(["q8_0"], "merging", "", { is_running: false, status: "failed" });
  assert.equal(shownStages(torn)[0], "Merge adapter and base model: failed");
});

test("of the wide types the one that is made first stands first", () => {
  const bf16 = shownStages(running(["f16", "bf16"], "proving", "bf16"));
  assert.deepEqual(bf16.slice(2, 4), ["Prove BF16: now", "Prove F16: waiting"]);
  const then = shownStages(
    running(["f16", "bf16"], "quantising", "f16", { files: [file("bf16", "gguf", { made_at: 110 })] }),
  );
  assert.deepEqual(then.slice(2, 4), ["Prove BF16: done", "Prove F16: now"]);
});

test("progress is told with what is left and what is spent, and the end in a sentence", () => {
  assert.equal(
    progress.progressText({ fraction: 0.62, eta_seconds: 20, started_at: 100 }, 141),
    "62 % · about 20 s left · 41 s so far",
  );
  assert.equal(progress.progressText({ fraction: 0, eta_seconds: null, started_at: null }, 141), "0 %");
  assert.equal(progress.headingOf(running(["q4_k_m"], "merging", "")), "Exporting Q4_K_M");
  assert.equal(
    progress.endText({ status: "completed", targets: ["f16", "q8_0"], elapsed_seconds: 40 }),
    "The export is complete: 2 files in 40 s.",
  );
  const failure = { cause: "No space." };
  assert.match(progress.endText({ status: "failed", targets: [], failure }), /failed. No space/);
  assert.equal(progress.isTold({ is_running: false, status: "completed", notices: [] }, false), false);
  assert.equal(progress.isTold({ is_running: false, status: "completed", notices: [] }, true), true);
  assert.equal(progress.isTold(null, true), false);
});

const PROOF = file("q4_k_m", "gguf", {
  same_token_ids: true, difference: 0.1234567, bound: 1, probes: 24, base_difference: 2.5, fallback_tensors: 180,
  fallbacks: [{ from: "q4_k", to: "q5_0", count: 180 }],
});

test("a proof is told in a line for people and in facts; what was not measured is left out", () => {
  const scored = {
    ...PROOF, score: { rows: 40, reward: 0.5, adapter_reward: 0.6, correct: 31, adapter_correct: 33, note: null },
  };
  assert.equal(
    proofs.proofLine(scored),
    "Loaded in llama.cpp and compared: 0.123 nats from your adapter (1 allowed), 2.5 from the base model. " +
      "31 of 40 held-out questions right, the adapter itself 33.",
  );
  const facts = Object.fromEntries(proofs.proofFacts(scored));
  assert.equal(facts["Distance from the adapter"], "0.1235 nats, 1 allowed");
  assert.equal(facts["Token ids"], "the same as in training");
  assert.match(facts["Kept at higher precision"], /^180 matrices .*: 180 as q5_0 in place of q4_k$/);
  assert.deepEqual(
    proofs.proofFacts({ ...file("adapter", "adapter"), made_at: undefined }).map(([name]) => name),
    ["Size"],
  );
});

test("a score without right and wrong is told as a reward", () => {
  const line = proofs.proofLine({
    ...PROOF, score: { rows: 8, reward: 0.25, adapter_reward: 0.5, correct: null, adapter_correct: null, note: null },
  });
  assert.match(line, /Mean reward 0\.25 on 8 held-out questions, the adapter itself 0\.5\.$/);
});

test("a badge says whether a file was proven, is complete as it is, or is out of date", () => {
  assert.deepEqual(
    [PROOF, file("adapter", "adapter"), { ...PROOF, is_stale: true }].map((made) => proofs.badgeOf(made).text),
    ["Proven", "Complete", "Out of date"],
  );
  assert.deepEqual(
    proofs.distancesOf({ ...PROOF, difference: 0.5, bound: 1, base_difference: 2 }),
    { adapter: 0.25, base: 1, limit: 0.5 },
  );
  assert.equal(proofs.distancesOf(file("adapter", "adapter")), null);
});

const use = (made, more = {}) => ({
  session: "My run", folder: "/data/my models/exports/My run", files: [made], file: made, base: "org/base", rank: 16,
  system: "Don't \"guess\".\nThink.", form: "Q: {instruction}", place: "server", ...more,
});
const wordsOf = (text) =>
  execFileSync("sh", ["-c", text.replace(/^\S+/, "printf '%s\\n'")], { encoding: "utf-8" }).trimEnd().split("\n");

test("commands hold the real path, and a shell hands on what was meant", () => {
  const { llama, ollama, lmstudio } = commands.commandsFor(use(file("q4_k_m")));
  assert.deepEqual(wordsOf(llama.blocks[0].text), [
    "-m", "/data/my models/exports/My run/model-q4_k_m.gguf", "-sys", "Don't \"guess\".", "Think.",
  ]);
  assert.deepEqual(wordsOf(llama.blocks[1].text), [
    "-m", "/data/my models/exports/My run/model-q4_k_m.gguf", "--port", "8080",
  ]);
  assert.deepEqual(JSON.parse(wordsOf(llama.blocks[2].text).at(-1)).messages, [
    { role: "system", content: "Don't \"guess\".\nThink." }, { role: "user", content: "Q: What is 12 + 34?" },
  ]);
  assert.equal(
    ollama.blocks[0].text,
    "ollama create my-run -f '/data/my models/exports/My run/Modelfile'\nollama run my-run\n",
  );
  assert.equal(
    lmstudio.blocks[0].text,
    "lms import --symbolic-link --user-repo lora-craft/my-run '/data/my models/exports/My run/model-q4_k_m.gguf'\n",
  );
});

test("a path of Windows is written and quoted as Windows does, without what its shells would change", () => {
  const windows = { folder: "C:\\LoRA Craft\\exports\\r", session: "r" };
  const { llama, lmstudio, python } = commands.commandsFor(use(file("f16"), windows));
  assert.deepEqual(llama.blocks.map((block) => block.text), [
    'llama-cli -m "C:\\LoRA Craft\\exports\\r\\model-f16.gguf"\n',
    'llama-server -m "C:\\LoRA Craft\\exports\\r\\model-f16.gguf" --port 8080\n',
  ]);
  assert.match(lmstudio.blocks[0].text, /^lms import --hard-link /);
  assert.match(python.blocks[0].text, /"C:\\\\LoRA Craft\\\\exports\\\\r\\\\model-f16\.gguf"/);
  assert.match(
    commands.commandsFor(use(file("f16"), { ...windows, system: "Be short." })).llama.blocks[0].text,
    / -sys "Be short\."\n$/,
  );
  assert.equal(commands.quoted("C:\\a.gguf", true), "C:\\a.gguf");
});

test("a downloaded file is called as the download is", () => {
  const { llama, ollama, lmstudio } = commands.commandsFor(
    use(file("q8_0"), { session: "r", place: "download", system: "" }),
  );
  assert.equal(llama.blocks[0].text, "llama-cli -m r-q8_0.gguf\n");
  assert.match(ollama.blocks[0].text, / -f Modelfile\n/);
  assert.equal(lmstudio.blocks[0].text, "lms import --user-repo lora-craft/r r-q8_0.gguf\n");
  const merged = commands.commandsFor(use(file("merged", "merged"), { session: "r", place: "download" })).python;
  assert.match(merged.note, /holds the folder r-merged/);
  assert.match(merged.blocks[0].text, /folder = "\.\/r-merged"/);
});

test("the file with the plain Modelfile is preferred and has the plain name, the others have their own", () => {
  const files = [file("f16", "gguf", { modelfile: "Modelfile-f16" }), file("q8_0")];
  assert.equal(commands.modelName(use(files[0], { files })), "my-run-f16");
  assert.equal(commands.preferredFile([file("adapter", "adapter"), ...files]), files[1]);
  assert.equal(commands.preferredFile([file("adapter", "adapter")]).target, "adapter");
});

test("a program that does not take a file says which it takes", () => {
  const { llama, ollama, lmstudio, python } = commands.commandsFor(use(file("adapter", "adapter"), { rank: 48 }));
  assert.deepEqual([llama, ollama, lmstudio].map(({ takes }) => takes), ["a GGUF file", "a GGUF file", "a GGUF file"]);
  assert.match(
    python.blocks[0].text,
    /from_pretrained\("org\/base", dtype="auto"\)\nmodel = PeftModel\.from_pretrained\(model, folder\)/,
  );
  assert.equal(
    python.blocks[1].text,
    "vllm serve org/base --enable-lora --max-lora-rank 64 " +
      "--lora-modules my-run-adapter='/data/my models/exports/My run/adapter'\n",
  );
});

test("an adapter as GGUF goes on a base model that the user brings", () => {
  const adapter = file("adapter_gguf", "adapter_gguf", { file: "adapter-f16.gguf" });
  const { llama, ollama } = commands.commandsFor(use(adapter, { session: "r", folder: "/e/r", system: "" }));
  assert.equal(llama.blocks[0].text, "llama-cli -m base-model.gguf --lora /e/r/adapter-f16.gguf\n");
  assert.equal(ollama.blocks[0].text, "FROM ./base-model.gguf\nADAPTER /e/r/adapter-f16.gguf\n");
});

test("Python code is Python", () => {
  for (const made of [
    file("q4_k_m"), file("merged", "merged"), file("adapter", "adapter"),
    file("adapter_gguf", "adapter_gguf", { file: "adapter-f16.gguf" }),
  ]) {
    const text = commands.commandsFor(use(made)).python.blocks[0].text;
    execFileSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: text });
  }
});

test("the embedded model is called as others find it", () => {
  assert.equal(commands.baseOf("SmolLM2-135M-Instruct"), "HuggingFaceTB/SmolLM2-135M-Instruct");
  assert.equal(commands.baseOf("org/base"), "org/base");
});

test("a push is looked over before it is sent", () => {
  assert.deepEqual(
    Object.keys(pushes.problemsOf({ repo_id: "no slash", targets: [], token: "" }, false)),
    ["repo_id", "targets", "token"],
  );
  assert.deepEqual(pushes.problemsOf({ repo_id: "me/mine", targets: ["f16"], token: "" }, true), {});
});

test("a push is told by phase, and its end in words", () => {
  const push = {
    is_running: true, phase: "uploading", detail: "model-f16.gguf", fraction: 0.5, status: "uploading", failure: null,
  };
  assert.equal(pushes.pushText(push), "Sending · model-f16.gguf · 50 %");
  assert.deepEqual(pushes.pushBadge(push), { text: "Pushing", status: "running" });
  assert.equal(pushes.pushText({ ...push, is_running: false, failure: { cause: "No.", cure: "Do." } }), "No. Do.");
  assert.equal(pushes.pushBadge({ is_running: false, status: "completed" }).text, "Pushed");
});
