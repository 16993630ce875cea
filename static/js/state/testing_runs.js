// @ts-check
/** Batches and evaluations in words: how they stand, what came out, and which belong to a run; pure. */

import { counted, duration, number, percent } from "../lib/format.js";
import { ofText, placeOn, scaleOf } from "./rewards_text.js";

const OVER = ["completed", "cancelled", "failed", "interrupted"];
/** Status to the colour of its badge. */
/** @type {Record<string, string>} */
const BADGES = {
  waiting: "queued", running: "training", completed: "completed", cancelled: "stopped", failed: "failed",
  interrupted: "interrupted",
};

/** @param {EvaluationRecord} test */
export const isOver = (test) => OVER.includes(test.status);
/** @param {EvaluationRecord} test */
export const badgeOf = (test) => BADGES[test.status] ?? "plain";

/** How far a test has come, to be compared with another state of the same one. @param {EvaluationRecord} test */
const reached = (test) => (isOver(test) ? Infinity : test.status === "waiting" ? -1 : test.done);

/** Of two states of one test the later: an answer of REST can be overtaken by the socket.
 * @param {EvaluationRecord | undefined} held what is known @param {EvaluationRecord} answer */
export const later = (held, answer) => (held && reached(held) > reached(answer) ? held : answer);

/** Those of a run, and of models without one, newest first.
 * @param {Record<string, EvaluationRecord>} tests @param {string | null} session */
export const testsOf = (tests, session) => Object.values(tests)
  .filter((test) => test.session_id === session || test.session_id === null)
  .sort((a, b) => b.created_at - a.created_at);

/** The test that a tab shows: the one the address names, else the newest of its kind.
 * @param {EvaluationRecord[]} tests newest first @param {string} kind @param {string | undefined} wanted its id */
export const shownTest = (tests, kind, wanted) =>
  tests.find((test) => test.kind === kind && test.test_id === wanted) ?? tests.find((test) => test.kind === kind);

/** How far a test is. @param {EvaluationRecord} test */
export function progressOf(test) {
  const done = `${test.done} of ${counted(test.total, test.kind === "batch" ? "prompt" : "answer")}`;
  const left = test.eta_seconds ? `about ${duration(test.eta_seconds)} left` : "";
  const text = [test.text, done, left].filter(Boolean).join(" · ");
  return { fraction: test.total ? test.done / test.total : 0, text };
}

/** A test in one line of the history. @param {EvaluationRecord} test */
export function aboutTest(test) {
  const asked = `${test.done} of ${test.total} answered`;
  if (!test.summary) return isOver(test) ? asked : progressOf(test).text;
  if ("verdict" in test.summary) return test.summary.verdict;
  const { answered, judged, correct, mean_reward: reward, most } = test.summary;
  const scored = reward === null ? "" : `mean reward ${number(reward)}${ofText(most)}`;
  const right = judged ? `${correct} of ${judged} correct` : "";
  return [`${answered} of ${test.total} answered`, scored, right].filter(Boolean).join(" · ");
}

/** A batch in figures. @param {BatchSummary} summary @returns {Tile[]} */
export function tilesOf(summary) {
  const { answered, mean_reward: reward, most, judged, correct, tokens } = summary;
  const isScored = reward !== null && reward !== undefined;
  return [
    { name: "Answered", value: String(answered), level: "" },
    ...(isScored ? [{ name: rewardTitle(most), value: number(reward), level: "" }] : []),
    ...(judged ? [{ name: "Correct", value: `${correct} of ${judged}`, level: "" }] : []),
    ...trouble("Cut at the limit", summary.truncated),
    ...trouble("Not taken", summary.refused),
    ...trouble("Without a score", summary.unscored),
    { name: "Tokens", value: String(tokens), level: "" },
    { name: "Tokens/s", value: number(summary.tokens_per_second, 1), level: "" },
    { name: "Time", value: duration(summary.seconds), level: "" },
  ];
}

/** @param {string} name @param {number} count @returns {Tile[]} */
const trouble = (name, count) => (count ? [{ name, value: String(count), level: "warning" }] : []);

/** A row of a batch as cells: number, prompt, answer, expected, reward, tokens. @param {TableRow} row */
export const cellsOf = ({ index, prompt, problem, response, reference, reward, tokens }) =>
  [String(index + 1), prompt, problem ?? response, reference ?? "–", number(reward), String(tokens ?? "–")];

/** @typedef {Pick<BatchRow, "index" | "prompt" | "problem" | "response" | "reference" | "reward">
 *   & {tokens: number | null, scores?: BatchRow["scores"]}} TableRow */

/** The first prompts of a batch as rows that have no answer yet. @param {EvaluationRecord} test
 * @returns {TableRow[]} */
export const previewRows = (test) =>
  test.preview.map((prompt, index) => ({ ...prompt, index, response: "", problem: null, reward: null, tokens: null }));

/** Where a page of results stands among all. @param {number} offset @param {number} shown @param {number} total */
export const pageText = (offset, shown, total) => (total ? `${offset + 1} to ${offset + shown} of ${total}` : "");

/** What the row of the mean reward is called. @param {number | null} most */
const rewardTitle = (most) => (most === null ? "Mean reward" : `Mean reward, of ${number(most)}`);

/** The scale of an evaluation's bars. @param {EvaluationSummary} summary */
export const scaleOfSides = ({ sides, most }) => scaleOf(sides.flatMap(({ mean, interval }) => [mean, ...interval]),
  null, most);

/** The side of an evaluation as a bar. @param {SideSummary} side @param {[number, number]} scale */
export function barOf(side, scale) {
  const [low, high] = side.interval;
  const share = (/** @type {number | null} */ value) => placeOn(value, scale);
  const text = withInterval(side.mean, side.interval, number);
  return { name: side.label, text, mean: share(side.mean), low: share(low), high: share(high) };
}

/** @param {number | null} value @param {Interval} interval @param {(value: number | null) => string} format */
const withInterval = (value, [low, high], format) =>
  (value === null ? "no score" : `${format(value)} (${format(low)} to ${format(high)})`);

/** The table of an evaluation: a name, one cell a side, and the change; what no side has is left out.
 * @param {EvaluationSummary} summary @returns {{name: string, cells: string[]}[]} */
export function figuresOf({ sides, most, is_judged: isJudged, difference, length_change: length }) {
  /** @param {string} name @param {(side: SideSummary) => string} cell */
  const row = (name, cell, change = "") => ({ name, cells: [...sides.map(cell), change] });
  const asPercent = (/** @type {number | null} */ value) => percent(value, 1);
  /** @param {string} name @param {"refused" | "unscored"} key */
  const counts = (name, key) => (sides.some((side) => side[key]) ? [row(name, (side) => String(side[key]))] : []);
  const judged = !isJudged ? [] : [
    row("Right answers", (side) => `${side.correct ?? 0} of ${side.judged}`),
    row("pass@1", (side) => withInterval(side.pass_at_1, side.pass_at_1_interval, asPercent)),
    ...sides[0].pass_curve.slice(1).map(({ k }, index) =>
      row(`pass@${k}`, (side) => asPercent(side.pass_curve[index + 1]?.value ?? null))),
  ];
  const change = changeOf(difference);
  return [
    row(rewardTitle(most), (side) => withInterval(side.mean, side.interval, number), change),
    ...judged,
    row("Tokens an answer", (side) => number(side.mean_tokens, 1), changeOf(length)),
    row("Cut at the limit", (side) => asPercent(side.truncated_fraction)),
    ...counts("Prompts not taken", "refused"),
    ...counts("Answers without a score", "unscored"),
  ];
}

/** @param {{mean: number | null, interval: Interval}} change */
const changeOf = ({ mean, interval: [low, high] }) =>
  (mean === null ? "" : `${signed(mean)} (${signed(Number(low))} to ${signed(Number(high))})`);

/** Which way a significant change went. @param {RewardChange} difference */
export const levelOf = ({ is_significant: isSignificant, wins, losses }) =>
  (isSignificant ? (wins > losses ? "good" : "bad") : "");

/** Row by row: how many got better and worse. @param {RewardChange} difference @returns {Tile[]} */
export const outcomesOf = (difference) => [
  {
    name: "Difference in reward", value: difference.mean === null ? "–" : signed(difference.mean),
    level: levelOf(difference),
  },
  { name: "Rows better", value: String(difference.wins), level: "" },
  { name: "Rows worse", value: String(difference.losses), level: "" },
  { name: "Rows as before", value: String(difference.ties), level: "" },
];

/** The verdict's first sentence, and what explains it. @param {string} verdict @returns {[string, string]} */
export function splitVerdict(verdict) {
  const end = verdict.search(/[.] (?=[A-Z0-9])/);
  return end < 0 ? [verdict, ""] : [verdict.slice(0, end + 1), verdict.slice(end + 2)];
}

/** What chance has to do with it, and how the length changed. @param {EvaluationSummary} summary */
export function chanceText({ difference: { p_value: p, test }, length_change: length }) {
  const chance = `${chanceOf(p)} (${test}, p ${p < 0.001 ? "is less than 0.001" : `= ${number(p)}`}).`;
  return length.mean === null ? chance : `${chance} Answers are ${lengthText(length.mean, length.interval)}.`;
}

/** How a test was asked, in one line. @param {EvaluationRecord} test @returns {string[]} */
export function howAsked({ kind, total, samples, models, sampling: { temperature, seed } }) {
  const rows = kind === "batch" ? models[0].label : counted(total / (samples * models.length), "held-out row");
  const chance = temperature === 0 ? ["greedy"] : [`temperature ${number(temperature)}`, `seed ${seed}`];
  return [rows, samples > 1 ? `${samples} answers each` : "", ...chance].filter(Boolean);
}

/** @param {number} p */
function chanceOf(p) {
  if (p < 0.001) return "Chance alone would move as many rows one way less than once in a thousand tests";
  if (p < 0.05) return `Chance alone would move as many rows one way in ${percent(p, 1)} of such tests`;
  return `Chance alone would move as many rows one way in ${percent(p)} of such tests, so this proves nothing`;
}

/** @param {number} mean in tokens @param {Interval} interval */
function lengthText(mean, interval) {
  const [low, high] = interval.map(Number);
  if (low <= 0 && high >= 0) return "about as long as before";
  const [least, most] = [Math.abs(low), Math.abs(high)].sort((a, b) => a - b).map((size) => number(size, 1));
  return `${number(Math.abs(mean), 1)} tokens ${mean < 0 ? "shorter" : "longer"} (${least} to ${most})`;
}

/** @param {number} value */
export const signed = (value) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${number(Math.abs(value))}`;

/** How much work an evaluation is.
 * @param {number} rows @param {number} samples @param {number} models
 * @param {number | null} held the rows that are held out */
export function estimateText(rows, samples, models, held) {
  const asked = held === null ? rows : Math.min(rows, held);
  if (!Number.isInteger(asked) || !Number.isInteger(samples) || asked < 1 || samples < 1) return "";
  const factors = [counted(asked, "row"), samples > 1 ? `${samples} answers` : "", counted(models, "model")];
  const limit = held !== null && rows > held ? ` Only ${held} rows are held out.` : "";
  return `${counted(asked * samples * models, "answer")}: ${factors.filter(Boolean).join(" × ")}.${limit}`;
}

/** Questions with the answers of each stage or model.
 * @typedef {{name: string, answer: string, mark: string, reward?: string, reason?: string}} StageAnswer
 * @typedef {{instruction: string, reference: string | null, stages: StageAnswer[]}} Pair */

/** One row of an evaluation with the first answer of each side, as the kept pairs have it.
 * @param {EvaluationRow} row @param {{label: string}[]} sides of the summary or models of the test @returns {Pair} */
export const pairOf = (row, sides) => ({
  instruction: row.instruction,
  reference: row.reference,
  stages: row.sides.map(({ answers }, index) => stageOf(sides[index]?.label ?? "", answers[0], answers)),
});

/** A kept regression or improvement. @param {ShownRow} row @param {{label: string}[]} sides @returns {Pair} */
export const keptPair = (row, sides) => ({
  instruction: row.instruction,
  reference: row.reference,
  stages: [row.before, row.after].map((answer, index) => stageOf(sides[index]?.label ?? "", answer, [answer])),
});

/** @param {string} name @param {Partial<EvaluationAnswer & ShownAnswer> | undefined} answer
 * @param {{reward: number | null}[]} all answers of the row @returns {StageAnswer} */
function stageOf(name, answer, all) {
  const rewards = all.map((sample) => sample?.reward).filter((reward) => Number.isFinite(reward));
  const texts = rewards.map((reward) => number(reward, rewards.length > 1 ? 2 : 3)).join(", ");
  const said = rewards.length ? `reward${rewards.length > 1 ? "s" : ""} ${texts}` : "no score";
  const isMean = all.length === 1 && Number.isFinite(answer?.mean) && answer?.mean !== answer?.reward;
  const reward = isMean ? `${said}, mean of the row ${number(answer?.mean)}` : said;
  const reason = answer?.problem ?? answer?.reason ?? reasonsOf(answer?.scores);
  return { name, answer: answer?.text ?? "", mark: "", reward, reason };
}

/** @param {Record<string, ScoreRecord> | null | undefined} scores */
const reasonsOf = (scores) => Object.values(scores ?? {}).map((score) => score?.reason).filter(Boolean).join("; ");
