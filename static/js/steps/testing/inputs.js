// @ts-check
/** Inputs that more than one way of testing has: which reward scores, and questions worth trying. */

import { rewardText } from "../../state/rewards_text.js";
import { valueAt } from "../../state/draft.js";
import { triedQuestions } from "../../state/testing.js";
import { fillGroups } from "../../ui/groups.js";
import { around, fillList, find, findInput, itemOf, onSubmit, setText } from "../../lib/dom.js";

/** Keep a choice of reward in step with all others. @param {HTMLSelectElement} select @param {TestDesk} desk */
export const listenToReward = (select, desk) =>
  select.addEventListener("change", () => desk.put({ reward: select.value }));

/** The run's own reward, and every other that needs no more than a question and what is expected.
 * @param {HTMLSelectElement} select @param {TestDesk} desk */
export function fillRewards(select, desk) {
  const { rewards, reward } = desk.get();
  const config = desk.session()?.config;
  const own = config ? `The run’s: ${rewardText((name) => valueAt(config, name))}` : "The run’s reward";
  const others = rewards.map(({ name }) => ({ value: name, name }));
  fillGroups(select, [
    { label: "As in training", options: [{ value: "", name: own }] },
    { label: "Another reward", options: others },
  ], reward);
}

/** Kept by session, so that the list is not drawn anew each second.
 * @type {WeakMap<object, ReturnType<typeof triedQuestions>>} */
const tries = new WeakMap();

/** Questions that training held back, to be asked with one click.
 * @param {HTMLElement} list @param {Session | null | undefined} session */
export function fillTries(list, session) {
  const key = session?.evaluations;
  if (session && key && !tries.has(key)) tries.set(key, triedQuestions(session));
  const questions = (key && tries.get(key)) || [];
  fillList(list, "try", questions, (row, { prompt }) => setText(row.querySelector("button"), prompt));
}

/** A question that is sent by its button or by Enter, or filled in by one worth trying.
 * @param {HTMLElement} root @param {"chat" | "versus"} name @param {() => void} ask */
export function listenToQuestion(root, name, ask) {
  const input = find(`${name}-prompt`, root, "textarea");
  onSubmit(find(`${name}-form`, root), ask);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    ask();
  });
  find(`${name}-tries`, root).addEventListener("click", (event) => {
    const question = around(event.target, "button") && itemOf(event.target);
    if (!question) return;
    input.value = question.prompt;
    findInput(`${name}-reference`, root).value = question.reference;
    input.focus();
  });
}
