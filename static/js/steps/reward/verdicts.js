// @ts-check
/** What a reward said of some completions: the total, each part with its reason, and what was read out of the text. */

import { fillList, find, part, setText, show } from "../../lib/dom.js";
import { summaryText, totalText } from "../../state/rewards_text.js";
import { fillParts } from "../../ui/parts.js";

const SHOWN = 12;

/** @param {HTMLElement} root @returns {{show: (answer: any) => void}} show: the answer of POST /api/rewards/test, or null */
export function mountVerdicts(root) {
  /** @type {any} */
  let answer = null;

  /** @param {number} most */
  function draw(most) {
    show(find("try-result", root), answer !== null);
    if (answer === null) return;
    const { results } = answer;
    setText(find("try-summary", root), summaryText(answer));
    fillList(find("verdicts", root), "verdict", results.slice(0, most), (row, result) => fillVerdict(row, result, answer.most));
    show(find("try-more", root), results.length > most);
    setText(find("try-more", root), `Show all ${results.length}`);
  }

  find("try-more", root).addEventListener("click", () => {
    draw(Infinity);
    /** @type {HTMLElement} */ (find("verdicts", root).children[SHOWN].querySelector("[tabindex]")).focus();
  });
  return {
    show(next) {
      answer = next;
      draw(SHOWN);
    },
  };
}

/** @param {HTMLElement} row @param {any} result @param {number} most */
function fillVerdict(row, result, most) {
  const { scores, parsed } = result;
  setText(part(row, "verdict__total"), totalText(result, most));
  const meter = /** @type {HTMLProgressElement} */ (part(row, "meter"));
  meter.max = most;
  meter.value = result.total ?? 0;
  setText(part(row, "verdict__question"), result.instruction);
  show(part(row, "verdict__question"), result.instruction !== "");
  setText(part(row, "verdict__response"), result.response || "(empty)");
  const facts = /** @type {[string, string][]} */ ([["Expected", result.reference], ["Solution found", parsed.solution ?? ""], ["Reasoning found", parsed.reasoning ?? ""]]);
  fillList(/** @type {HTMLElement} */ (row.querySelector("dl")), "fact", facts, (fact, [name, text]) => {
    setText(fact.querySelector("dt"), name);
    setText(fact.querySelector("dd"), text || "none");
  });
  fillParts(part(row, "parts"), scores);
  fillList(part(row, "verdict__problems"), "text", parsed.problems, (item, problem) => setText(item, problem));
  const prints = Object.values(scores).map((/** @type {any} */ score) => score.prints).filter(Boolean).join("\n");
  setText(part(row, "verdict__prints"), prints ? `Printed: ${prints}` : "");
  show(part(row, "verdict__prints"), prints !== "");
}
