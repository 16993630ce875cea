// @ts-check
/** One model's answer to one question, from the moment it is asked: text with its parts marked, costs, score. */

import { fillList, make, part, setText, show } from "../../lib/dom.js";
import { bestOf, costsOf, differencesOf, endOf, hasText, problemOf, progressText, shareText } from "../../state/chat.js";
import { segmentsOf } from "../../state/chat_text.js";
import { copy, read } from "../../ui/copy.js";
import { fillParts } from "../../ui/parts.js";

/** @typedef {import("../../state/chat.js").Exchange} Exchange */
/** @typedef {import("../../state/chat.js").Column} Column */
/** @typedef {{column: Column, exchange: Exchange, isBest: boolean, difference: string, canAskAgain: boolean}} Item */

/** The answers of one question. Columns that have not changed are left as they are.
 * @param {HTMLElement} list @param {Exchange} exchange @param {boolean} canAskAgain */
export function fillReplies(list, exchange, canAskAgain) {
  const best = bestOf(exchange.columns);
  const differences = differencesOf(exchange.columns);
  const items = exchange.columns.map((column, index) => ({ column, exchange, isBest: best.includes(index), difference: differences[index], canAskAgain }));
  fillList(list, "reply", items, fillReply);
}

/** @param {HTMLElement} row @param {Item} item */
function fillReply(row, { column, exchange, isBest, difference, canAskAgain }) {
  const { answer } = column;
  const isOpen = exchange.isPending && !answer;
  row.setAttribute("aria-busy", String(isOpen));
  row.dataset.best = String(isBest);
  setText(part(row, "reply__model"), column.label);
  show(part(row, "reply__mark"), isBest);
  const busy = part(row, "reply__busy");
  setText(busy, progressText(column, exchange.isPending));
  show(busy, isOpen);
  fillText(part(row, "reply__text"), column, isOpen);
  setText(part(row, "reply__difference"), difference);
  fillCosts(row, answer);
  fillScore(row, answer);
  fillError(row, exchange, column);
  const isDone = Boolean(answer) || !exchange.isPending;
  show(part(row, "reply__tools"), isDone);
  show(/** @type {HTMLElement} */ (row.querySelector("[data-do=copy]")), Boolean(column.text));
  show(/** @type {HTMLElement} */ (row.querySelector("[data-do=again]")), canAskAgain && isDone);
  show(/** @type {HTMLElement} */ (row.querySelector("[data-do=sent]")), Boolean(answer));
}

/** @type {WeakMap<HTMLElement, string>} the text that is drawn, so that one that is selected stays selected */
const drawn = new WeakMap();

/** @param {HTMLElement} pre @param {Column} column @param {boolean} isOpen */
function fillText(pre, column, isOpen) {
  show(pre, hasText(column));
  pre.dataset.open = String(isOpen);
  const key = `${Boolean(column.answer)} ${column.text}`;
  if (drawn.get(pre) === key) return;
  drawn.set(pre, key);
  const segments = segmentsOf(column.text, column.markers);
  const nodes = segments.map(({ kind, text }) => (kind === "plain" ? text : make(kind === "solution" ? "mark" : "span", `reply__${kind}`, text)));
  pre.replaceChildren(...(nodes.length || !column.answer ? nodes : [make("span", "muted", "(empty)")]));
}

/** @param {HTMLElement} row @param {any} answer */
function fillCosts(row, answer) {
  show(part(row, "reply__facts"), Boolean(answer));
  if (!answer) return;
  const end = endOf(answer);
  const badge = part(row, "reply__end");
  badge.dataset.status = end.level;
  setText(badge, end.text);
  show(badge, true);
  setText(part(row, "reply__costs"), costsOf(answer).join(" · "));
}

/** @param {HTMLElement} row @param {any} answer */
function fillScore(row, answer) {
  const score = answer?.score;
  show(part(row, "reply__score"), Boolean(score));
  setText(part(row, "reply__total"), shareText(score));
  if (score) fillParts(part(row, "parts"), score.scores);
  const problems = answer?.parsed?.problems ?? [];
  const problem = part(row, "reply__problems");
  setText(problem, problems.length ? `Form: ${problems.join("; ")}` : "");
  show(problem, problems.length > 0 && !score);
}

/** @param {HTMLElement} row @param {Exchange} exchange @param {Column} column */
function fillError(row, exchange, column) {
  const node = part(row, "reply__error");
  const text = problemOf(exchange, column);
  setText(node, text);
  show(node, text !== "");
}

/** What a click on one of the buttons of an answer asks for; "again" is left to whoever listens.
 * @param {string | undefined} action @param {Item} item @param {any} context */
export function act(action, item, context) {
  if (action === "copy") copy(item.column.text, context.say);
  if (action === "sent") read("As the model was asked", item.column.answer.messages.map((/** @type {any} */ one) => `${one.role}:\n${one.content}`).join("\n\n"), context.say);
}

/** @param {Event} event */
export const doOf = (event) => (event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-do]"))?.dataset.do : undefined);
