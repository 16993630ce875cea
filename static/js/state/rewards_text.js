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

/** What all completions got: those with a part that could not be scored count apart, not as 0.
 * @param {RewardTest} answer of POST /api/rewards/test */
export function summaryText({ results, most, ms_per_completion: speeds }) {
  const totals = results.map((result) => result.total).filter((total) => total !== null);
  const mean = totals.reduce((sum, total) => sum + total, 0) / totals.length;
  const full = totals.filter((total) => total >= most - 1e-9).length;
  const slow = Object.entries(speeds).map(([name, ms]) => `${name} ${number(ms, 2)} ms`).join(", ");
  const unscored = results.length - totals.length;
  const said = [
    counted(results.length, "completion"),
    totals.length ? `${number(mean, 2)} of ${number(most, 2)} on average` : "",
    totals.length ? `full marks for ${percent(full / totals.length)}` : "",
    unscored ? `${unscored} without a score` : "",
  ].filter(Boolean).join(", ");
  return `${results.length === 1 ? "" : `${said}. `}Time per completion: ${slow}.`;
}

/** What one completion got. @param {Pick<TestedResponse, "total" | "scores">} result @param {number} most */
export function totalText({ total, scores }, most) {
  if (total !== null) return `${number(total, 3)} of ${number(most, 2)}`;
  const unscored = Object.values(scores).filter((score) => score.value === null).length;
  return `No total: ${counted(unscored, "part")} without a score`;
}
