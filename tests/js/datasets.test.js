import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_UPLOAD_BYTES } from "../../static/js/facts.js";
import * as datasets from "../../static/js/state/datasets.js";
import * as prompts from "../../static/js/state/prompts.js";
import * as uploads from "../../static/js/state/uploads.js";

const sets = [
  { title: "GSM8K", source: "openai/gsm8k", category: "Math" },
  { title: "Code Alpaca", source: "sahil2801/CodeAlpaca-20k", category: "Coding" },
];
const found = (search, category) =>
  datasets.matching(sets, search, category, ["title", "source"]).map((set) => set.title);
const reading = (values) => (name) => values[name] ?? null;

test("a search finds all its words in any order, within a category", () => {
  assert.deepEqual(found("alpaca code", ""), ["Code Alpaca"]);
  assert.deepEqual(found("", "Math"), ["GSM8K"]);
  assert.deepEqual(found("gsm8k", "Coding"), []);
});

test("an underscore is a space to a search", () => {
  assert.equal(datasets.matching([{ source: "leg_counting" }], "leg counting", "", ["source"]).length, 1);
});

test("what a source names is said or seen from its form", () => {
  const builtin = ["arithmetic"];
  assert.equal(datasets.kindOf("arithmetic", null, builtin), "builtin");
  assert.equal(datasets.kindOf("uploads/rows.JSONL.gz", null, builtin), "upload");
  assert.equal(datasets.kindOf("openai/gsm8k", null, builtin), "hub");
  assert.equal(datasets.kindOf("arithmetic", "procedural", builtin), "procedural");
});

test("choosing a set forgets what belonged to the one before", () => {
  const changes = datasets.choosing("openai/gsm8k", { kind: "hub", subset: "main", instruction_field: "question" });
  assert.equal(changes["dataset.source"], "openai/gsm8k");
  assert.equal(changes["dataset.subset"], "main");
  assert.equal(changes["dataset.instruction_field"], "question");
  for (const name of ["filters", "parameters", "encoding", "context_field"].map((key) => `dataset.${key}`)) {
    assert.ok(name in changes && changes[name] === undefined);
  }
  assert.ok(!("dataset.max_samples" in changes));
});

test("a guess without a question leaves the question as it is", () => {
  const changes = datasets.taking({ instruction_field: null, response_field: "answer", context_field: null });
  assert.deepEqual(changes, { "dataset.response_field": "answer", "dataset.context_field": null });
});

test("data without answers take none, and several columns can belong to a question", () => {
  const mapping = { instruction_field: "q", response_field: null, context_field: ["a", "b"] };
  assert.deepEqual(datasets.taking(mapping), {
    "dataset.instruction_field": "q", "dataset.response_field": null, "dataset.context_field": ["a", "b"],
  });
  assert.deepEqual([null, "a", ["a", "b"]].map(datasets.columnsIn), [[], ["a"], ["a", "b"]]);
  assert.deepEqual([[], ["a"], ["a", "b"]].map(datasets.asField), [null, "a", ["a", "b"]]);
});

test("the first row whose own answer falls short is shown", () => {
  const own = { rows: 20, scored: 18, mean: 1, full: 0.9, failing: null };
  assert.deepEqual([null, own].map(datasets.failingFacts), [[], []]);
  const failing = { row: 3, instruction: "q", answer: "a", score: null, reason: "not run: no tests" };
  assert.deepEqual(datasets.failingFacts({ ...own, failing }), [
    ["Row 3 earns", "no score"], ["Its question", "q"], ["Its answer", "a"],
  ]);
});

test("Quick Start clears what it does not set in prompt and reward", () => {
  const suggestion = {
    dataset: { instruction_field: "q" }, prompt: { template: "plain" }, reward: { type: "composite" },
    pre_training: { enabled: true },
  };
  const names = [
    "dataset.source", "prompt.template", "prompt.system_prompt", "reward.type", "reward.fields", "training.seed",
  ];
  assert.deepEqual(datasets.suggested(suggestion, names), {
    "dataset.instruction_field": "q", "prompt.template": "plain", "prompt.system_prompt": undefined,
    "reward.type": "composite", "reward.fields": undefined, "pre_training.enabled": true,
  });
  assert.deepEqual(datasets.suggested(suggestion, names, ["reward"]), {
    "reward.type": "composite", "reward.fields": undefined,
  });
});

test("the preview's question is that of the row, or one that stands in", () => {
  const samples = [{ instruction: "a" }, { instruction: "b" }];
  assert.deepEqual(datasets.questionFor(samples, 1), { text: "b", row: 1 });
  assert.deepEqual(datasets.questionFor(samples, 9), { text: "b", row: 1 });
  assert.equal(datasets.questionFor([], 0).row, null);
});

test("a cell is found by column or path", () => {
  const row = { "a.b": 1, answers: { text: ["x"] }, turns: [{ content: "hi" }] };
  assert.equal(datasets.cellAt(row, "a.b"), 1);
  assert.equal(datasets.cellAt(row, "turns.0.content"), "hi");
  assert.equal(datasets.cellAt(row, "answers.nothing.there"), undefined);
  assert.equal(datasets.cellText(datasets.cellAt(row, "answers.text")), '["x"]');
  assert.equal(datasets.cellText(null), "");
});

test("a parameter's type is told or seen from its default", () => {
  assert.equal(datasets.parameterField({ name: "largest", default: 49, minimum: 1, maximum: 999 }).kind, "integer");
  assert.equal(datasets.parameterField({ name: "kinds", default: "all", summary: "Which." }).kind, "text");
  assert.equal(datasets.parameterField({ name: "second", default: null }).nullable, true);
  assert.match(datasets.parameterField({ name: "operators", type: "list", default: ["+"] }).help, /JSON list/);
});

test("a parameter that is its default is not kept", () => {
  const parameter = { name: "operators", default: ["+", "-"] };
  assert.deepEqual(datasets.withParameter({ seed: 1, operators: ["+"] }, parameter, ["+", "-"]), { seed: 1 });
  assert.deepEqual(datasets.withParameter({ seed: 1 }, parameter, ["+"]), { seed: 1, operators: ["+"] });
});

test("a bound of a filter is a number where it can be read as one", () => {
  assert.equal(datasets.filterValue("at_most", "3"), 3);
  assert.equal(datasets.filterValue("at_most", "three"), "three");
  assert.equal(datasets.filterValue("equals", "3"), "3");
});

test("the verifier is seen alone and among others", () => {
  assert.ok(datasets.usesVerifier(reading({ "reward.type": "preset", "reward.preset_name": "procedural" })));
  const composite = { "reward.type": "composite", "reward.components": [{ preset_name: "procedural" }] };
  assert.ok(datasets.usesVerifier(reading(composite)));
  assert.ok(!datasets.usesVerifier(reading({ "reward.type": "preset" })));
});

const checks = (findings, more = {}) => ({
  rows: 100, usable: 100, train: 90, findings: { leakage: { count: 0 }, ...findings }, ...more,
});

test("a check without findings says that every row can be used", () => {
  assert.deepEqual(datasets.findingsOf(checks({})), []);
  assert.equal(datasets.verdictOf(checks({})).level, "good");
});

test("findings come worst first, and a fifth of all rows is bad", () => {
  const repeated = { count: 5, meaning: "left out", examples: [] };
  const result = checks({ repeated, too_long: { count: 40, meaning: "no room", examples: ["x"] } }, { usable: 95 });
  assert.deepEqual(datasets.findingsOf(result).map((finding) => [finding.title, finding.level]), [
    ["Too long: 40 rows", "bad"], ["Repeated: 5 rows", "warning"],
  ]);
  assert.equal(datasets.verdictOf(result).level, "bad");
  assert.match(datasets.verdictOf(result).text, /^55 rows can be used; of the 100 that were read, 45 are left out/);
});

test("no row to train on is the first thing said", () => {
  assert.deepEqual(datasets.verdictOf(checks({}, { train: 0 })), {
    level: "bad", text: "No row is left to train on. See below why.",
  });
  const tooLong = { too_long: { count: 100, meaning: "no room", examples: [] } };
  assert.match(datasets.verdictOf(checks(tooLong)).text, /^No row is left/);
});

const template = {
  name: "two", system_prompt: "Answer between <A> and </A>.", instruction_template: "{instruction}",
  reasoning_start: "", reasoning_end: "", solution_start: "<A>", solution_end: "</A>",
};

test("the draft's own text wins over the template's, an empty one too", () => {
  const texts = prompts.inForce(template, reading({ "prompt.system_prompt": "" }));
  assert.equal(texts.system_prompt, "");
  assert.equal(texts.solution_start, "<A>");
});

test("a text that is the template's own is not kept in the draft", () => {
  assert.deepEqual(prompts.replacing("solution_start", "<A>", template), { "prompt.solution_start": undefined });
  assert.deepEqual(prompts.replacing("solution_start", "<B>", template), { "prompt.solution_start": "<B>" });
});

test("markers that the prompt never mentions are named", () => {
  const texts = prompts.inForce(template, reading({ "prompt.system_prompt": "Answer after <A>." }));
  assert.deepEqual(prompts.unmentioned(texts), ["</A>"]);
  assert.equal(prompts.listed(["a", "b", "c"]), "a, b and c");
});

test("an upload's name is what file systems take, with a number where it is taken", () => {
  assert.equal(uploads.uploadName("Meine Fragen (2).CSV", []), "Meine-Fragen-2.csv");
  assert.equal(uploads.uploadName("rows.jsonl.gz", ["rows.jsonl.gz", "rows-2.jsonl.gz"]), "rows-3.jsonl.gz");
  assert.equal(uploads.uploadName("...json", []), "data.json");
  assert.ok(uploads.uploadName(`${"x".repeat(300)}.parquet`, []).length <= 60);
});

test("a file that can't be data is refused before it is sent", () => {
  const file = (name, size) => ({ name, size, lastModified: 0 });
  assert.match(uploads.refusal(file("photo.png", 5)), /no JSON/);
  assert.match(uploads.refusal(file("rows.csv", 0)), /empty/);
  assert.match(uploads.refusal(file("rows.csv", MAX_UPLOAD_BYTES + 1)), /10 GiB/);
  assert.equal(uploads.refusal(file("rows.tsv.gz", 5)), "");
});

test("pieces end at the end of the file", () => {
  assert.equal(uploads.pieceEnd(0, 3 * uploads.PIECE_BYTES), uploads.PIECE_BYTES);
  assert.equal(uploads.pieceEnd(uploads.PIECE_BYTES, uploads.PIECE_BYTES + 5), uploads.PIECE_BYTES + 5);
});

test("the rate is that of the last seconds, and gives the time left", () => {
  const marks = [0, 1000, 8000, 9000].reduce((kept, at) => uploads.withMark(kept, { at, sent: at * 2 }), []);
  assert.equal(uploads.rateOf(marks), 2000);
  assert.equal(marks[0].at, 8000);
  assert.equal(uploads.secondsLeft(18_000, 20_000, 2000), 1);
  assert.equal(uploads.secondsLeft(0, 5, null), null);
});

test("only the file that an upload began with goes on with it", () => {
  const file = { name: "rows.jsonl", size: 100, lastModified: 7 };
  const unfinished = { name: "rows.jsonl", received: 40 };
  assert.ok(uploads.continues(file, unfinished, file));
  assert.ok(!uploads.continues({ ...file, lastModified: 8 }, unfinished, file));
  assert.ok(uploads.continues(file, unfinished, undefined));
  assert.ok(!uploads.continues({ ...file, size: 30 }, unfinished, undefined));
});

test("the encoding is read from a refusal", () => {
  assert.equal(uploads.encodingNamed("It looks like cp1252: save it as UTF-8."), "cp1252");
  assert.equal(uploads.encodingNamed("Mend it there."), "");
});
