import assert from "node:assert/strict";
import { test } from "node:test";

import * as chat from "../../static/js/state/chat.js";
import { segmentsOf } from "../../static/js/state/chat_text.js";
import * as testing from "../../static/js/state/testing.js";
import * as runs from "../../static/js/state/testing_runs.js";

const model = (path, kind, session, more = {}) => ({ model_path: path, kind, title: session ?? path, session_id: session, base: "org/Base-1B", is_training: false, ...more });
const MODELS = [
  model("outputs/a", "adapter", "a"),
  model("exports/a/model-q4_0.gguf", "gguf", "a", { title: "a, Q4_0" }),
  model("outputs/b/checkpoints/checkpoint-5", "checkpoint", "b", { title: "b, step 5", is_training: true }),
  model("org/Base-1B", "base", null),
];

test("the models of the run stand first, then the base models, then other runs where they are wanted", () => {
  const labels = (isWide) => testing.groupsOf(MODELS, "a", isWide).map((group) => `${group.label}: ${group.models.length}`);
  assert.deepEqual(labels(false), ["a: 2", "Base models: 1"]);
  assert.deepEqual(labels(true), ["a: 2", "b: 1", "Base models: 1"]);
  assert.deepEqual(testing.groupsOf([], "a", true), []);
});

test("models are called by what they are", () => {
  assert.deepEqual(MODELS.map(testing.nameInRun), ["Trained adapter", "GGUF Q4_0", "Checkpoint, step 5 (still training)", "org/Base-1B"]);
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
  assert.deepEqual(testing.defaultColumns(MODELS, "a"), [{ model_path: "outputs/a", use_adapter: false }, { model_path: "outputs/a", use_adapter: true }]);
  assert.deepEqual(testing.defaultColumns(MODELS, "c").length, 1);
});

test("a choice survives being the value of an option", () => {
  for (const choice of [{ model_path: "outputs/on off", use_adapter: false }, { model_path: "x", use_adapter: true }]) assert.deepEqual(testing.fromKey(testing.toKey(choice)), choice);
  const keys = testing.groupsOf(MODELS, "a", true).flatMap((group) => testing.choicesOf(group).map((one) => one.key));
  assert.equal(new Set(keys).size, 6);
});

test("the machine says what it holds, and with whom it is busy", () => {
  const machine = { loaded: [{ model_path: "outputs/a", title: "a", device: "cuda:1" }], busy: null, waiting: 0, notice: "" };
  assert.deepEqual(testing.machineText(machine, MODELS[0]), { level: "good", badge: "Loaded", text: "on GPU 1", isLoaded: true });
  assert.equal(testing.machineText(machine, MODELS[3]).text, "In memory: a on GPU 1. The first question loads it.");
  assert.equal(testing.machineText({ ...machine, busy: { what: "an evaluation" }, waiting: 1 }, MODELS[0]).text, "with an evaluation, 1 more waits");
  assert.equal(testing.machineText(null, MODELS[0]).badge, "");
});

test("stop texts are lines, and a new line can be one", () => {
  assert.deepEqual(testing.stopsFrom("</s>\n\n\\n\\n"), ["</s>", "\n\n"]);
  assert.equal(testing.stopsText(["</s>", "\n\n"]), "</s>\n\\n\\n");
  assert.deepEqual(testing.samplingBody({ temperature: 0, seed: null, top_k: undefined, stop: [] }), { temperature: 0 });
});

test("an evaluation is greedy for one answer a row and samples as in training for several, until the user sets otherwise", () => {
  const config = { training: { max_new_tokens: 14, temperature: 0.9, top_p: 0.95, top_k: 20 } };
  assert.deepEqual(testing.evaluationSampling(config, {}, 1), { temperature: 0, top_p: 0.95, top_k: 20, max_tokens: 14 });
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
  const template = { name: "t", system_prompt: "T", instruction_template: "{instruction}", solution_start: "<a>", solution_end: "</a>" };
  const found = testing.templateOf({ prompt: { template: "t", system_prompt: "Own", solution_start: null } }, [template]);
  assert.deepEqual([found.system_prompt, found.solution_start, found.reasoning_start], ["Own", "<a>", ""]);
  assert.equal(testing.templateOf(null, []), null);
});

const MARKERS = { reasoning_start: "<r>", reasoning_end: "</r>", solution_start: "<s>", solution_end: "</s>" };
const parts = (text, markers = MARKERS) => segmentsOf(text, markers).map(({ kind, text: piece }) => `${kind}:${piece}`);

test("working out and solution are told apart, with their markers", () => {
  assert.deepEqual(parts("<r>1+1</r> so <s>2</s>!"), ["marker:<r>", "reasoning:1+1", "marker:</r>", "plain: so ", "marker:<s>", "solution:2", "marker:</s>", "plain:!"]);
});

test("what is still being written is told apart as well", () => {
  assert.deepEqual(parts("<r>1+"), ["marker:<r>", "reasoning:1+"]);
  assert.deepEqual(parts("<r>1</r><s>4"), ["marker:<r>", "reasoning:1", "marker:</r>", "marker:<s>", "solution:4"]);
});

test("of several solutions the last complete one counts, as it does for the reward", () => {
  assert.deepEqual(parts("<s>1</s><s>2</s><s>3").filter((one) => one.startsWith("solution")), ["solution:2"]);
});

test("without reasoning markers what stands before the solution is the working out", () => {
  assert.deepEqual(parts("so <s>2</s>", { ...MARKERS, reasoning_start: "", reasoning_end: "" }), ["reasoning:so ", "marker:<s>", "solution:2", "marker:</s>"]);
});

test("text without markers is whole, and markers that look like patterns are only text", () => {
  assert.deepEqual(parts("a <b>", null), ["plain:a <b>"]);
  assert.deepEqual(parts("", null), []);
  assert.deepEqual(parts("x [.*](5)", { reasoning_start: "", reasoning_end: "", solution_start: "(", solution_end: ")" }), ["reasoning:x [.*]", "marker:(", "solution:5", "marker:)"]);
});

const asked = (id, ...labels) => chat.asked({ id, prompt: "1 + 1?", reference: "2", isTurn: false, body: {}, columns: labels.map((label) => chat.newColumn(label, null)) });
const message = (id, column, text, more = {}) => ({ request_id: id, column, kind: "text", text, tokens: text.length, seconds: 1, message: "", ...more });
const answer = (response, more = {}) => ({ response, tokens: 3, seconds: 1, tokens_per_second: 3, first_token_seconds: 0.1, finish_reason: "stop", ...more });

test("streamed text finds its request and its column", () => {
  const start = asked("q", "left", "right");
  const next = [message("q", 1, "r"), message("other", 0, "x"), message("q", 0, "l"), message("q", 1, "s")].reduce((one, update) => chat.noted(update)(one), start);
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
  const done = chat.refused({ message: "No.", hint: "Wait.", fields: {} })(chat.noted(message("q", 0, "ha"))(asked("q", "one")));
  assert.deepEqual([done.columns[0].text, done.isPending, done.error.message], ["ha", false, "No."]);
  assert.equal(chat.spoken(done), "No. Wait.");
});

test("a page that was loaded anew takes up what the server knows", () => {
  const known = { is_pending: true, columns: [{ kind: "text", text: "so far", tokens: 2, seconds: 1, message: "" }], reply: null, error: null };
  const open = chat.resumed(known)(asked("q", "one"));
  assert.deepEqual([open.columns[0].text, open.columns[0].label, open.isPending], ["so far", "one", true]);
  assert.equal(chat.noted(message("q", 0, "again"))(open), open);
  assert.equal(chat.resumed({ ...known, reply: answer("all") })(open).columns[0].text, "all");
  assert.equal(chat.resumed({ ...known, reply: { answers: [answer("all")] } })(open).columns[0].text, "all");
  assert.equal(chat.resumed({ ...known, error: { message: "Gone.", hint: "", fields: {} } })(open).error.message, "Gone.");
});

test("only answered turns are history", () => {
  const turn = (id, done) => ({ ...(done ? chat.answered([answer(done)])(asked(id, "m")) : asked(id, "m")), isTurn: true });
  const history = chat.historyOf([turn("1", "two"), turn("2", ""), { ...turn("3", "x"), isTurn: false }]);
  assert.deepEqual(history, [{ role: "user", content: "1 + 1?" }, { role: "assistant", content: "two" }]);
});

test("the better answer is the one with the higher reward; equal ones and unscored ones have none", () => {
  const columns = (...totals) => totals.map((total) => ({ ...chat.newColumn("m", null), answer: answer("x", { score: total === null ? null : { total, most: 1 } }) }));
  assert.deepEqual(chat.bestOf(columns(0, 1, 1)), [1, 2]);
  assert.deepEqual(chat.bestOf(columns(1, 1)), []);
  assert.deepEqual(chat.bestOf(columns(1, null)), []);
  assert.deepEqual(chat.bestOf(columns(1)), []);
});

test("nothing is said of the length of answers that nobody gave", () => {
  const summary = { difference: { p_value: 1, test: "exact sign test over rows" }, length_change: { mean: null, interval: [null, null] } };
  assert.match(runs.chanceText(summary), /proves nothing \(exact sign test over rows, p = 1\)[.]$/);
});

test("an answer that a reward could not score has no reward, not a reward of 0", () => {
  assert.match(chat.shareText({ total: null, most: 1 }), /could not be scored$/);
  assert.equal(chat.shareText({ total: 0.5, most: 2 }), "Reward 0.5 of 2 (25 %)");
  assert.equal(chat.shareText(null), "");
});

test("differences in length and time are told against the first answer", () => {
  const columns = [answer("a", { tokens: 10, seconds: 3 }), answer("b", { tokens: 4, seconds: 1 }), answer("c", { tokens: 10, seconds: 3 })].map((one) => ({ ...chat.newColumn("m", null), answer: one }));
  assert.deepEqual(chat.differencesOf(columns), ["", "Against the first: 6 tokens shorter, 2 s quicker", "Against the first: as long, as quick"]);
});

test("a model of a comparison that failed says why, and the others are compared without it", () => {
  const failed = answer("", { finish_reason: "refused", problem: "Out of memory. Ask for less.", tokens: 0, seconds: 0, score: null });
  const scored = (total) => answer(`earns ${total}`, { score: { total, most: 1 } });
  const streamed = chat.noted(message("q", 1, "half"))(asked("q", "one", "two", "three"));
  const done = chat.answered([scored(0), failed, scored(1)])(streamed);
  assert.deepEqual(done.columns.map((column) => chat.problemOf(done, column)), ["", "Out of memory. Ask for less.", ""]);
  assert.equal(done.columns[1].text, "half");
  assert.deepEqual(chat.bestOf(done.columns), [2]);
  assert.deepEqual(chat.costsOf(failed), []);
  assert.deepEqual(chat.differencesOf(done.columns).map(Boolean), [false, false, true]);
  assert.deepEqual(chat.differencesOf([done.columns[1], done.columns[0]]), ["", ""]);
  assert.match(chat.spoken(done), /one: earns 0.*two: no answer\. Out of memory\. Ask for less\..*Better: three\./);
  assert.deepEqual([done.columns[1], { ...done.columns[1], text: "" }, chat.answered([answer("")])(asked("q", "m")).columns[0]].map(chat.hasText), [true, false, true]);
});

test("an answer says what it cost and why it ended", () => {
  assert.deepEqual(chat.costsOf(answer("x")), ["3 tokens", "3 tokens/s", "first after 0.1 s", "1 s in all"]);
  assert.deepEqual(chat.costsOf(answer("", { tokens: 0, tokens_per_second: null, first_token_seconds: null, seconds: 0 })), ["0 tokens", "0 s in all"]);
  assert.equal(chat.endOf({ finish_reason: "length" }).text, "cut at the limit");
});

const TEST = { test_id: "t", kind: "batch", session_id: "a", status: "running", created_at: 5, done: 3, total: 10, eta_seconds: 20, text: "", models: [], summary: null };

test("tests of a run and of base models are listed, the newest first", () => {
  const tests = { 1: { ...TEST, test_id: "1", created_at: 1 }, 2: { ...TEST, test_id: "2", session_id: "b" }, 3: { ...TEST, test_id: "3", session_id: null, created_at: 3 } };
  assert.deepEqual(runs.testsOf(tests, "a").map((one) => one.test_id), ["3", "1"]);
  assert.equal(runs.shownTest(runs.testsOf(tests, "a"), "batch", "1").test_id, "1");
  assert.equal(runs.shownTest(runs.testsOf(tests, "a"), "batch", "gone").test_id, "3");
  assert.equal(runs.shownTest([], "batch", "1"), undefined);
});

test("a running test tells how far it is and how long it takes", () => {
  assert.deepEqual(runs.progressOf(TEST), { fraction: 0.3, text: "3 of 10 prompts · about 20 s left" });
  assert.equal(runs.progressOf({ ...TEST, total: 0, done: 0, eta_seconds: null, text: "Loading" }).fraction, 0);
});

const SIDE = {
  label: "base", mean: 0.25, interval: [0.1, 0.4], k: 4, pass_at_1: 0.25, pass_at_1_interval: [0.1, 0.5], pass_at_k: 0.5, pass_curve: [{ k: 1, value: 0.25 }, { k: 4, value: 0.5 }],
  correct: 5, judged: 20, mean_tokens: 30.25, truncated_fraction: 0.1, refused: 0, unscored: 0,
};
const SUMMARY = {
  rows: 5, samples: 4, most: 0.5, is_judged: true, sides: [SIDE, { ...SIDE, label: "trained", mean: 0.4 }],
  difference: { mean: 0.15, interval: [0.05, 0.25], p_value: 0.004, test: "exact sign test over rows", wins: 3, losses: 1, ties: 1, is_significant: true },
  length_change: { mean: -12, interval: [-15, -9] }, verdict: "Better.",
};

test("bars are shares of the full reward and never leave their track", () => {
  assert.deepEqual(runs.barOf(SIDE, 0.5), { name: "base", text: "0.25 (0.1 to 0.4)", mean: 0.5, low: 0.2, high: 0.8 });
  assert.equal(runs.barOf({ ...SIDE, interval: [-1, 2] }, 0.5).high, 1);
  assert.deepEqual(runs.barOf({ ...SIDE, mean: null, interval: [null, null] }, 0), { name: "base", text: "no score", mean: 0, low: 0, high: 0 });
});

test("figures without a meaning for a reward are left out", () => {
  assert.deepEqual(runs.figuresOf(SUMMARY).map((row) => `${row.name}: ${row.cells[0]}`), [
    "Mean reward, of 0.5: 0.25 (0.1 to 0.4)", "Right answers: 5 of 20", "pass@1: 25 % (10 % to 50 %)", "pass@4: 50 %", "Tokens an answer: 30.3", "Cut at the limit: 10 %",
  ]);
  assert.deepEqual(runs.figuresOf(SUMMARY)[0].cells.at(-1), "+0.15 (+0.05 to +0.25)");
  const plain = { ...SUMMARY, is_judged: false, sides: [{ ...SIDE, mean: null, interval: [null, null], pass_at_1: null, pass_curve: [], correct: null, unscored: 2 }] };
  assert.deepEqual(runs.figuresOf(plain).map((row) => row.cells[0]), ["no score", "30.3", "10 %", "2"]);
});

test("chance and length are told in words", () => {
  const text = runs.chanceText(SUMMARY);
  assert.match(text, /in 0\.4 % of such tests \(exact sign test over rows, p = 0\.004\)/);
  assert.match(text, /12 tokens shorter \(9 to 15\)/);
  assert.match(runs.chanceText({ ...SUMMARY, difference: { ...SUMMARY.difference, mean: null, interval: [null, null], p_value: 0.3 }, length_change: { mean: 1, interval: [-1, 3] } }), /^Chance.* proves nothing .*about as long as before/);
});

test("of a verdict the first sentence stands alone", () => {
  assert.deepEqual(runs.splitVerdict("Better: 4 of 5 (+45.0 points). 3 rows rose. More."), ["Better: 4 of 5 (+45.0 points).", "3 rows rose. More."]);
  assert.deepEqual(runs.splitVerdict("Nothing can be said."), ["Nothing can be said.", ""]);
});

test("how a test was asked is told in a few words", () => {
  const one = { ...TEST, models: [{ label: "demo" }], samples: 1, sampling: { temperature: 0.7, seed: 3 } };
  assert.deepEqual(runs.howAsked(one), ["demo", "temperature 0.7", "seed 3"]);
  assert.deepEqual(runs.howAsked({ ...one, kind: "evaluation", total: 80, samples: 4, models: [{}, {}], sampling: { temperature: 0, seed: 3 } }), ["10 held-out rows", "4 answers each", "greedy"]);
});

test("a significant change has a direction, that of the rows that changed", () => {
  assert.equal(runs.levelOf(SUMMARY.difference), "good");
  assert.equal(runs.levelOf({ ...SUMMARY.difference, wins: 0 }), "bad");
  assert.equal(runs.levelOf({ ...SUMMARY.difference, is_significant: false }), "");
});

test("a batch is told in figures, and trouble only where there is some", () => {
  const summary = { answered: 3, refused: 0, tokens: 30, seconds: 6, tokens_per_second: 5, truncated: 1, mean_reward: 0.5, most: 1, correct: 1, judged: 2, scored: 2, unscored: 0 };
  assert.deepEqual(runs.tilesOf(summary).map((tile) => tile.name), ["Answered", "Mean reward, of 1", "Correct", "Cut at the limit", "Tokens", "Tokens/s", "Time"]);
  assert.deepEqual(runs.tilesOf({ ...summary, mean_reward: null, judged: 0, truncated: 0 }).map((tile) => tile.name), ["Answered", "Tokens", "Tokens/s", "Time"]);
});

test("a test is one line of the history", () => {
  const summary = { answered: 3, mean_reward: 0.5, most: 1, correct: 1, judged: 2 };
  assert.equal(runs.aboutTest({ ...TEST, status: "completed", summary }), "3 of 10 answered · mean reward 0.5 of 1 · 1 of 2 correct");
  assert.equal(runs.aboutTest({ ...TEST, status: "failed" }), "3 of 10 answered");
  assert.equal(runs.aboutTest({ ...TEST, kind: "evaluation", summary: SUMMARY }), "Better.");
});

test("a prompt that was not taken says why in place of an answer", () => {
  const row = { index: 1, prompt: "p", reference: null, response: "", tokens: 0, reward: null, problem: "too long", finish_reason: "refused" };
  assert.deepEqual(runs.cellsOf(row), ["2", "p", "too long", "–", "–", "0"]);
});

test("the work of an evaluation is told before it starts", () => {
  assert.equal(runs.estimateText(100, 1, 2, 200), "200 answers: 100 rows × 2 models.");
  assert.equal(runs.estimateText(100, 4, 2, 20), "160 answers: 20 rows × 4 answers × 2 models. Only 20 rows are held out.");
  assert.equal(runs.estimateText(Number.NaN, 1, 2, 20), "");
});

test("a row of an evaluation shows one answer of each side with the rewards of all", () => {
  const side = (...rewards) => ({ answers: rewards.map((reward) => ({ text: `r${reward}`, reward, scores: { m: { reason: "because" } } })) });
  const pair = runs.pairOf({ instruction: "q", reference: "a", sides: [side(0, 1), side(1)] }, SUMMARY.sides);
  assert.deepEqual(pair.stages.map((stage) => [stage.name, stage.answer, stage.reward, stage.reason]), [["base", "r0", "rewards 0, 1", "because"], ["trained", "r1", "reward 1", "because"]]);
});

test("an answer about a test that the socket has overtaken changes nothing", () => {
  const [waiting, running, further, over] = [["waiting", 0], ["running", 0], ["running", 3], ["cancelled", 2]].map(([status, done]) => ({ status, done }));
  for (const [held, answer] of [[running, waiting], [further, running], [over, further]]) {
    assert.equal(runs.later(held, answer), held);
    assert.equal(runs.later(answer, held), held);
  }
  assert.equal(runs.later(undefined, waiting), waiting);
});
