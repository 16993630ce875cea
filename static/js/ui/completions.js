// @ts-check
/** The completions of one group: reward, advantage, each part with its reason, and the text with its answer marked. */

import { counted, number } from "../lib/format.js";
import { aroundAnswer, flagsOf, largestAdvantage, unscoredText } from "../state/rollouts.js";
import { fillParts } from "./parts.js";
import { fillList, make, part, setText, show } from "../lib/dom.js";

/** @param {HTMLElement} list @param {AnnotatedGroup} group
 * @param {number | null} found the completion that a search found */
export function fillCompletions(list, group, found) {
  const largest = largestAdvantage(group);
  const items = group.completions.map((completion, index) => ({ completion, isFound: index === found }));
  fillList(list, "completion", items, (row, { completion, isFound }) => {
    const advantage = completion.advantage ?? 0;
    row.dataset.side = advantage > 0 ? "up" : advantage < 0 ? "down" : "none";
    row.dataset.found = String(isFound);
    const unscored = unscoredText(completion);
    setText(part(row, "completion__reward"), unscored ? "No score" : `Reward ${number(completion.reward)}`);
    show(part(row, "completion__track"), !unscored);
    part(row, "completion__flags").replaceChildren(...flagsOf(completion).map((flag) => chip(flag)));
    part(row, "completion__bar").style.setProperty("--share", String(Math.abs(advantage) / largest));
    setText(part(row, "completion__sign"), unscored || advantageText(advantage));
    fillParts(part(row, "parts"), completion.scores ?? {});
    fillText(part(row, "completion__text"), completion);
    fillList(part(row, "completion__problems"), "text", completion.problems ?? [],
      (item, problem) => setText(item, problem));
    setText(part(row, "completion__foot"), `${counted(completion.tokens, "token")}${printsOf(completion.scores)}`);
    if (isFound) row.scrollIntoView({ block: "nearest", inline: "center" });
  });
}

/** @param {{text: string, level: string}} flag */
function chip(flag) {
  const node = make("span", "badge", flag.text);
  node.dataset.status = flag.level;
  return node;
}

/** @param {number} advantage */
function advantageText(advantage) {
  if (!advantage) return "advantage 0: not moved";
  const sign = advantage > 0 ? "+" : "−";
  return `advantage ${sign}${number(Math.abs(advantage), 2)}: made ${advantage > 0 ? "likelier" : "less likely"}`;
}

/** @param {HTMLElement} pre @param {AnnotatedCompletion} completion */
function fillText(pre, completion) {
  const [before, answer, after] = aroundAnswer(completion);
  pre.replaceChildren(before, ...(completion.answer ? [make("mark", "", answer), after] : []));
  if (completion.text === "") pre.replaceChildren("(empty)");
}

/** What the user's own reward code printed. @param {AnnotatedCompletion["scores"] | undefined} scores */
function printsOf(scores) {
  const prints = Object.values(scores ?? {}).map((score) => score?.prints).filter(Boolean);
  return prints.length ? ` · printed: ${prints.join(" ")}` : "";
}
