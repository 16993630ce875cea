// @ts-check
/** The Reward Bench: grades the draft's reward, keeps the last grade, and says when it is out of date. */

import { benchReward, explain } from "../../lib/api.js";
import { find, setText, show } from "../../lib/dom.js";
import { fingerprint, partsOf } from "../../state/rewards.js";
import { mountReport } from "./report.js";
import { keep, kept, rewardsOf, tell } from "./shared.js";

const KEPT = "reward-grade";

/** @param {HTMLElement} root @param {any} context */
export function mountBench(root, context) {
  const button = /** @type {HTMLButtonElement} */ (find("bench-run", root));
  const samples = /** @type {HTMLSelectElement} */ (find("bench-samples", root));
  const report = mountReport(root);
  /** @type {{mark: string, result: any, at: number} | null} the last grade, and of which reward it is */
  let last = kept(KEPT);
  let isBusy = false;
  let problem = "";

  button.addEventListener("click", async () => {
    if (isBusy) return;
    isBusy = true;
    problem = "";
    render(context.store.get());
    const mark = markOf();
    try {
      const result = await benchReward(context.store.get().draft.config, Number(samples.value));
      last = { mark, result, at: Date.now() / 1000 };
      keep(context, KEPT, last);
    } catch (error) {
      problem = explain(error);
    } finally {
      isBusy = false;
      render(context.store.get());
    }
  });
  const markOf = () => {
    const state = context.store.get();
    return fingerprint(state.draft.config, rewardsOf(state).custom, partsOf(context.get));
  };

  /** @param {any} state */
  function render(state) {
    const rewards = rewardsOf(state);
    button.disabled = isBusy || state.connection === "offline";
    show(find("bench-busy", root), isBusy);
    tell(find("bench-error", root), find("bench-error-text", root), problem);
    const isStale = Boolean(last) && rewards.status === "ready" && last?.mark !== markOf();
    show(find("bench-stale", root), isStale && !isBusy);
    setText(find("bench-run-text", root), last ? "Grade again" : "Grade this reward");
    show(find("bench-result", root), Boolean(last));
    find("bench-result", root).dataset.stale = String(isStale);
    if (last && rewards.status === "ready") report.show(last, rewards.list);
  }

  return { render };
}
