// @ts-check
/** The reward of a configuration, and what it said of some completions, in a few words; pure. */

import { counted, number, percent } from "../lib/format.js";

/** The reward in a few words. @param {Get} value */
export function rewardText(value) {
  if (value("reward.type") === "custom") return value("reward.custom_name") ?? "custom";
  if (value("reward.type") !== "composite") return value("reward.preset_name") ?? "math-science";
  const names = value("reward.components").map((/** @type {RewardPart} */ { name, preset_name, custom_name }) =>
    name ?? preset_name ?? custom_name ?? "judge");
  return names.join(" + ") || "none yet";
}

/** A range in words. @param {[number, number]} range */
export const rangeText = ([low, high]) =>
  (low === high ? number(low, 3) : `${number(low, 3)} to ${number(high, 3)}`);

/** Where a bar begins and ends: at the ends that are known, else at those of what is shown, 0 always within.
 * @param {(number | null)[]} values @param {number | null} [least] @param {number | null} [most]
 * @returns {[number, number]} */
export function scaleOf(values, least = null, most = null) {
  const known = values.filter((value) => value !== null);
  return [Math.min(0, least ?? Math.min(0, ...known)), Math.max(0, most ?? Math.max(0, ...known))];
}

/** Where a value lies on a scale, 0 to 1. @param {number | null} value @param {[number, number]} scale */
export const placeOn = (value, [low, high]) =>
  (value === null || high <= low ? 0 : Math.min(1, Math.max(0, (value - low) / (high - low))));

/** " of 3", and nothing where the most is not known. @param {number | null} most */
export const ofText = (most) => (most === null ? "" : ` of ${number(most, 2)}`);

/** What all completions got: those with a part that could not be scored count apart, not as 0.
 * @param {RewardTest} answer of POST /api/rewards/test */
export function summaryText({ results, most, ms_per_completion: speeds }) {
  const totals = results.map((result) => result.total).filter((total) => total !== null);
  const mean = totals.reduce((sum, total) => sum + total, 0) / totals.length;
  const full = totals.filter((total) => most !== null && total >= most - 1e-9).length;
  const slow = Object.entries(speeds).map(([name, ms]) => `${name} ${number(ms, 2)} ms`).join(", ");
  const unscored = results.length - totals.length;
  const said = [
    counted(results.length, "completion"),
    totals.length ? `${number(mean, 2)}${ofText(most)} on average` : "",
    totals.length && isOutside(totals, most) ? `from ${rangeText([Math.min(...totals), Math.max(...totals)])}` : "",
    totals.length && most !== null ? `full marks for ${percent(full / totals.length)}` : "",
    unscored ? `${unscored} without a score` : "",
  ].filter(Boolean).join(", ");
  return `${results.length === 1 ? "" : `${said}. `}Time per completion: ${slow}.`;
}

/** Whether the scores themselves have to be shown: the most is not known, or some are below 0.
 * @param {number[]} totals @param {number | null} most */
const isOutside = (totals, most) => most === null || totals.some((total) => total < 0);

/** What one completion got. @param {Pick<TestedResponse, "total" | "scores">} result @param {number | null} most */
export function totalText({ total, scores }, most) {
  if (total !== null) return `${number(total, 3)}${ofText(most)}`;
  if (Object.values(scores).every((score) => score.kind === "not_applicable")) return "No total: it does not apply";
  const unscored = Object.values(scores).filter(({ value, kind }) => value === null && kind !== "not_applicable")
    .length;
  return `No total: ${counted(unscored, "part")} without a score`;
}
