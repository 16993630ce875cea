// @ts-check
/** The search for completions of a kind, step by step and through all steps. */

import { explain } from "../lib/api.js";
import { findCompletion } from "../lib/completion_search.js";
import { find, setText } from "../lib/dom.js";

/** @param {HTMLElement} root @param {ReturnType<import("./rollout_pages.js").createPages>} pages
 * @param {{move: (by: number) => void, jump: (step: number, group: number, completion: number | null) => void}} go */
export function mountSearch(root, pages, { move, jump }) {
  const filter = /** @type {HTMLSelectElement} */ (find("rollout-filter", root));
  /** Counts searches: one that another has overtaken, or whose session was left, is given up. */
  let searches = 0;
  const say = (/** @type {string} */ text) => setText(find("find-result", root), text);

  /** @param {"next" | "previous"} direction */
  async function search(direction) {
    if (!filter.value) return move(direction === "next" ? 1 : -1);
    say("Searching");
    searches += 1;
    const mine = searches;
    const isWanted = () => mine === searches;
    const { session, step, group, found } = pages.view();
    try {
      const match = await findCompletion({ session: session ?? "", step: step ?? 0, group, completion: found }, filter.value, direction, isWanted);
      if (!isWanted()) return;
      say(match ? `Found in step ${match.step}.` : `None ${direction === "next" ? "after" : "before"} this place.`);
      if (match) jump(match.step, match.group, match.completion);
    } catch (error) {
      if (isWanted()) say(explain(error));
    }
  }

  filter.addEventListener("change", () => say(""));
  find("find-on", root).addEventListener("click", () => search("next"));
  find("find-back", root).addEventListener("click", () => search("previous"));
  return {
    say,
    clear() {
      searches += 1;
      say("");
    },
  };
}
