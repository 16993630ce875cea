// @ts-check
/** Held-out scores in words; pure. */

import { number, percent } from "../lib/format.js";

/** @type {Record<string, string>} */
export const STAGES = { base: "Base model", warm_up: "After warm-up", trained: "After GRPO" };

/** The rows that a score is about; older runs do not tell. @param {HeldOutScore} score */
export const scoredRows = ({ scored, total }) => scored ?? total;

/** @param {HeldOutScore} score an evaluation */
export function scoreText(score) {
  const { correct, reward } = score;
  const rows = scoredRows(score);
  const missing = score.total - rows ? `, ${score.total - rows} without a score` : "";
  if (correct === null) return `${rows ? `mean reward ${number(reward)}` : "not scored"}${missing}`;
  return `${correct} of ${rows} (${percent(correct / rows)})${missing}`;
}

/** The first and the last held-out score, as "41 % to 54 %". @param {HeldOutScore[] | undefined} scores */
export function changeText(scores) {
  if (!scores?.length) return "";
  const shorts = [scores[0], scores[scores.length - 1]].map((score) =>
    (score.correct === null ? number(score.reward) : percent(score.correct / scoredRows(score))));
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
