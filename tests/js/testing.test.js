import assert from "node:assert/strict";
import { test } from "node:test";

import * as chat from "../../static/js/state/chat.js";
import { segmentsOf } from "../../static/js/state/chat_text.js";
import * as testing from "../../static/js/state/testing.js";
import { chanceText } from "../../static/js/state/testing_runs.js";

const model = (path, kind, session, more = {}) => ({
  model_path: path, kind, title: session ?? path, session_id: session, base: "org/Base-1B", is_training: false, ...more,
});
const MODELS = [
  model("outputs/a", "adapter", "a"),
  model("exports/a/model-q4_0.gguf", "gguf", "a", { title: "a, Q4_0" }),
  model("outputs/b/checkpoints/checkpoint-5", "checkpoint", "b", { title: "b, step 5", is_training: true }),
  model("org/Base-1B", "base", null),
];

test("the models of the run stand first, then the base models, then other runs where they are wanted", () => {
  const labels = (isWide) =>
    testing.groupsOf(MODELS, "a", isWide).map((group) => `${group.label}: ${group.models.length}`);
  assert.deepEqual(labels(false), ["a: 2", "Base models: 1"]);
  assert.deepEqual(labels(true), ["a: 2", "b: 1", "Base models: 1"]);
  assert.deepEqual(testing.groupsOf([], "a", true), []);
});

test("models are called by what they are", () => {
  assert.deepEqual(MODELS.map(testing.nameInRun), [
    "Trained adapter", "GGUF Q4_0", "Checkpoint, step 5 (still training)", "org/Base-1B",
  ]);
  assert.equal(testing.labelOf(MODELS, { model_path: "outputs/a", use_adapter: false }), "Base-1B, without adapter");
  assert.equal(testing.labelOf(MODELS, { model_path: "outputs/a", use_adapter: true }), "a");
  assert.equal(testing.labelOf(MODELS, { model_path: "gone", use_adapter: true }), "gone");
});

test("a wanted model stays while it belongs to the run or to none, and others give way to the run's own", () => {
  const chosen = (session, wanted) => testing.chosenModel(MODELS, session, wanted)?.model_path;
  assert.equal(chosen("a", "exports/a/model-q4_0.gguf"), "exports/a/model-q4_0.gguf");
  assert.equal(chosen("b", "exports/a/model-q4_0.gguf"), "outputs/b/checkpoints/checkpoint-5");
  assert.equal(chosen("b", "org/Base-1B"), "org/Base-1B");
  assert.equal(chosen("c", ""), "org/Base-1B");
  assert.equal(testing.chosenModel([], "a", ""), undefined);
});

test("the base model is compared with the trained one, the same weights with the adapter off and on", () => {
  assert.deepEqual(testing.defaultColumns(MODELS, "a"), [
    { model_path: "outputs/a", use_adapter: false }, { model_path: "outputs/a", use_adapter: true },
  ]);
  assert.deepEqual(testing.defaultColumns(MODELS, "c").length, 1);
});

test("a choice survives being the value of an option", () => {
  for (const choice of [{ model_path: "outputs/on off", use_adapter: false }, { model_path: "x", use_adapter: true }]) {
    assert.deepEqual(testing.fromKey(testing.toKey(choice)), choice);
  }
  const keys = testing.groupsOf(MODELS, "a", true).flatMap((group) => testing.choicesOf(group).map(({ key }) => key));
  assert.equal(new Set(keys).size, 6);
});

test("the machine says what it holds, and with whom it is busy", () => {
  const machine = {
    loaded: [{ model_path: "outputs/a", title: "a", device: "cuda:1" }], busy: null, waiting: 0, notice: "",
  };
  assert.deepEqual(testing.machineText(machine, MODELS[0]), {
    level: "good", badge: "Loaded", text: "on GPU 1", isLoaded: true,
  });
  assert.equal(testing.machineText(machine, MODELS[3]).text, "In memory: a on GPU 1. The first question loads it.");
  assert.equal(
    testing.machineText({ ...machine, busy: { what: "an evaluation" }, waiting: 1 }, MODELS[0]).text,
    "with an evaluation, 1 more waits",
  );
  assert.equal(testing.machineText(null, MODELS[0]).badge, "");
});

test("stop texts are lines, and a new line can be one", () => {
  assert.deepEqual(testing.stopsFrom("</s>\n\n\\n\\n"), ["</s>", "\n\n"]);
  assert.equal(testing.stopsText(["</s>", "\n\n"]), "</s>\n\\n\\n");
  assert.deepEqual(
    testing.samplingBody({ temperature: 0, seed: null, top_k: undefined, stop: [] }),
    { temperature: 0 },
  );
});

test("an evaluation is greedy for one answer a row and samples as in training for several, until it is set", () => {
  const config = { training: { max_new_tokens: 14, temperature: 0.9, top_p: 0.95, top_k: 20 } };
  assert.deepEqual(testing.evaluationSampling(config, {}, 1), {
    temperature: 0, top_p: 0.95, top_k: 20, max_tokens: 14,
  });
  assert.equal(testing.evaluationSampling(config, {}, 4).temperature, 0.9);
  assert.equal(testing.evaluationSampling(config, { temperature: 1, max_tokens: undefined }, 1).max_tokens, 14);
  assert.equal(testing.evaluationSampling(config, { temperature: 1 }, 1).temperature, 1);
});

test("the training's system prompt is in force until the user writes another, also an empty one", () => {
  assert.deepEqual(testing.systemInForce(undefined, "Be brief.", true), { text: "Be brief.", isOwn: false });
  assert.deepEqual(testing.systemInForce(undefined, "Be brief.", false), { text: "", isOwn: false });
  assert.deepEqual(testing.systemInForce("", "Be brief.", true), { text: "", isOwn: true });
});

test("a run's own texts stand before those of its template", () => {
  const template = {
    name: "t", system_prompt: "T", instruction_template: "{instruction}", solution_start: "<a>", solution_end: "</a>",
  };
  const prompt = { template: "t", system_prompt: "Own", solution_start: null };
  const found = testing.templateOf({ prompt }, [template]);
  assert.deepEqual([found.system_prompt, found.solution_start, found.reasoning_start], ["Own", "<a>", ""]);
  assert.equal(testing.templateOf(null, []), null);
});

const MARKERS = { reasoning_start: "<r>", reasoning_end: "</r>", solution_start: "<s>", solution_end: "</s>" };
const parts = (text, markers = MARKERS) => segmentsOf(text, markers).map(({ kind, text: piece }) => `${kind}:${piece}`);

test("working out and solution are told apart, with their markers", () => {
  assert.deepEqual(parts("<r>1+1</r> so <s>2</s>!"), [
    "marker:<r>", "reasoning:1+1", "marker:</r>", "plain: so ", "marker:<s>", "solution:2", "marker:</s>", "plain:!",
  ]);
});

test("what is still being written is told apart as well", () => {
  assert.deepEqual(parts("<r>1+"), ["marker:<r>", "reasoning:1+"]);
  assert.deepEqual(parts("<r>1</r><s>4"), ["marker:<r>", "reasoning:1", "marker:</r>", "marker:<s>", "solution:4"]);
});

test("of several solutions the last complete one counts, as it does for the reward", () => {
  assert.deepEqual(parts("<s>1</s><s>2</s><s>3").filter((piece) => piece.startsWith("solution")), ["solution:2"]);
});

test("without reasoning markers what stands before the solution is the working out", () => {
  assert.deepEqual(parts("so <s>2</s>", { ...MARKERS, reasoning_start: "", reasoning_end: "" }), [
    "reasoning:so ", "marker:<s>", "solution:2", "marker:</s>",
  ]);
});

test("text without markers is whole, and markers that look like patterns are only text", () => {
  assert.deepEqual(parts("a <b>", null), ["plain:a <b>"]);
  assert.deepEqual(parts("", null), []);
  assert.deepEqual(
    parts("x [.*](5)", { reasoning_start: "", reasoning_end: "", solution_start: "(", solution_end: ")" }),
    ["reasoning:x [.*]", "marker:(", "solution:5", "marker:)"],
  );
});

const asked = (id, ...labels) => chat.asked({
  id, prompt: "1 + 1?", reference: "2", isTurn: false, body: {},
  columns: labels.map((label) => chat.newColumn(label, null)),
});
const message = (id, column, text, more = {}) => ({
  request_id: id, column, kind: "text", text, tokens: text.length, seconds: 1, message: "", ...more,
});
const answer = (response, more = {}) => ({
  response, tokens: 3, seconds: 1, tokens_per_second: 3, first_token_seconds: 0.1, finish_reason: "stop", ...more,
});

test("streamed text finds its request and its column", () => {
  const start = asked("q", "left", "right");
  const updates = [message("q", 1, "r"), message("other", 0, "x"), message("q", 0, "l"), message("q", 1, "s")];
  const next = updates.reduce((exchange, update) => chat.noted(update)(exchange), start);
  assert.deepEqual(next.columns.map((column) => column.text), ["l", "rs"]);
  assert.equal(chat.noted(message("other", 0, "x"))(start), start);
  assert.equal(chat.noted(message("q", 7, "x"))(start), start);
});

test("the reply is the truth, and what comes after it changes nothing", () => {
  const done = chat.answered([answer("whole")])(chat.noted(message("q", 0, "ha"))(asked("q", "one")));
  assert.equal(done.columns[0].text, "whole");
  assert.equal(done.isPending, false);
  assert.equal(chat.noted(message("q", 0, "late"))(done), done);
});

test("a refusal ends the question and keeps what was streamed", () => {
  const begun = chat.noted(message("q", 0, "ha"))(asked("q", "one"));
  const done = chat.refused({ message: "No.", hint: "Wait.", fields: {} })(begun);
  assert.deepEqual([done.columns[0].text, done.isPending, done.error.message], ["ha", false, "No."]);
  assert.equal(chat.spoken(done), "No. Wait.");
});

test("a page that was loaded anew takes up what the server knows", () => {
  const known = {
    is_pending: true, columns: [{ kind: "text", text: "so far", tokens: 2, seconds: 1, message: "" }], reply: null,
    error: null,
  };
  const open = chat.resumed(known)(asked("q", "one"));
  assert.deepEqual([open.columns[0].text, open.columns[0].label, open.isPending], ["so far", "one", true]);
  assert.equal(chat.noted(message("q", 0, "again"))(open), open);
  assert.equal(chat.resumed({ ...known, reply: answer("all") })(open).columns[0].text, "all");
  assert.equal(chat.resumed({ ...known, reply: { answers: [answer("all")] } })(open).columns[0].text, "all");
  const error = { message: "Gone.", hint: "", fields: {} };
  assert.equal(chat.resumed({ ...known, error })(open).error.message, "Gone.");
});

test("only answered turns are history", () => {
  const turn = (id, done) => ({
    ...(done ? chat.answered([answer(done)])(asked(id, "m")) : asked(id, "m")), isTurn: true,
  });
  const history = chat.historyOf([turn("1", "two"), turn("2", ""), { ...turn("3", "x"), isTurn: false }]);
  assert.deepEqual(history, [{ role: "user", content: "1 + 1?" }, { role: "assistant", content: "two" }]);
});

test("the better answer is the one with the higher reward; equal ones and unscored ones have none", () => {
  const scored = (total) => answer("x", { score: total === null ? null : { total, most: 1 } });
  const columns = (...totals) => totals.map((total) => ({ ...chat.newColumn("m", null), answer: scored(total) }));
  assert.deepEqual(chat.bestOf(columns(0, 1, 1)), [1, 2]);
  assert.deepEqual(chat.bestOf(columns(1, 1)), []);
  assert.deepEqual(chat.bestOf(columns(1, null)), []);
  assert.deepEqual(chat.bestOf(columns(1)), []);
});

test("nothing is said of the length of answers that nobody gave", () => {
  const summary = {
    difference: { p_value: 1, test: "exact sign test over rows" },
    length_change: { mean: null, interval: [null, null] },
  };
  assert.match(chanceText(summary), /proves nothing \(exact sign test over rows, p = 1\)[.]$/);
});

test("an answer that a reward could not score has no reward, not a reward of 0", () => {
  assert.match(chat.shareText({ total: null, most: 1 }), /could not be scored$/);
  assert.equal(chat.shareText({ total: 0.5, most: 2 }), "Reward 0.5 of 2 (25 %)");
  assert.equal(chat.shareText(null), "");
});

test("differences in length and time are told against the first answer", () => {
  const slow = { tokens: 10, seconds: 3 };
  const columns = [answer("a", slow), answer("b", { tokens: 4, seconds: 1 }), answer("c", slow)]
    .map((given) => ({ ...chat.newColumn("m", null), answer: given }));
  assert.deepEqual(chat.differencesOf(columns), [
    "", "Against the first: 6 tokens shorter, 2 s quicker", "Against the first: as long, as quick",
  ]);
});

test("a model of a comparison that failed says why, and the others are compared without it", () => {
  const failed = answer("", {
    finish_reason: "refused", problem: "Out of memory. Ask for less.", tokens: 0, seconds: 0, score: null,
  });
  const scored = (total) => answer(`earns ${total}`, { score: { total, most: 1 } });
  const streamed = chat.noted(message("q", 1, "half"))(asked("q", "one", "two", "three"));
  const done = chat.answered([scored(0), failed, scored(1)])(streamed);
  assert.deepEqual(
    done.columns.map((column) => chat.problemOf(done, column)),
    ["", "Out of memory. Ask for less.", ""],
  );
  assert.equal(done.columns[1].text, "half");
  assert.deepEqual(chat.bestOf(done.columns), [2]);
  assert.deepEqual(chat.costsOf(failed), []);
  assert.deepEqual(chat.differencesOf(done.columns).map(Boolean), [false, false, true]);
  assert.deepEqual(chat.differencesOf([done.columns[1], done.columns[0]]), ["", ""]);
  assert.match(chat.spoken(done), /one: earns 0.*two: no answer\. Out of memory\. Ask for less\..*Better: three\./);
  const [empty] = chat.answered([answer("")])(asked("q", "m")).columns;
  assert.deepEqual([done.columns[1], { ...done.columns[1], text: "" }, empty].map(chat.hasText), [true, false, true]);
});

test("an answer says what it cost and why it ended", () => {
  assert.deepEqual(chat.costsOf(answer("x")), ["3 tokens", "3 tokens/s", "first after 0.1 s", "1 s in all"]);
  assert.deepEqual(
    chat.costsOf(answer("", { tokens: 0, tokens_per_second: null, first_token_seconds: null, seconds: 0 })),
    ["0 tokens", "0 s in all"],
  );
  assert.equal(chat.endOf({ finish_reason: "length" }).text, "cut at the limit");
});
