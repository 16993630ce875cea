// @ts-check
/** What a reward said of some completions: the total, each part with its reason, and what was read out of the text. */

import { placeOn, scaleOf, summaryText, totalText } from "../../state/rewards_text.js";
import { fillParts } from "../../ui/parts.js";
import { child, fillList, find, first, part, setText, show, showText } from "../../lib/dom.js";
import { facts } from "../../ui/facts.js";

const SHOWN = 12;

/** @param {HTMLElement} root */
export function mountVerdicts(root) {
  /** @type {RewardTest | null} */
  let answer = null;

  /** @param {number} most */
  function draw(most) {
    show(find("try-result", root), answer !== null);
    if (answer === null) return;
    const { results } = answer;
    const scale = scaleOf(results.map((result) => result.total), answer.least, answer.most);
    setText(find("try-summary", root), summaryText(answer));
    const shown = results.slice(0, most);
    const full = answer.most;
    fillList(find("verdicts", root), "verdict", shown, (row, result) => fillVerdict(row, result, full, scale));
    showText(find("try-more", root), results.length > most ? `Show all ${results.length}` : "");
  }

  find("try-more", root).addEventListener("click", () => {
    draw(Infinity);
    first(find("verdicts", root).children[SHOWN], "[tabindex]")?.focus();
  });
  return {
    /** @param {RewardTest | null} next what POST /api/rewards/test answers */
    show(next) {
      answer = next;
      draw(SHOWN);
    },
  };
}

/** @param {HTMLElement} row @param {TestedResponse} result @param {number | null} most
 * @param {[number, number]} scale of all results */
function fillVerdict(row, result, most, scale) {
  const { scores, parsed } = result;
  setText(part(row, "verdict__total"), totalText(result, most));
  part(row, "meter", "progress").value = placeOn(result.total, scale);
  showText(part(row, "verdict__question"), result.instruction);
  setText(part(row, "verdict__response"), result.response || "(empty)");
  facts(child(row, "dl"), [
    ["Expected", result.reference || "none"],
    ["Solution found", parsed.solution || "none"],
    ["Reasoning found", parsed.reasoning || "none"],
  ]);
  fillParts(part(row, "parts"), scores);
  fillList(part(row, "verdict__problems"), "text", parsed.problems, (item, problem) => setText(item, problem));
  const prints = Object.values(scores).map((score) => score.prints).filter(Boolean).join("\n");
  showText(part(row, "verdict__prints"), prints ? `Printed: ${prints}` : "");
}
