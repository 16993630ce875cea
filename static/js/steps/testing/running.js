// @ts-check
/** What batches and evaluations have in common: name, status, progress with its end in sight, failure, cancelling. */

import { cancelTest, explain } from "../../lib/api.js";
import { find, setText, show } from "../../lib/dom.js";
import { moment, words } from "../../lib/format.js";
import { badgeOf, howAsked, isOver, progressOf } from "../../state/testing_runs.js";

/** @param {HTMLElement} root @param {"batch" | "evaluation"} kind @param {any} test */
export function renderRunning(root, kind, test) {
  setText(find(kind === "batch" ? "batch-test-name" : "evaluation-name", root), test.name);
  const badge = find(`${kind}-status`, root);
  badge.dataset.status = badgeOf(test);
  setText(badge, words(test.status));
  setText(find(`${kind}-about`, root), [...howAsked(test), moment(test.created_at), ...(test.summary?.notes ? [] : [test.doubt, ...test.notes])].filter(Boolean).join(" · "));
  show(find(`${kind}-progress-part`, root), !isOver(test));
  const { fraction, text } = progressOf(test);
  /** @type {HTMLProgressElement} */ (find(`${kind}-progress`, root)).value = fraction;
  setText(find(`${kind}-progress-text`, root), text);
  show(find(`${kind}-failure`, root), Boolean(test.failure));
  setText(find(`${kind}-failure-text`, root), test.failure ? `${test.failure.message} ${test.failure.hint}`.trim() : "");
}

/** @param {HTMLElement} button @param {() => any} shown the test it cancels @param {import("./desk.js").Desk} desk */
export function listenToCancel(button, shown, desk) {
  button.addEventListener("click", async () => {
    try {
      desk.putTest(await cancelTest(shown().test_id));
    } catch (error) {
      desk.context.say(explain(error), "error");
    }
  });
}

/** A problem in a note, or none. @param {HTMLElement} root @param {string} name @param {string} text */
export function tell(root, name, text) {
  setText(find(`${name}-text`, root), text);
  show(find(name, root), text !== "");
}

/** Move to what has just been started, once it is drawn. @param {HTMLElement} card @param {ScrollLogicalPosition} [block] */
export const reveal = (card, block = "start") => requestAnimationFrame(() => requestAnimationFrame(() => card.scrollIntoView({ block })));
