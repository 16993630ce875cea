// @ts-check
/** How far a run is: its phases with their times, and the tiles of its latest step; pure. */

import { number, percent, words } from "../lib/format.js";
import { isFinal } from "./sessions.js";

/** @typedef {{name: string, seconds: number | null, isCurrent: boolean, final: string}} Phase */

/** Every phase so far, and at the end what became of the run.
 * @param {Session} session @param {number} now Unix seconds @returns {Phase[]} */
export function phasesOf(session, now) {
  const past = session.phases ?? [];
  const isOver = isFinal(session);
  const list = past.map((phase, index) => {
    const end = past[index + 1]?.started_at ?? session.ended_at;
    const isLast = index === past.length - 1;
    const isCurrent = !isOver && isLast;
    const final = isLast && session.status === "failed" ? "failed" : "";
    return { name: nameOf(phase), seconds: (isCurrent ? now : end ?? now) - phase.started_at, isCurrent, final };
  });
  const name = words(session.status);
  if (isOver) return [...list, { name, seconds: null, isCurrent: false, final: session.status }];
  const seconds = session.created_at ? now - session.created_at : null;
  return list.length ? list : [{ name, seconds, isCurrent: true, final: "" }];
}

/** @type {Record<string, string>} */
const DETAILS = {
  base: "base model", warm_up: "after warm-up", trained: "after GRPO", step: "on the way", data: "data", model: "model",
};
/** @type {Record<string, string>} */
const PHASES = { pre_training: "Warm-up", training: "GRPO", evaluating: "Scoring" };

/** @param {{phase: string, detail: string}} phase */
function nameOf({ phase, detail }) {
  const name = PHASES[phase] ?? words(phase);
  return detail ? `${name}: ${DETAILS[detail] ?? detail}` : name;
}

/** The bar of numbers above the charts. @param {StepFigures} metrics of the latest GRPO step @returns {Tile[]} */
export function tilesOf(metrics) {
  const length = metrics.completion_length;
  const whole = (/** @type {number | null | undefined} */ part) => (typeof part === "number" ? 1 - part : undefined);
  const lengths = length && `${number(length.mean, 0)} (${number(length.min, 0)} to ${number(length.max, 0)})`;
  return [
    { name: "Reward", value: withDeviation(metrics.reward, metrics.reward_std), level: "" },
    {
      name: "Signal fraction", value: percent(metrics.signal_fraction),
      level: levelOf(metrics.signal_fraction, 0.5, 0.25),
    },
    { name: "KL", value: klText(metrics), level: "" },
    { name: "Length, tokens", value: lengths ?? "–", level: "" },
    {
      name: "Truncated", value: percent(metrics.truncated_fraction),
      level: levelOf(whole(metrics.truncated_fraction), 0.7, 0.2),
    },
    ...(metrics.unscored_fraction ? [{
      name: "Without a score", value: percent(metrics.unscored_fraction),
      level: levelOf(whole(metrics.unscored_fraction), 1, 0.95),
    }] : []),
    { name: "Clip ratio", value: clipText(metrics.clip_ratio), level: "" },
    { name: "Gradient norm", value: number(metrics.grad_norm), level: "" },
    { name: "Tokens/s", value: number(metrics.tokens_per_second, 0), level: "" },
    ...trouble("Reward errors", metrics.reward_errors, "bad"),
    ...trouble("Not judged", metrics.reward_not_run, "warning"),
  ];
}

/** @param {number | null | undefined} value @param {number} good @param {number} bad */
function levelOf(value, good, bad) {
  if (typeof value !== "number" || !Number.isFinite(value)) return "";
  return value < bad ? "bad" : value < good ? "warning" : "";
}

/** @param {number | null | undefined} mean @param {number | null | undefined} deviation */
const withDeviation = (mean, deviation) =>
  `${number(mean)}${Number.isFinite(deviation) ? ` ± ${number(deviation, 2)}` : ""}`;

/** @param {StepFigures} metrics */
const klText = (metrics) => (metrics.step && !Number.isFinite(metrics.kl) ? "off" : number(metrics.kl, 4));

/** The ratio and the side on which more was clipped. @param {StepFigures["clip_ratio"]} clip */
export function clipText(clip) {
  if (!clip) return "–";
  const [low, high] = [clip.low ?? 0, clip.high ?? 0];
  if (!low && !high) return "0";
  return high >= low ? `${number(high)} high` : `${number(low)} low`;
}

/** A tile for counts of trouble, when there is any.
 * @param {string} name @param {Record<string, number> | null | undefined} counts @param {string} level
 * @returns {Tile[]} */
function trouble(name, counts, level) {
  const total = Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);
  return total ? [{ name, value: String(total), level }] : [];
}
