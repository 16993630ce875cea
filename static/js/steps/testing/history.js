// @ts-check
/** History: the batches and evaluations of a run with what came out, to be opened again or deleted. */

import { deleteTest, explain } from "../../lib/api.js";
import { fillList, find, itemOf, part, setText, show } from "../../lib/dom.js";
import { counted, moment, words } from "../../lib/format.js";
import { formatRoute } from "../../lib/router.js";
import { aboutTest, badgeOf, testsOf } from "../../state/testing_runs.js";
import { ask } from "../../ui/dialog.js";
import { doOf } from "./reply.js";

/** @param {HTMLElement} root @param {import("./desk.js").Desk} desk @param {(id: string) => void} forget a test */
export function mountHistory(root, desk, forget) {
  find("tests", root).addEventListener("click", (event) => {
    if (doOf(event) === "delete") remove(itemOf(event.target));
  });

  /** @param {any} test */
  async function remove(test) {
    if (!(await ask({ title: `Delete ${test.name}?`, text: "Its answers and its report are deleted.", yes: "Delete", danger: true }))) return;
    try {
      await deleteTest(test.test_id);
      forget(test.test_id);
      requestAnimationFrame(() => /** @type {HTMLElement} */ (find("tests", root).querySelector("a") ?? root.querySelector("[data-tab=history]")).focus());
    } catch (error) {
      desk.context.say(explain(error), "error");
    }
  }

  return {
    render() {
      const session = desk.session()?.session_id ?? null;
      const tests = testsOf(desk.get().tests, session);
      show(find("tests-empty", root), tests.length === 0);
      setText(find("tests-count", root), tests.length ? counted(tests.length, "test") : "");
      fillList(find("tests", root), "test", tests, (row, test) => fillTest(row, test, session));
    },
  };
}

/** @param {HTMLElement} row @param {any} test @param {string | null} session */
function fillTest(row, test, session) {
  const badge = part(row, "badge");
  badge.dataset.status = badgeOf(test);
  setText(badge, words(test.status));
  const link = /** @type {HTMLAnchorElement} */ (part(row, "row__title"));
  link.href = formatRoute({ step: "test", session, params: { tab: test.kind === "batch" ? "batch" : "evaluate", test: test.test_id } });
  setText(link, test.name);
  setText(part(row, "row__about"), [words(test.kind), moment(test.created_at), aboutTest(test)].join(" · "));
  part(row, "button").setAttribute("aria-label", `Delete ${test.name}`);
}
