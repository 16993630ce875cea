// @ts-check
/** Scoring an answer that was made elsewhere, by the run's reward or by another. */

import { explain, testReward } from "../../lib/api.js";
import { find, findInput, setText, show } from "../../lib/dom.js";
import { createLatest } from "../../lib/latest.js";
import { shareText } from "../../state/chat.js";
import { fillParts } from "../../ui/parts.js";
import { rewardConfig } from "./asking.js";
import { fillRewards } from "./inputs.js";

/** @param {HTMLElement} root @param {import("./desk.js").Desk} desk */
export function mountScoreForm(root, desk) {
  const button = /** @type {HTMLButtonElement} */ (find("score-go", root));
  const latest = createLatest(() => [desk.session()?.session_id, desk.get().reward, rowOf(root)]);
  find("score-form", root).addEventListener("submit", async (event) => {
    event.preventDefault();
    const config = rewardConfig(desk);
    if (!config) return;
    show(find("score-error", root), false);
    const asked = latest.ask(() => testReward({ config, rows: [rowOf(root)] }), {
      answered: (answer) => renderScore(root, answer),
      refused(error) {
        setText(find("score-error-text", root), explain(error));
        show(find("score-error", root), true);
      },
    });
    button.disabled = true;
    await asked;
    button.disabled = latest.isAsking();
  });
  return {
    render() {
      button.disabled = latest.isAsking();
      fillRewards(/** @type {HTMLSelectElement} */ (find("score-reward", root)), desk);
    },
    /** Another run: what is shown was scored by its reward. */
    clear: () => show(find("score-result", root), false),
  };
}

/** @param {HTMLElement} root */
const rowOf = (root) => ({ instruction: findInput("score-question", root).value, reference: findInput("score-reference", root).value, response: findInput("score-response", root).value });

/** @param {HTMLElement} root @param {any} answer */
function renderScore(root, answer) {
  const [result] = answer.results;
  show(find("score-result", root), true);
  setText(find("score-total", root), `${shareText({ total: result.total, most: answer.most })}.`);
  setText(find("score-parsed", root), result.parsed.solution === null ? "No solution was found in it." : `Read as the solution: ${result.parsed.solution}`);
  fillParts(find("score-parts", root), result.scores);
}
