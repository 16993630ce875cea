// @ts-check
/** Groups of completions: what each one is in a few words and figures, and which match what is looked for; pure. */

import { number } from "../lib/format.js";

/** Whether all completions of a group earned the same, so that it teaches nothing. @param {any} group */
export function isFlat(group) {
  const rewards = group.completions.map((/** @type {any} */ one) => one.reward);
  return Math.max(...rewards) - Math.min(...rewards) < 1e-9;
}

/** A group in one line. @param {any} group */
export function groupText(group) {
  const rewards = group.completions.map((/** @type {any} */ one) => one.reward);
  const mean = rewards.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0) / rewards.length;
  return isFlat(group) ? `all ${number(rewards[0], 2)}: no signal` : `mean ${number(mean, 2)}, best ${number(Math.max(...rewards), 2)}`;
}

/** Rewards as shares of the most that was earned in the step, for small bars. @param {any} group @param {number} most */
export const shares = (group, most) => group.completions.map((/** @type {any} */ one) => (most > 0 ? Math.max(0, one.reward) / most : 0));

/** The most that any completion of a step earned. @param {any[]} groups */
export const mostOf = (groups) => Math.max(0, ...groups.flatMap((group) => group.completions.map((/** @type {any} */ one) => one.reward)));

/** @typedef {{text: string, level: string}} Flag */

/** What deserves a mark on a completion. @param {any} one @returns {Flag[]} */
export function flagsOf(one) {
  const scores = Object.values(one.scores ?? {});
  return [
    one.truncated && { text: "cut at the limit", level: "warning" },
    scores.some((/** @type {any} */ score) => score?.kind === "failed" || score === null) && { text: "reward failed", level: "bad" },
    scores.some((/** @type {any} */ score) => score?.kind === "not_run") && { text: "not judged", level: "warning" },
    one.mentions_reference && one.reward === 0 && { text: "reference present, scored 0", level: "warning" },
    one.answer === null && one.problems?.length > 0 && { text: "no answer found", level: "plain" },
  ].filter(Boolean);
}

/** One reward's verdict on a completion, as text and figures. @param {string} name @param {any} score null when it failed in early versions */
export function partOf(name, score) {
  const kind = score?.kind ?? "failed";
  const value = score?.value ?? null;
  const words = { failed: "failed", not_run: "not judged" }[/** @type {string} */ (kind)];
  return { name, kind, value, text: value === null ? (words ?? "no score") : number(value), reason: score?.reason ?? "" };
}

/** The text around and within the extracted answer. @param {any} one @returns {[string, string, string]} */
export function aroundAnswer(one) {
  if (!one.answer) return [one.text, "", ""];
  const { start, end } = one.answer;
  return [one.text.slice(0, start), one.text.slice(start, end), one.text.slice(end)];
}

/** Largest size of an advantage in a group, to draw the others against. @param {any} group */
export const largestAdvantage = (group) => Math.max(1e-9, ...group.completions.map((/** @type {any} */ one) => Math.abs(one.advantage ?? 0)));

/** The place in `steps` of a step, or of the nearest one before it. @param {number[]} steps sorted @param {number} step */
export function placeOf(steps, step) {
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (steps[middle] <= step) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}
