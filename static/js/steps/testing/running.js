// @ts-check
/** What batches and evaluations have in common: name, status, progress with its end in sight, failure, cancelling. */

import { attempt, cancelTest } from "../../lib/api.js";
import { moment, words } from "../../lib/format.js";
import { badgeOf, howAsked, isOver, progressOf } from "../../state/testing_runs.js";
import { find, setText, show, soon, tell } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {"batch" | "evaluation"} kind @param {EvaluationRecord} test */
export function renderRunning(root, kind, test) {
  setText(find(kind === "batch" ? "batch-test-name" : "evaluation-name", root), test.name);
  const badge = find(`${kind}-status`, root);
  badge.dataset.status = badgeOf(test);
  setText(badge, words(test.status));
  const doubts = test.summary && "notes" in test.summary ? [] : [test.doubt, ...test.notes];
  const about = [...howAsked(test), moment(test.created_at), ...doubts];
  setText(find(`${kind}-about`, root), about.filter(Boolean).join(" · "));
  show(find(`${kind}-progress-part`, root), !isOver(test));
  const { fraction, text } = progressOf(test);
  find(`${kind}-progress`, root, "progress").value = fraction;
  setText(find(`${kind}-progress-text`, root), text);
  tell(root, `${kind}-failure`, test.failure ? `${test.failure.message} ${test.failure.hint}`.trim() : "");
}

/** @param {HTMLElement} root @param {EvaluationRecord["kind"]} kind of the test that is shown @param {TestDesk} desk */
export function listenToCancel(root, kind, desk) {
  find(`${kind}-cancel`, root).addEventListener("click", () => attempt(async () => {
    const test = desk.shown(kind);
    if (test) desk.putTest(await cancelTest(test.test_id));
  }, (problem) => desk.context.say(problem, "error")));
}

/** Move to what has just been started, once it is drawn.
 * @param {HTMLElement} card @param {ScrollLogicalPosition} [block] */
export const reveal = (card, block = "start") => soon(() => card.scrollIntoView({ block }));
