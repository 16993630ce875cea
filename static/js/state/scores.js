// @ts-check
/** Held-out scores in words; pure. */

import { number, percent } from "../lib/format.js";

export const STAGES = { base: "Base model", warm_up: "After warm-up", trained: "After GRPO" };

/** @param {any} score an evaluation */
export function scoreText(score) {
  if (score.correct === null) return `mean reward ${number(score.reward)}`;
  return `${score.correct} of ${score.total} (${percent(score.correct / score.total)})`;
}

/** The first and the last held-out score, as "41 % to 54 %". @param {any[]} scores */
export function changeText(scores) {
  if (!scores?.length) return "";
  const short = (/** @type {any} */ score) => (score.correct === null ? number(score.reward) : percent(score.correct / score.total));
  const [first, last] = [scores[0], scores[scores.length - 1]];
  return first === last ? short(first) : `${short(first)} to ${short(last)}`;
}

/** What happened to each held-out question between the first and the last score that marked them.
 * @param {any[]} scores @returns {{better: number, worse: number, right: number, wrong: number} | null} */
export function changesOf(scores) {
  const marked = (scores ?? []).filter((score) => score.marks);
  const [first, last] = [marked[0]?.marks, marked[marked.length - 1]?.marks];
  if (marked.length < 2 || first.length !== last.length) return null;
  const pairs = [...first].map((mark, index) => mark + last[index]);
  const of = (/** @type {string} */ pair) => pairs.filter((one) => one === pair).length;
  return { better: of("01"), worse: of("10"), right: of("11"), wrong: of("00") };
}

/** The kept answers, question by question, each with its stages.
 * @param {any[]} scores @returns {{instruction: string, reference: string, stages: {name: string, answer: string, mark: string}[]}[]} */
export function answersOf(scores) {
  const kept = (scores ?? []).filter((score) => score.samples?.length);
  if (!kept.length) return [];
  return kept[0].samples.map((/** @type {any} */ sample, /** @type {number} */ index) => ({
    instruction: sample.instruction,
    reference: sample.reference,
    stages: kept.filter((score) => score.stage !== "step").map((score) => ({
      name: STAGES[/** @type {keyof typeof STAGES} */ (score.stage)],
      answer: score.samples[index]?.answer ?? "",
      mark: score.marks?.[index] ?? "",
    })),
  }));
}
