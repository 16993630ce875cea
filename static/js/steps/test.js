// @ts-check
/** Step 7: what a run changed on held-out questions, their answers side by side, and scoring an answer as training did. */

import { explain, testReward } from "../lib/api.js";
import { fillList, find, findInput, part, setText, show } from "../lib/dom.js";
import { number, percent } from "../lib/format.js";
import { formatRoute } from "../lib/router.js";
import { rewardText } from "../state/rewards_text.js";
import { valueAt } from "../state/draft.js";
import { answersOf, changesOf } from "../state/scores.js";
import { inOrder, sessionOf } from "../state/sessions.js";
import { fillParts } from "../ui/parts.js";
import { fillScores } from "../ui/score_list.js";
import { fillSessions } from "../ui/session_select.js";

/** @param {HTMLElement} root @param {any} context */
export function mount(root, context) {
  const select = /** @type {HTMLSelectElement} */ (find("test-session", root));
  /** @type {any} */
  let drawn = null;
  select.addEventListener("change", () => context.go("test", select.value));
  find("score-form", root).addEventListener("submit", async (event) => {
    event.preventDefault();
    await score();
  });

  async function score() {
    const state = context.store.get();
    const session = sessionOf(state, state.route.session);
    if (!session?.config) return;
    const row = { instruction: findInput("score-question", root).value, reference: findInput("score-reference", root).value, response: findInput("score-response", root).value };
    const button = /** @type {HTMLButtonElement} */ (find("score-go", root));
    button.disabled = true;
    show(find("score-error", root), false);
    try {
      const answer = await testReward({ config: session.config, rows: [row] });
      if (context.store.get().route.session === session.session_id) renderScore(root, answer);
    } catch (error) {
      setText(find("score-error-text", root), explain(error));
      show(find("score-error", root), true);
    } finally {
      button.disabled = false;
    }
  }

  /** @param {any} state */
  function render(state) {
    const runs = inOrder(state);
    const session = sessionOf(state, state.route.session);
    show(find("test-none", root), state.isLoaded && !session);
    show(find("test-body", root), Boolean(session));
    fillSessions(select, runs, session?.session_id ?? null);
    if (!session || session === drawn) return;
    drawn = session;
    renderScores(root, session);
    renderAnswers(root, answersOf(session.evaluations));
    setText(find("score-note", root), session.config ? `Reward: ${rewardText((name) => valueAt(session.config, name))}` : "");
    const link = /** @type {HTMLAnchorElement} */ (find("test-to-export", root));
    link.href = formatRoute({ step: "export", session: session.session_id });
  }

  return {
    render,
    enter() {
      drawn = null;
      show(find("score-result", root), false);
    },
  };
}

/** @param {HTMLElement} root @param {any} session */
function renderScores(root, session) {
  const scores = session.evaluations ?? [];
  setText(find("test-rows", root), scores.length ? `${scores[0].total} rows that training never saw` : "");
  fillScores(find("test-scores", root), scores);
  setText(find("test-verdict", root), session.verdict || (scores.length > 1 ? "" : "Scored once so far: a comparison needs the score after training."));
  const changes = changesOf(scores);
  for (const name of ["test-changes", "test-changes-note"]) show(find(name, root), changes !== null);
  const tiles = changes ? [["Wrong, now right", changes.better], ["Right, now wrong", changes.worse], ["Right both times", changes.right], ["Wrong both times", changes.wrong]] : [];
  fillList(find("test-changes", root), "tile", tiles, (tile, [name, value]) => {
    setText(tile.querySelector("dt"), String(name));
    setText(tile.querySelector("dd"), String(value));
  });
}

/** @param {HTMLElement} root @param {ReturnType<typeof answersOf>} answers */
function renderAnswers(root, answers) {
  show(find("answers-empty", root), answers.length === 0);
  fillList(find("answers", root), "answer", answers, (row, item) => {
    setText(part(row, "answer__question"), item.instruction);
    setText(part(row, "answer__reference"), item.reference || "none");
    fillList(part(row, "answer__list"), "stage-answer", item.stages, (cell, stage) => {
      setText(cell.querySelector("h3"), stage.name);
      setText(cell.querySelector("pre"), stage.answer || "(empty)");
      const badge = part(cell, "badge");
      show(badge, stage.mark !== "");
      badge.dataset.status = stage.mark === "1" ? "good" : "bad";
      setText(badge, stage.mark === "1" ? "Right" : "Wrong");
    });
  });
}

/** @param {HTMLElement} root @param {any} answer */
function renderScore(root, answer) {
  const [result] = answer.results;
  show(find("score-result", root), true);
  setText(find("score-total", root), `Reward ${number(result.total)} of ${number(answer.most)} (${percent(result.total / answer.most)}).`);
  setText(find("score-parsed", root), result.parsed.solution === null ? "No solution was found in it." : `Read as the solution: ${result.parsed.solution}`);
  fillParts(find("score-parts", root), result.scores);
}
