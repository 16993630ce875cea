// @ts-check
/** Inputs that more than one way of testing has: which reward scores, and questions worth trying. */

import { fillList, setText } from "../../lib/dom.js";
import { rewardText } from "../../state/rewards_text.js";
import { valueAt } from "../../state/draft.js";
import { triedQuestions } from "../../state/testing.js";
import { fillGroups } from "./bar.js";

/** @typedef {import("./desk.js").Desk} Desk */

/** Keep a choice of reward in step with all others. @param {HTMLSelectElement} select @param {Desk} desk */
export const listenToReward = (select, desk) => select.addEventListener("change", () => desk.put({ reward: select.value }));

/** The run's own reward, and every other that needs no more than a question and what is expected.
 * @param {HTMLSelectElement} select @param {Desk} desk */
export function fillRewards(select, desk) {
  const { rewards, reward } = desk.get();
  const config = desk.session()?.config;
  const own = config ? `The run’s: ${rewardText((name) => valueAt(config, name))}` : "The run’s reward";
  const others = rewards.map(({ name }) => ({ value: name, name }));
  fillGroups(select, [{ label: "As in training", options: [{ value: "", name: own }] }, ...(others.length ? [{ label: "Another reward", options: others }] : [])], reward);
}

/** @type {WeakMap<object, any[]>} kept by session, so that the list is not drawn anew each second */
const tries = new WeakMap();

/** Questions that training held back, to be asked with one click. @param {HTMLElement} list @param {any} session */
export function fillTries(list, session) {
  const key = session?.evaluations;
  if (key && !tries.has(key)) tries.set(key, triedQuestions(session));
  fillList(list, "try", (key && tries.get(key)) || [], (row, one) => setText(row.querySelector("button"), one.prompt));
}
