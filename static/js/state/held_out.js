// @ts-check
/** Held-out scores as a history that can be drawn: one row per evaluation, with its interval and the base model's
 * score; pure. */

import { at, fromColumns, last, rowNear } from "./series.js";

/** Whether held-out scores can be drawn as shares; without a known range of the reward they are mean rewards.
 * @param {ShownScore[]} evaluations */
export const areShares = (evaluations) => evaluations.every(({ share, reward }) => share !== null || reward === null);

/** Columns step, t, score, low, high and base. The base model is the first point unless the warm-up takes its place,
 * and its score goes on to the newest step of the run.
 * @param {ShownScore[]} evaluations @param {RunHistory} history of the run, which knows when a step was
 * @param {number} startedAt Unix seconds */
export function heldOutHistory(evaluations, history, startedAt) {
  const base = evaluations.find((score) => score.stage === "base");
  const hasWarmUp = evaluations.some((score) => score.stage === "warm_up");
  const shown = evaluations.filter((score) => !(hasWarmUp && score.stage === "base"));
  const points = shown.map((score) => pointOf(score)).sort((a, b) => a.step - b.step);
  const newest = Math.max(0, last(history, "step") || 0);
  const isBehind = points.length > 0 && newest > points[points.length - 1].step;
  if (isBehind) points.push({ step: newest, score: NaN, low: NaN, high: NaN });
  return fromColumns({
    step: points.map((point) => point.step),
    t: points.map((point) => timeOf(history, point.step, startedAt)),
    score: points.map((point) => point.score),
    low: points.map((point) => point.low),
    high: points.map((point) => point.high),
    base: points.map(() => (base ? base.share ?? base.reward ?? NaN : NaN)),
  });
}

/** @param {ShownScore} score */
function pointOf(score) {
  const [low, high] = score.interval ?? [NaN, NaN];
  return { step: score.step ?? 0, score: score.share ?? score.reward ?? NaN, low, high };
}

/** @param {RunHistory} history @param {number} step @param {number} startedAt */
const timeOf = (history, step, startedAt) =>
  (step > 0 && history.length ? at(history, "t", rowNear(history, "step", step)) : startedAt);
