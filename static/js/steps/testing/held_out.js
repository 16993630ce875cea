// @ts-check
/** Training's own score: what a run changed on held-out questions, and their answers side by side. */

import { answersOf, changesOf } from "../../state/scores.js";
import { fillScores } from "../../ui/score_list.js";
import { fillList, find, part, setText, show, showText } from "../../lib/dom.js";
import { facts } from "../../ui/facts.js";
/** @type {Record<string, string>} */
const MARKS = { 1: "Right", 0: "Wrong", "-": "No score" };

/** @param {HTMLElement} root @param {TestDesk} desk */
export function mountHeldOut(root, desk) {
  /** @type {Session | null} */
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

/** @param {HTMLElement} root @param {Session} session */
function renderScores(root, session) {
  const scores = session.evaluations ?? [];
  const [first] = scores;
  setText(find("test-rows", root), first ? `${first.total} rows that training never saw, greedy answers` : "");
  show(find("test-scores-empty", root), scores.length === 0);
  show(find("answers-part", root), scores.length > 0);
  fillScores(find("test-scores", root), scores);
  const once = scores.length === 1 ? "Scored once so far: a comparison needs the score after training." : "";
  setText(find("test-verdict", root), session.verdict || once);
  const changes = changesOf(scores);
  for (const name of ["test-changes", "test-changes-note"]) show(find(name, root), changes !== null);
  facts(find("test-changes", root), changes ? [
    ["Wrong, now right", String(changes.better)],
    ["Right, now wrong", String(changes.worse)],
    ["Right both times", String(changes.right)],
    ["Wrong both times", String(changes.wrong)],
  ] : [], "tile");
}

/** Questions with the answers of each stage or model.
 * @param {HTMLElement} list @param {import("../../state/testing_runs.js").Pair[]} pairs */
export function renderPairs(list, pairs) {
  fillList(list, "answer", pairs, (row, pair) => {
    setText(part(row, "answer__question"), pair.instruction);
    setText(part(row, "answer__reference"), pair.reference || "none");
    fillList(part(row, "answer__list"), "stage-answer", pair.stages, (cell, stage) => {
      setText(cell.querySelector("h3"), stage.name);
      setText(cell.querySelector("pre"), stage.answer || "(empty)");
      const badge = part(cell, "badge");
      badge.dataset.status = stage.reward || stage.mark === "-" ? "plain" : stage.mark === "1" ? "good" : "bad";
      showText(badge, stage.reward ?? MARKS[stage.mark] ?? "");
      showText(part(cell, "stage-answer__reason"), stage.reason ?? "");
    });
  });
}
