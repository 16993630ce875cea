// @ts-check
/** Batches and evaluations in words: how they stand, what came out, and which belong to a run; pure. */

import { counted, duration, number, percent } from "../lib/format.js";

const OVER = ["completed", "cancelled", "failed", "interrupted"];
/** Status to the colour of its badge. */
const BADGES = /** @type {Record<string, string>} */ ({ waiting: "queued", running: "training", completed: "completed", cancelled: "stopped", failed: "failed", interrupted: "interrupted" });

/** @param {any} test */
export const isOver = (test) => OVER.includes(test.status);
/** @param {any} test */
export const badgeOf = (test) => BADGES[test.status] ?? "plain";

/** How far a test has come, to be compared with another state of the same one. @param {any} test */
const reached = (test) => (isOver(test) ? Infinity : test.status === "waiting" ? -1 : test.done);

/** Of two states of one test the later: an answer of REST can be overtaken by the socket.
 * @param {any} held what is known, or undefined @param {any} answer */
export const later = (held, answer) => (held && reached(held) > reached(answer) ? held : answer);

/** Those of a run, and of models without one, newest first. @param {Record<string, any>} tests @param {string | null} session @returns {any[]} */
export const testsOf = (tests, session) => Object.values(tests)
  .filter((test) => test.session_id === session || test.session_id === null)
  .sort((a, b) => b.created_at - a.created_at);

/** The test that a tab shows: the one the address names, else the newest of its kind.
 * @param {any[]} tests newest first @param {string} kind @param {string | undefined} wanted its id */
export const shownTest = (tests, kind, wanted) => tests.find((test) => test.kind === kind && test.test_id === wanted) ?? tests.find((test) => test.kind === kind);

/** How far a test is. @param {any} test */
export function progressOf(test) {
  const done = `${test.done} of ${counted(test.total, test.kind === "batch" ? "prompt" : "answer")}`;
  const left = test.eta_seconds ? `about ${duration(test.eta_seconds)} left` : "";
  return { fraction: test.total ? test.done / test.total : 0, text: [test.text, done, left].filter(Boolean).join(" · ") };
}

/** A test in one line of the history. @param {any} test */
export function aboutTest(test) {
  if (!test.summary) return isOver(test) ? `${test.done} of ${test.total} answered` : progressOf(test).text;
  if (test.kind === "evaluation") return test.summary.verdict;
  const { answered, judged, correct, mean_reward: reward, most } = test.summary;
  const scored = reward === null ? "" : `mean reward ${number(reward)} of ${number(most)}`;
  return [`${answered} of ${test.total} answered`, scored, judged ? `${correct} of ${judged} correct` : ""].filter(Boolean).join(" · ");
}

/** A batch in figures. @param {any} summary @returns {{name: string, value: string, level: string}[]} */
export function tilesOf(summary) {
  const isScored = summary.mean_reward !== null && summary.mean_reward !== undefined;
  return [
    { name: "Answered", value: String(summary.answered), level: "" },
    ...(isScored ? [{ name: `Mean reward, of ${number(summary.most)}`, value: number(summary.mean_reward), level: "" }] : []),
    ...(summary.judged ? [{ name: "Correct", value: `${summary.correct} of ${summary.judged}`, level: "" }] : []),
    ...trouble("Cut at the limit", summary.truncated),
    ...trouble("Not taken", summary.refused),
    ...trouble("Without a score", summary.unscored),
    { name: "Tokens", value: String(summary.tokens), level: "" },
    { name: "Tokens/s", value: number(summary.tokens_per_second, 1), level: "" },
    { name: "Time", value: duration(summary.seconds), level: "" },
  ];
}

/** @param {string} name @param {number} count @returns {{name: string, value: string, level: string}[]} */
const trouble = (name, count) => (count ? [{ name, value: String(count), level: "warning" }] : []);

/** A row of a batch as cells: number, prompt, answer, expected, reward, tokens. @param {any} row */
export const cellsOf = (row) => [String(row.index + 1), row.prompt, row.problem ?? row.response, row.reference ?? "–", number(row.reward), String(row.tokens ?? "–")];

/** The first prompts of a batch as rows that have no answer yet. @param {any} test */
export const previewRows = (test) => test.preview.map((/** @type {any} */ one, /** @type {number} */ index) => ({ ...one, index, response: "", problem: null, reward: null, tokens: null }));

/** Where a page of results stands among all. @param {number} offset @param {number} shown @param {number} total */
export const pageText = (offset, shown, total) => (total ? `${offset + 1} to ${offset + shown} of ${total}` : "");

/** The side of an evaluation as a bar, as shares of the full reward.
 * @param {any} side @param {number} most @returns {{name: string, text: string, mean: number, low: number, high: number}} */
export function barOf(side, most) {
  const [low, high] = side.interval;
  const share = (/** @type {number | null} */ value) => Math.min(1, Math.max(0, most && value ? value / most : 0));
  return { name: side.label, text: withInterval(side.mean, side.interval, number), mean: share(side.mean), low: share(low), high: share(high) };
}

/** @param {number | null} value @param {[number | null, number | null]} interval @param {(value: number | null) => string} format */
const withInterval = (value, [low, high], format) => (value === null ? "no score" : `${format(value)} (${format(low)} to ${format(high)})`);

/** The table of an evaluation: a name, one cell a side, and the change; what no side has is left out.
 * @param {any} summary @returns {{name: string, cells: string[]}[]} */
export function figuresOf({ sides, most, is_judged: isJudged, difference, length_change: length }) {
  const row = (/** @type {string} */ name, /** @type {(side: any) => string} */ cell, change = "") => ({ name, cells: [...sides.map(cell), change] });
  const asPercent = (/** @type {number | null} */ value) => percent(value, 1);
  const counts = (/** @type {string} */ name, /** @type {string} */ key) => (sides.some((/** @type {any} */ side) => side[key]) ? [row(name, (side) => String(side[key]))] : []);
  const curve = isJudged ? sides[0].pass_curve.slice(1) : [];
  return [
    row(`Mean reward, of ${number(most)}`, (side) => withInterval(side.mean, side.interval, number), changeOf(difference)),
    ...(isJudged ? [row("Right answers", (side) => `${side.correct ?? 0} of ${side.judged}`), row("pass@1", (side) => withInterval(side.pass_at_1, side.pass_at_1_interval, asPercent))] : []),
    ...curve.map((/** @type {any} */ point, /** @type {number} */ index) => row(`pass@${point.k}`, (side) => asPercent(side.pass_curve[index + 1]?.value ?? null))),
    row("Tokens an answer", (side) => number(side.mean_tokens, 1), changeOf(length)),
    row("Cut at the limit", (side) => asPercent(side.truncated_fraction)),
    ...counts("Prompts not taken", "refused"),
    ...counts("Answers without a score", "unscored"),
  ];
}

/** @param {{mean: number | null, interval: [number, number]}} change */
const changeOf = ({ mean, interval: [low, high] }) => (mean === null ? "" : `${signed(mean)} (${signed(low)} to ${signed(high)})`);

/** Which way a significant change went. @param {any} difference */
export const levelOf = (difference) => (difference.is_significant ? (difference.wins > difference.losses ? "good" : "bad") : "");

/** Row by row: how many got better and worse. @param {any} difference @returns {{name: string, value: string, level: string}[]} */
export const outcomesOf = (difference) => [
  { name: "Difference in reward", value: difference.mean === null ? "–" : signed(difference.mean), level: levelOf(difference) },
  { name: "Rows better", value: String(difference.wins), level: "" },
  { name: "Rows worse", value: String(difference.losses), level: "" },
  { name: "Rows as before", value: String(difference.ties), level: "" },
];

/** The verdict's first sentence, and what explains it. @param {string} verdict @returns {[string, string]} */
export function splitVerdict(verdict) {
  const end = verdict.search(/[.] (?=[A-Z0-9])/);
  return end < 0 ? [verdict, ""] : [verdict.slice(0, end + 1), verdict.slice(end + 2)];
}

/** What chance has to do with it, and how the length changed. @param {any} summary */
export const chanceText = ({ difference: { p_value: p, test }, length_change: length }) =>
  `${chanceOf(p)} (${test}, p ${p < 0.001 ? "is less than 0.001" : `= ${number(p)}`}). ${length.mean === null ? "" : `Answers are ${lengthText(length)}.`}`.trim();

/** How a test was asked, in one line. @param {any} test @returns {string[]} */
export function howAsked(test) {
  const { temperature, seed } = test.sampling;
  const rows = test.kind === "evaluation" ? counted(test.total / (test.samples * test.models.length), "held-out row") : test.models[0].label;
  return [rows, test.samples > 1 ? `${test.samples} answers each` : "", temperature === 0 ? "greedy" : `temperature ${number(temperature)}`, temperature === 0 ? "" : `seed ${seed}`].filter(Boolean);
}

/** @param {number} p */
function chanceOf(p) {
  if (p < 0.001) return "Chance alone would move as many rows one way less than once in a thousand tests";
  if (p < 0.05) return `Chance alone would move as many rows one way in ${percent(p, 1)} of such tests`;
  return `Chance alone would move as many rows one way in ${percent(p)} of such tests, so this proves nothing`;
}

/** @param {{mean: number, interval: [number, number]}} length in tokens */
function lengthText({ mean, interval: [low, high] }) {
  if (low <= 0 && high >= 0) return "about as long as before";
  return `${number(Math.abs(mean), 1)} tokens ${mean < 0 ? "shorter" : "longer"} (${number(Math.min(Math.abs(low), Math.abs(high)), 1)} to ${number(Math.max(Math.abs(low), Math.abs(high)), 1)})`;
}

/** @param {number} value */
export const signed = (value) => (value > 0 ? `+${number(value)}` : value < 0 ? `−${number(Math.abs(value))}` : number(value));

/** How much work an evaluation is. @param {number} rows @param {number} samples @param {number} models @param {number | null} held the rows that are held out */
export function estimateText(rows, samples, models, held) {
  const asked = held === null ? rows : Math.min(rows, held);
  if (!Number.isInteger(asked) || !Number.isInteger(samples) || asked < 1 || samples < 1) return "";
  const product = [counted(asked, "row"), samples > 1 ? `${samples} answers` : "", counted(models, "model")].filter(Boolean).join(" × ");
  return `${counted(asked * samples * models, "answer")}: ${product}.${held !== null && rows > held ? ` Only ${held} rows are held out.` : ""}`;
}

/** One row of an evaluation with the first answer of each side, as the kept pairs have it. @param {any} row @param {any[]} sides of the summary or models of the test */
export const pairOf = (row, sides) => ({
  instruction: row.instruction,
  reference: row.reference,
  stages: row.sides.map((/** @type {any} */ side, /** @type {number} */ index) => stageOf(sides[index]?.label ?? "", side.answers[0], side.answers)),
});

/** A kept regression or improvement. @param {any} one @param {any[]} sides */
export const keptPair = (one, sides) => ({
  instruction: one.instruction,
  reference: one.reference,
  stages: [one.before, one.after].map((answer, index) => stageOf(sides[index]?.label ?? "", answer, [answer])),
});

/** @param {string} name @param {any} answer @param {any[]} all answers of the row */
function stageOf(name, answer, all) {
  const rewards = all.map((one) => one?.reward).filter((reward) => Number.isFinite(reward));
  const reward = rewards.length > 1 ? `rewards ${rewards.map((value) => number(value, 2)).join(", ")}` : rewards.length ? `reward ${number(rewards[0])}` : "no score";
  const isMean = all.length === 1 && Number.isFinite(answer?.mean) && answer.mean !== answer.reward;
  return { name, answer: answer?.text ?? "", mark: "", reward: isMean ? `${reward}, mean of the row ${number(answer.mean)}` : reward, reason: answer?.problem ?? answer?.reason ?? reasonsOf(answer?.scores) };
}

/** @param {Record<string, any> | null | undefined} scores */
const reasonsOf = (scores) => Object.values(scores ?? {}).map((score) => score?.reason).filter(Boolean).join("; ");
