// @ts-check
/** Chat: single questions or a conversation with one model, streamed as it writes, scored where an answer is
 * expected. */

import { historyOf, spoken } from "../../state/chat.js";
import { hasAdapter } from "../../state/testing.js";
import { questionOf } from "./asking.js";
import { fillRewards, fillTries, listenToQuestion } from "./inputs.js";
import { act, fillReplies } from "./reply.js";
import { doOf, fillList, find, findInput, itemOf, part, rowsIn, setText, show, showText } from "../../lib/dom.js";

const KEPT = 40;
const NEAR_END = 80;

/** @typedef {ReturnType<typeof import("./asking.js").createAsking>} Asking */

/** @param {HTMLElement} root @param {TestDesk} desk @param {Asking} asking */
export function mountChat(root, desk, asking) {
  const { get, put } = desk;
  const input = find("chat-prompt", root, "textarea");
  const reference = findInput("chat-reference", root);
  const pending = () => get().chat.exchanges.find((exchange) => exchange.isPending);

  listen(root, { desk, ask, again, clear, stop });

  function ask() {
    const prompt = input.value.trim();
    if (pending()) return;
    const problem = !prompt ? "Type a question first." : desk.model() ? "" : "There is no model to ask.";
    refuse(problem);
    if (problem) return;
    input.value = "";
    const { isConversation: isTurn, exchanges: before } = get().chat;
    send(root, desk, asking, { prompt, reference: reference.value.trim(), isTurn, before });
  }

  /** Ask the same with the settings of now; a turn is asked in place of the old one, and so is a question that failed.
   * @param {Exchange} exchange */
  function again(exchange) {
    if (pending() || !desk.model()) return;
    const { exchanges } = get().chat;
    const { prompt, reference: wanted, isTurn } = exchange;
    const before = isTurn ? exchanges.slice(0, exchanges.indexOf(exchange))
      : exchanges.filter((other) => other !== exchange || !other.error);
    input.focus();
    send(root, desk, asking, { prompt, reference: wanted, isTurn, before });
  }

  function stop() {
    asking.stop(pending()?.id ?? "");
    input.focus(); // the button goes away
  }

  function clear() {
    const running = pending();
    if (running) asking.stop(running.id);
    put({ chat: { ...get().chat, exchanges: [] } });
    input.focus();
  }

  /** @param {string} problem */
  function refuse(problem) {
    showText(find("chat-prompt-error", root), problem);
    input.setAttribute("aria-invalid", String(problem !== ""));
    if (problem) input.focus();
  }

  return { render: () => render(root, desk, Boolean(pending())), enter: () => toEnd(root) };
}

/** Ask the chosen model, and say the answer once it is there.
 * @param {HTMLElement} root @param {TestDesk} desk @param {Asking} asking
 * @param {{prompt: string, reference: string, isTurn: boolean, before: Exchange[]}} what `before` is what stands above
 *   it */
async function send(root, desk, asking, { prompt, reference, isTurn, before }) {
  const { model_path } = /** @type {TestableModel} */ (desk.model());
  const choice = { model_path, use_adapter: !hasAdapter(desk.model()) || desk.get().usesAdapter };
  const exchange = questionOf(desk, [choice], { prompt, reference, history: isTurn ? historyOf(before) : null });
  desk.put({ chat: { ...desk.get().chat, exchanges: [...before, exchange].slice(-KEPT) } });
  toEnd(root);
  await asking.send(exchange);
  const done = desk.exchange(exchange.id);
  if (done) setText(find("chat-said", root), spoken(done));
}

/** @param {HTMLElement} root
 * @param {{desk: TestDesk, ask: () => void, again: (exchange: Exchange) => void, clear: () => void,
 *   stop: () => void}} to */
function listen(root, { desk, ask, again, clear, stop }) {
  listenToQuestion(root, "chat", ask);
  const conversation = findInput("chat-conversation", root);
  for (const input of [findInput("chat-single", root), conversation]) input.addEventListener("change", () => {
    desk.put({ chat: { ...desk.get().chat, isConversation: conversation.checked } });
  });
  find("chat-clear", root).addEventListener("click", clear);
  find("chat-stop", root).addEventListener("click", stop);
  find("chat-list", root).addEventListener("click", (event) => {
    const action = doOf(event);
    if (action === "again") again(itemOf(event.target).exchange);
    else if (action) act(action, itemOf(event.target), desk.context);
  });
}

/** @param {HTMLElement} root @param {TestDesk} desk @param {boolean} isBusy */
function render(root, desk, isBusy) {
  const { chat: { exchanges, isConversation } } = desk.get();
  const log = find("chat-log", root);
  const wasAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
  show(find("chat-empty", root), exchanges.length === 0);
  show(find("chat-clear", root), exchanges.length > 0);
  findInput(isConversation ? "chat-conversation" : "chat-single", root).checked = true;
  const how = isConversation ? "The model is shown what was said before."
    : "Each question is asked on its own, as in training.";
  setText(find("chat-note", root), how);
  fillTries(find("chat-tries", root), desk.session());
  show(find("chat-tries-part", root), find("chat-tries", root).children.length > 0);
  const last = exchanges.at(-1);
  fillList(find("chat-list", root), "exchange", exchanges, (row, exchange) => {
    setText(part(row, "exchange__prompt"), exchange.prompt);
    setText(part(row, "exchange__expected"), exchange.reference ? `Expected: ${exchange.reference}` : "");
  });
  // Its buttons depend on whether it is the last one, so the answers are looked at each time, and left where unchanged.
  rowsIn(find("chat-list", root)).forEach((row, index) => {
    const exchange = exchanges[index];
    fillOnce(part(row, "replies"), exchange, !isBusy && (!exchange.isTurn || exchange === last));
  });
  show(find("chat-stop", root), isBusy);
  find("chat-go", root, "button").disabled = isBusy || desk.isOffline();
  fillRewards(find("chat-reward", root, "select"), desk);
  if (wasAtEnd) log.scrollTop = log.scrollHeight;
}

/** What each list of answers shows. @type {WeakMap<HTMLElement, {exchange: Exchange, canAskAgain: boolean}>} */
const shown = new WeakMap();

/** @param {HTMLElement} list @param {Exchange} exchange @param {boolean} canAskAgain */
function fillOnce(list, exchange, canAskAgain) {
  const before = shown.get(list);
  if (before && before.exchange === exchange && before.canAskAgain === canAskAgain) return;
  shown.set(list, { exchange, canAskAgain });
  fillReplies(list, exchange, canAskAgain);
}

/** Show the newest answer. @param {HTMLElement} root */
function toEnd(root) {
  requestAnimationFrame(() => {
    const log = find("chat-log", root);
    log.scrollTop = log.scrollHeight;
  });
}
