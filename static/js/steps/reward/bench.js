// @ts-check
/** The Reward Bench: grades the draft's reward, keeps the last grade, and says when it is out of date. */

import { attempt, benchReward } from "../../lib/api.js";
import { fingerprint, partsOf } from "../../state/rewards.js";
import { mountReport } from "./report.js";
import { keep, kept, rewardsOf } from "./shared.js";
import { find, setText, show, tell } from "../../lib/dom.js";

const KEPT = "reward-grade";

/** @param {HTMLElement} root @param {Context} context */
export function mountBench(root, context) {
  const button = find("bench-run", root, "button");
  const samples = find("bench-samples", root, "select");
  const report = mountReport(root);
  /** The last grade, and of which reward it is. @type {{mark: string, result: BenchResult, at: number} | null} */
  let last = kept(KEPT);
  let isBusy = false;
  let problem = "";

  button.addEventListener("click", async () => {
    if (isBusy) return;
    isBusy = true;
    problem = "";
    render(context.store.get());
    const mark = markOf();
    await attempt(async () => {
      const result = await benchReward(context.store.get().draft.config, Number(samples.value));
      last = { mark, result, at: Date.now() / 1000 };
      keep(context, KEPT, last);
    }, (text) => (problem = text)).finally(() => {
      isBusy = false;
      render(context.store.get());
    });
  });
  const markOf = () => {
    const state = context.store.get();
    return fingerprint(state.draft.config, rewardsOf(state).custom, partsOf(context.get));
  };

  /** @param {State} state */
  function render(state) {
    const rewards = rewardsOf(state);
    button.disabled = isBusy || state.connection === "offline";
    show(find("bench-busy", root), isBusy);
    tell(root, "bench-error", problem);
    const isStale = Boolean(last) && rewards.status === "ready" && last?.mark !== markOf();
    show(find("bench-stale", root), isStale && !isBusy);
    setText(find("bench-run-text", root), last ? "Grade again" : "Grade this reward");
    show(find("bench-result", root), Boolean(last));
    find("bench-result", root).dataset.stale = String(isStale);
    if (last && rewards.status === "ready") report.show(last, rewards.list);
  }

  return { render };
}
