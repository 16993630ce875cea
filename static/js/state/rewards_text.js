// @ts-check
/** The reward of a configuration in a few words; pure. */

/** The reward in a few words. @param {(name: string) => any} value */
export function rewardText(value) {
  if (value("reward.type") === "custom") return value("reward.custom_name") ?? "custom";
  if (value("reward.type") !== "composite") return value("reward.preset_name") ?? "math-science";
  return value("reward.components").map((/** @type {any} */ c) => c.name ?? c.preset_name ?? c.custom_name ?? "judge").join(" + ") || "none yet";
}
