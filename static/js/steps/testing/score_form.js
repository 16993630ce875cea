// @ts-check
/** Scoring an answer that was made elsewhere, by the run's reward or by another. */

import { explain, testReward } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { shareText } from "../../state/chat.js";
import { fillParts } from "../../ui/parts.js";
import { rewardConfig } from "./asking.js";
import { fillRewards } from "./inputs.js";
import { find, findInput, onSubmit, setText, show, tell } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {TestDesk} desk */
export function mountScoreForm(root, desk) {
  const button = find("score-go", root, "button");
  const latest = createLatest(() => [desk.session()?.session_id, desk.get().reward, rowOf(root)]);
  onSubmit(find("score-form", root), async () => {
    const config = rewardConfig(desk);
    if (!config) return;
    show(find("score-error", root), false);
    const asked = latest.ask((signal) => testReward({ config, rows: [rowOf(root)] }, signal), {
      answered: (answer) => renderScore(root, answer),
      refused: (error) => tell(root, "score-error", explain(error)),
    });
    button.disabled = true;
    await asked;
    button.disabled = latest.isAsking();
  });
  return {
    render() {
      button.disabled = latest.isAsking();
      fillRewards(find("score-reward", root, "select"), desk);
    },
    /** Another run: what is shown was scored by its reward. */
    clear: () => show(find("score-result", root), false),
  };
}

/** @param {HTMLElement} root */
const rowOf = (root) => ({
  instruction: find("score-question", root, "textarea").value,
  reference: findInput("score-reference", root).value,
  response: find("score-response", root, "textarea").value,
});

/** @param {HTMLElement} root @param {RewardTest} answer */
function renderScore(root, { results: [{ total, parsed, scores }], least, most }) {
  show(find("score-result", root), true);
  setText(find("score-total", root), `${shareText({ total, least, most })}.`);
  const none = "No solution was found in it.";
  setText(find("score-parsed", root), parsed.solution === null ? none : `Read as the solution: ${parsed.solution}`);
  fillParts(find("score-parts", root), scores);
}
