// @ts-check
/** What a custom reward made of one row: its scores for the right answer, a wrong one and nonsense. */

import { KINDS, whereText } from "../../state/trial.js";
import { partOf } from "../../state/rollouts.js";
import { fillList, find, part, setText, show, showText } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {Trial | null} trial */
export function renderTrial(root, trial) {
  show(find("trial", root), trial !== null);
  if (!trial) return;
  setText(find("trial-where", root), whereText(trial));
  fillList(find("trial-answers", root), "trial", trial.answers, fillAnswer);
  fillList(find("trial-warnings", root), "text", trial.warnings, (row, text) => setText(row, text));
}

/** @param {HTMLElement} row @param {TriedAnswer} answer */
function fillAnswer(row, { kind, response, score }) {
  const { text, reason } = partOf("", score);
  setText(part(row, "trial__kind"), KINDS[kind]);
  setText(part(row, "trial__score"), text);
  row.dataset.kind = score.kind;
  showText(part(row, "trial__reason"), reason);
  setText(part(row, "trial__response"), response);
  showText(part(row, "trial__prints"), score.prints ? `Printed: ${score.prints}` : "");
}
