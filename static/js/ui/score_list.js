// @ts-check
/** Held-out scores as a list of bars, one a stage. */

import { scoredRows, scoreText, STAGES } from "../state/scores.js";
import { fillList, part, setText } from "../lib/dom.js";

/** @param {HTMLElement} list @param {HeldOutScore[]} scores evaluations */
export function fillScores(list, scores) {
  fillList(list, "score", scores, (row, score) => {
    const name = STAGES[score.stage] ?? `Step ${score.step}`;
    const meter = part(row, "meter", "progress");
    meter.value = Math.min(1, score.correct === null ? score.reward ?? 0 : score.correct / scoredRows(score));
    meter.setAttribute("aria-label", name);
    setText(part(row, "score__name"), name);
    setText(part(row, "score__value"), scoreText(score));
  });
}
