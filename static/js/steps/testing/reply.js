// @ts-check
/** One model's answer to one question, from the moment it is asked: text with its parts marked, costs, score. */

import {
  bestOf, costsOf, differencesOf, endOf, hasText, problemOf, progressText, shareText,
} from "../../state/chat.js";
import { segmentsOf } from "../../state/chat_text.js";
import { copy, read } from "../../ui/copy.js";
import { fillParts } from "../../ui/parts.js";
import { child, fillList, make, part, setText, show, showText } from "../../lib/dom.js";

/** @typedef {{column: Column, exchange: Exchange, isBest: boolean, difference: string, canAskAgain: boolean}} Item */

/** The answers of one question. Columns that have not changed are left as they are.
 * @param {HTMLElement} list @param {Exchange} exchange @param {boolean} canAskAgain */
export function fillReplies(list, exchange, canAskAgain) {
  const best = bestOf(exchange.columns);
  const differences = differencesOf(exchange.columns);
  const items = exchange.columns.map((column, index) =>
    ({ column, exchange, isBest: best.includes(index), difference: differences[index], canAskAgain }));
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
  showText(part(row, "reply__busy"), progressText(column, exchange.isPending));
  fillText(part(row, "reply__text"), column, isOpen);
  setText(part(row, "reply__difference"), difference);
  fillCosts(row, answer);
  fillScore(row, answer);
  fillError(row, exchange, column);
  const isDone = Boolean(answer) || !exchange.isPending;
  show(part(row, "reply__tools"), isDone);
  show(child(row, "button", "[data-do=copy]"), Boolean(column.text));
  show(child(row, "button", "[data-do=again]"), canAskAgain && isDone);
  show(child(row, "button", "[data-do=sent]"), Boolean(answer));
}

/** The text that is drawn, so that one that is selected stays selected. @type {WeakMap<HTMLElement, string>} */
const drawn = new WeakMap();

/** @param {HTMLElement} pre @param {Column} column @param {boolean} isOpen */
function fillText(pre, column, isOpen) {
  show(pre, hasText(column));
  pre.dataset.open = String(isOpen);
  const key = `${Boolean(column.answer)} ${column.text}`;
  if (drawn.get(pre) === key) return;
  drawn.set(pre, key);
  const nodes = segmentsOf(column.text, column.markers).map(({ kind, text }) =>
    (kind === "plain" ? text : make(kind === "solution" ? "mark" : "span", `reply__${kind}`, text)));
  pre.replaceChildren(...(nodes.length || !column.answer ? nodes : [make("span", "muted", "(empty)")]));
}

/** @param {HTMLElement} row @param {ChatAnswer | null} answer */
function fillCosts(row, answer) {
  show(part(row, "reply__facts"), Boolean(answer));
  if (!answer) return;
  const end = endOf(answer);
  const badge = part(row, "reply__end");
  badge.dataset.status = end.level;
  showText(badge, end.text);
  setText(part(row, "reply__costs"), costsOf(answer).join(" · "));
}

/** @param {HTMLElement} row @param {ChatAnswer | null} answer */
function fillScore(row, answer) {
  const score = answer?.score;
  show(part(row, "reply__score"), Boolean(score));
  setText(part(row, "reply__total"), shareText(score));
  if (score) fillParts(part(row, "parts"), score.scores);
  const problems = answer?.parsed?.problems ?? [];
  showText(part(row, "reply__problems"), problems.length && !score ? `Form: ${problems.join("; ")}` : "");
}

/** @param {HTMLElement} row @param {Exchange} exchange @param {Column} column */
const fillError = (row, exchange, column) => showText(part(row, "reply__error"), problemOf(exchange, column));

/** What a click on one of the buttons of an answer asks for; "again" is left to whoever listens.
 * @param {string | undefined} action @param {Item} item @param {Context} context */
export function act(action, item, context) {
  if (action === "copy") copy(item.column.text, context.say);
  if (action !== "sent") return;
  const messages = item.column.answer?.messages ?? [];
  const text = messages.map(({ role, content }) => `${role}:\n${content}`).join("\n\n");
  read("As the model was asked", text, context.say);
}
