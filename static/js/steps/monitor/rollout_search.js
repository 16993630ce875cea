// @ts-check
/** The search for completions of a kind, step by step and through all steps. */

import { explain } from "../../lib/api.js";
import { findCompletion } from "../../lib/completion_search.js";
import { createLatest } from "../../lib/latest.js";
import { find, setText } from "../../lib/dom.js";

const SEARCHING = "Searching";

/** @param {HTMLElement} root @param {ReturnType<typeof import("./rollout_pages.js").createPages>} pages
 * @param {{move: (by: number) => void, jump: (step: number, group: number, completion: number | null) => void}} go */
export function mountSearch(root, pages, { move, jump }) {
  const filter = find("rollout-filter", root, "select");
  const result = find("find-result", root);
  /** @type {"next" | "previous"} */
  let direction = "next";
  const latest = createLatest(() => [pages.state.session, pages.state.choice, filter.value, direction]);
  const say = (/** @type {string} */ text) => setText(result, text);

  /** @param {"next" | "previous"} wanted */
  function search(wanted) {
    direction = wanted;
    if (!filter.value) return move(direction === "next" ? 1 : -1);
    say(SEARCHING);
    const { session, choice: { group, found } } = pages.state;
    const place = { session: session ?? "", step: pages.step() ?? 0, group, completion: found };
    return latest.ask((signal) => findCompletion(place, filter.value, wanted, signal), {
      answered(match) {
        say(match ? `Found in step ${match.step}.` : `None ${wanted === "next" ? "after" : "before"} this place.`);
        if (match) jump(match.step, match.group, match.completion);
      },
      refused: (error) => say(explain(error)),
    });
  }

  filter.addEventListener("change", () => say(""));
  find("find-on", root).addEventListener("click", () => search("next"));
  find("find-back", root).addEventListener("click", () => search("previous"));
  return {
    say,
    /** Give up a search that does not begin at the chosen place any more. */
    follow() {
      if (latest.isAsking()) return;
      latest.drop();
      if (result.textContent === SEARCHING) say("");
    },
  };
}
