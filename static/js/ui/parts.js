// @ts-check
/** What each reward said of one completion: value, bar and reason. */

import { partOf } from "../state/rollouts.js";
import { fillList, part, setText } from "../lib/dom.js";

/** @param {HTMLElement} list @param {Record<string, ScoreRecord | null>} scores reward name -> its verdict */
export function fillParts(list, scores) {
  fillList(list, "part", Object.entries(scores).map(([name, score]) => partOf(name, score)), (row, verdict) => {
    row.dataset.kind = verdict.kind;
    setText(part(row, "part__name"), verdict.name);
    setText(part(row, "part__value"), verdict.text);
    const value = verdict.value ?? 0;
    part(row, "meter", "progress").value = value;
    row.dataset.outside = String(value < 0 || value > 1); // a bar would end where the score goes on
    setText(part(row, "part__reason"), verdict.reason);
  });
}
