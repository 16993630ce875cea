// @ts-check
/** Held-out scores as a history that can be drawn: one row per evaluation, with its interval and the base model's
 * score; pure. */

import { at, fromColumns, last, rowNear } from "./series.js";

const Z = 1.959964;

/** The 95 % interval of a share of right answers: Wilson's score interval, as core/statistics.py has it.
 * @param {number} correct @param {number} total @returns {[number, number]} */
export function wilson(correct, total) {
  if (!total) return [0, 1];
  const share = correct / total;
  const scale = 1 + (Z * Z) / total;
  const centre = (share + (Z * Z) / (2 * total)) / scale;
  const half = (Z * Math.sqrt((share * (1 - share)) / total + (Z * Z) / (4 * total * total))) / scale;
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** The share of right answers, or of the full reward where no reward judges truth.
 * @param {HeldOutScore} score @param {number} most the full reward */
export const shareOf = ({ correct, total, reward }, most) => (isJudged(correct) ? correct / total : reward / most);

/** @param {number | null | undefined} correct @returns {correct is number} */
const isJudged = (correct) => correct !== null && correct !== undefined;

/** What a completion can earn at most: the sum of the weights.
 * @param {RunConfig | null | undefined} config of the run, which may not be known yet */
export const fullReward = (config) =>
  (config?.reward?.type === "composite" ? sum((config.reward.components ?? []).map((one) => one.weight ?? 1)) : 1);

/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Columns step, t, score, low, high and base. The base model is the first point unless the warm-up takes its place,
 * and its score goes on to the newest step of the run.
 * @param {HeldOutScore[]} evaluations @param {RunHistory} history of the run, which knows when a step was
 * @param {number} startedAt Unix seconds @param {number} most the full reward */
export function heldOutHistory(evaluations, history, startedAt, most) {
  const base = evaluations.find((score) => score.stage === "base");
  const hasWarmUp = evaluations.some((score) => score.stage === "warm_up");
  const shown = evaluations.filter((score) => !(hasWarmUp && score.stage === "base"));
  const points = shown.map((score) => pointOf(score, most)).sort((a, b) => a.step - b.step);
  const newest = Math.max(0, last(history, "step") || 0);
  const isBehind = points.length > 0 && newest > points[points.length - 1].step;
  if (isBehind) points.push({ step: newest, score: NaN, low: NaN, high: NaN });
  return fromColumns({
    step: points.map((point) => point.step),
    t: points.map((point) => timeOf(history, point.step, startedAt)),
    score: points.map((point) => point.score),
    low: points.map((point) => point.low),
    high: points.map((point) => point.high),
    base: points.map(() => (base ? shareOf(base, most) : NaN)),
  });
}

/** @param {HeldOutScore} score @param {number} most */
function pointOf(score, most) {
  const [low, high] = isJudged(score.correct) ? wilson(score.correct, score.total) : [NaN, NaN];
  return { step: score.step ?? 0, score: shareOf(score, most), low, high };
}

/** @param {RunHistory} history @param {number} step @param {number} startedAt */
const timeOf = (history, step, startedAt) =>
  (step > 0 && history.length ? at(history, "t", rowNear(history, "step", step)) : startedAt);
