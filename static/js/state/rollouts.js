// @ts-check
/** Groups of completions: what each one is in a few words and figures, and which match what is looked for; pure. */

import { number } from "../lib/format.js";
import { placeOn, scaleOf } from "./rewards_text.js";

/** The rewards of the scored completions of a group. @param {AnnotatedGroup} group @returns {number[]} */
const rewardsOf = (group) =>
  group.completions.map((completion) => completion.reward).filter((reward) => reward !== null);

/** Whether a group teaches nothing: all its scored completions earned the same, or fewer than two are scored.
 * @param {AnnotatedGroup} group */
export function isFlat(group) {
  const rewards = rewardsOf(group);
  return rewards.length < 2 || Math.max(...rewards) - Math.min(...rewards) < 1e-9;
}

/** A group in one line. @param {AnnotatedGroup} group */
export function groupText(group) {
  const rewards = rewardsOf(group);
  const missing = group.completions.length - rewards.length;
  const lost = missing ? `, ${missing} unscored` : "";
  if (rewards.length < 2 && missing) return `${missing} of ${group.completions.length} unscored: no signal`;
  if (isFlat(group)) return `all ${number(rewards[0], 2)}: no signal${lost}`;
  const mean = rewards.reduce((a, b) => a + b, 0) / rewards.length;
  return `mean ${number(mean, 2)}, best ${number(Math.max(...rewards), 2)}${lost}`;
}

/** Why a completion has no reward; empty if it has one. @param {AnnotatedCompletion} completion */
export function unscoredText(completion) {
  if (completion.reward !== null) return "";
  const without = Object.entries(completion.scores ?? {}).filter(([, score]) => (score?.value ?? null) === null);
  const missing = without.find(([, score]) => score?.kind !== "not_applicable") ?? without[0];
  return missing ? `${missing[0]}: ${missing[1]?.reason || "failed"}` : "a reward failed";
}

/** Rewards as places between the ends of the step's scale, for small bars.
 * @param {AnnotatedGroup} group @param {[number, number]} scale */
export const shares = (group, scale) => group.completions.map(({ reward }) => placeOn(reward, scale));

/** The least and the most that any completion of a step earned, with 0 among them. @param {AnnotatedGroup[]} groups */
export const scaleOfStep = (groups) => scaleOf(groups.flatMap(rewardsOf));

/** @typedef {{text: string, level: string}} Flag */

/** What deserves a mark on a completion. @param {AnnotatedCompletion} completion @returns {Flag[]} */
export function flagsOf(completion) {
  const scores = Object.values(completion.scores ?? {});
  const flags = [
    completion.truncated && { text: "cut at the limit", level: "warning" },
    scores.some((score) => score?.kind === "failed" || score === null) && { text: "reward failed", level: "bad" },
    scores.some((score) => score?.kind === "not_run") && { text: "not judged", level: "warning" },
    completion.mentions_reference && completion.reward !== null && completion.reward <= 0
      && { text: `reference present, scored ${number(completion.reward, 2)}`, level: "warning" },
    completion.answer === null && completion.problems?.length > 0 && { text: "no answer found", level: "plain" },
  ];
  return flags.filter((flag) => typeof flag === "object");
}

/** @type {Record<string, string>} */
const WITHOUT_SCORE = { failed: "failed", not_run: "not judged", not_applicable: "does not apply" };

/** One reward's verdict on a completion, as text and figures.
 * @param {string} name @param {ScoreRecord | null} score null when it failed in early versions */
export function partOf(name, score) {
  const kind = score?.kind ?? "failed";
  const value = score?.value ?? null;
  const words = WITHOUT_SCORE[kind] ?? "no score";
  return { name, kind, value, text: value === null ? words : number(value), reason: score?.reason ?? "" };
}

/** The text around and within the extracted answer. @param {AnnotatedCompletion} completion
 * @returns {[string, string, string]} */
export function aroundAnswer(completion) {
  if (!completion.answer) return [completion.text, "", ""];
  const { start, end } = completion.answer;
  return [completion.text.slice(0, start), completion.text.slice(start, end), completion.text.slice(end)];
}

/** Largest size of an advantage in a group, to draw the others against. @param {AnnotatedGroup} group */
export const largestAdvantage = (group) =>
  Math.max(1e-9, ...group.completions.map((completion) => Math.abs(completion.advantage ?? 0)));

/** The place in `steps` of a step, or of the nearest one before it.
 * @param {number[]} steps sorted @param {number} step */
export function placeOf(steps, step) {
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (steps[middle] <= step) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}
