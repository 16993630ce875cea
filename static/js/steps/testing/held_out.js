// @ts-check
/** Training's own score: what a run changed on held-out questions, and their answers side by side. */

import { fillList, find, part, setText, show } from "../../lib/dom.js";
import { answersOf, changesOf } from "../../state/scores.js";
import { fillScores } from "../../ui/score_list.js";

/** @param {HTMLElement} root @param {import("./desk.js").Desk} desk */
export function mountHeldOut(root, desk) {
  /** @type {any} */
  let drawn = null;
  return {
    render() {
      const session = desk.session();
      show(find("test-body", root), Boolean(session));
      if (!session || session === drawn) return;
      drawn = session;
      renderScores(root, session);
      renderPairs(find("answers", root), answersOf(session.evaluations));
      show(find("answers-empty", root), find("answers", root).children.length === 0);
    },
  };
}

/** @param {HTMLElement} root @param {any} session */
function renderScores(root, session) {
  const scores = session.evaluations ?? [];
  setText(find("test-rows", root), scores.length ? `${scores[0].total} rows that training never saw, greedy answers` : "");
  show(find("test-scores-empty", root), scores.length === 0);
  show(find("answers-part", root), scores.length > 0);
  fillScores(find("test-scores", root), scores);
  setText(find("test-verdict", root), session.verdict || (scores.length === 1 ? "Scored once so far: a comparison needs the score after training." : ""));
  const changes = changesOf(scores);
  for (const name of ["test-changes", "test-changes-note"]) show(find(name, root), changes !== null);
  const tiles = changes ? [["Wrong, now right", changes.better], ["Right, now wrong", changes.worse], ["Right both times", changes.right], ["Wrong both times", changes.wrong]] : [];
  fillList(find("test-changes", root), "tile", tiles, (tile, [name, value]) => {
    setText(tile.querySelector("dt"), String(name));
    setText(tile.querySelector("dd"), String(value));
  });
}

/** Questions with the answers of each stage or model.
 * @param {HTMLElement} list @param {{instruction: string, reference: string, stages: {name: string, answer: string, mark: string, reward?: string, reason?: string}[]}[]} pairs */
export function renderPairs(list, pairs) {
  fillList(list, "answer", pairs, (row, item) => {
    setText(part(row, "answer__question"), item.instruction);
    setText(part(row, "answer__reference"), item.reference || "none");
    fillList(part(row, "answer__list"), "stage-answer", item.stages, (cell, stage) => {
      setText(cell.querySelector("h3"), stage.name);
      setText(cell.querySelector("pre"), stage.answer || "(empty)");
      const badge = part(cell, "badge");
      const text = stage.reward ?? { 1: "Right", 0: "Wrong" }[stage.mark] ?? "";
      show(badge, text !== "");
      badge.dataset.status = stage.reward ? "plain" : stage.mark === "1" ? "good" : "bad";
      setText(badge, text);
      setText(part(cell, "stage-answer__reason"), stage.reason ?? "");
      show(part(cell, "stage-answer__reason"), Boolean(stage.reason));
    });
  });
}
