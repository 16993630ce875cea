// @ts-check
/** History: the batches and evaluations of a run with what came out, to be opened again or deleted. */

import { attempt, deleteTest } from "../../lib/api.js";
import { counted, moment, words } from "../../lib/format.js";
import { formatRoute } from "../../lib/router.js";
import { aboutTest, badgeOf, testsOf } from "../../state/testing_runs.js";
import { ask } from "../../ui/dialog.js";
import { doOf, fillList, find, first, itemOf, part, setText, show } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {TestDesk} desk @param {(id: string) => void} forget a test */
export function mountHistory(root, desk, forget) {
  find("tests", root).addEventListener("click", (event) => {
    if (doOf(event) === "delete") remove(itemOf(event.target));
  });

  /** @param {EvaluationRecord} test */
  async function remove(test) {
    const text = "Its answers and its report are deleted.";
    if (!(await ask({ title: `Delete ${test.name}?`, text, yes: "Delete" }))) return;
    await attempt(async () => {
      await deleteTest(test.test_id);
      forget(test.test_id);
      requestAnimationFrame(() => (first(find("tests", root), "a") ?? first(root, "[data-tab=history]"))?.focus());
    }, (problem) => desk.context.say(problem, "error"));
  }

  return {
    render() {
      const tests = testsOf(desk.get().tests, desk.run());
      show(find("tests-empty", root), tests.length === 0);
      setText(find("tests-count", root), tests.length ? counted(tests.length, "test") : "");
      fillList(find("tests", root), "test", tests, (row, test) => fillTest(row, test, desk.run()));
    },
  };
}

/** @param {HTMLElement} row @param {EvaluationRecord} test @param {string | null} session */
function fillTest(row, test, session) {
  const badge = part(row, "badge");
  badge.dataset.status = badgeOf(test);
  setText(badge, words(test.status));
  const link = part(row, "row__title", "a");
  const tab = test.kind === "batch" ? "batch" : "evaluate";
  link.href = formatRoute({ step: "test", session, params: { tab, test: test.test_id } });
  setText(link, test.name);
  setText(part(row, "row__about"), [words(test.kind), moment(test.created_at), aboutTest(test)].join(" · "));
  part(row, "button").setAttribute("aria-label", `Delete ${test.name}`);
}
