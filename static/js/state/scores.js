// @ts-check
/** Held-out scores in words; pure. */

import { number, percent } from "../lib/format.js";

/** @type {Record<string, string>} */
export const STAGES = { base: "Base model", warm_up: "After warm-up", trained: "After GRPO" };

/** @param {HeldOutScore} score an evaluation */
export function scoreText({ correct, total, reward }) {
  return correct === null ? `mean reward ${number(reward)}` : `${correct} of ${total} (${percent(correct / total)})`;
}

/** The first and the last held-out score, as "41 % to 54 %". @param {HeldOutScore[] | undefined} scores */
export function changeText(scores) {
  if (!scores?.length) return "";
  const shorts = [scores[0], scores[scores.length - 1]].map(({ correct, total, reward }) =>
    (correct === null ? number(reward) : percent(correct / total)));
  return scores.length === 1 ? shorts[0] : shorts.join(" to ");
}

/** What happened to each held-out question between the first and the last score that marked them.
 * @param {HeldOutScore[] | undefined} scores
 * @returns {{better: number, worse: number, right: number, wrong: number} | null} */
export function changesOf(scores) {
  const marked = (scores ?? []).map((score) => score.marks ?? "").filter(Boolean);
  const [first, last] = [marked[0], marked[marked.length - 1]];
  if (marked.length < 2 || first.length !== last.length) return null;
  const pairs = [...first].map((mark, index) => mark + last[index]);
  const of = (/** @type {string} */ wanted) => pairs.filter((pair) => pair === wanted).length;
  return { better: of("01"), worse: of("10"), right: of("11"), wrong: of("00") };
}

/** The kept answers, question by question, each with its stages.
 * @param {HeldOutScore[] | undefined} scores @returns {import("./testing_runs.js").Pair[]} */
export function answersOf(scores) {
  const kept = (scores ?? []).filter((score) => score.samples?.length);
  return (kept[0]?.samples ?? []).map(({ instruction, reference }, index) => ({
    instruction, reference,
    stages: kept.filter((score) => score.stage !== "step").map(({ stage, samples, marks }) => ({
      name: STAGES[stage], answer: samples?.[index]?.answer ?? "", mark: marks?.[index] ?? "",
    })),
  }));
}
