// @ts-check
/** Chat: single questions or a conversation with one model, streamed as it writes, scored where an answer is expected. */

import { fillList, find, findInput, itemOf, part, setText, show } from "../../lib/dom.js";
import { historyOf, spoken } from "../../state/chat.js";
import { hasAdapter } from "../../state/testing.js";
import { questionOf } from "./asking.js";
import { fillRewards, fillTries } from "./inputs.js";
import { act, doOf, fillReplies } from "./reply.js";

const KEPT = 40;
const NEAR_END = 80;

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("../../state/chat.js").Exchange} Exchange */
/** @typedef {ReturnType<typeof import("./asking.js").createAsking>} Asking */

/** @param {HTMLElement} root @param {Desk} desk @param {Asking} asking */
export function mountChat(root, desk, asking) {
  const { get, put } = desk;
  const input = /** @type {HTMLTextAreaElement} */ (find("chat-prompt", root));
  const reference = findInput("chat-reference", root);
  const pending = () => get().chat.exchanges.find((one) => one.isPending);

  listen(root, { desk, ask, again, clear, stop });

  function ask() {
    const prompt = input.value.trim();
    if (pending()) return;
    const problem = !prompt ? "Type a question first." : desk.model() ? "" : "There is no model to ask.";
    refuse(problem);
    if (problem) return;
    input.value = "";
    send(root, desk, asking, { prompt, reference: reference.value.trim(), isTurn: get().chat.isConversation, before: get().chat.exchanges });
  }

  /** Ask the same with the settings of now; a turn is asked in place of the old one, and so is a question that failed.
   * @param {Exchange} exchange */
  function again(exchange) {
    if (pending() || !desk.model()) return;
    const { exchanges } = get().chat;
    const before = exchange.isTurn ? exchanges.slice(0, exchanges.indexOf(exchange)) : exchanges.filter((one) => one !== exchange || !one.error);
    input.focus();
    send(root, desk, asking, { prompt: exchange.prompt, reference: exchange.reference, isTurn: exchange.isTurn, before });
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
    setText(find("chat-prompt-error", root), problem);
    show(find("chat-prompt-error", root), problem !== "");
    input.setAttribute("aria-invalid", String(problem !== ""));
    if (problem) input.focus();
  }

  return { render: () => render(root, desk, Boolean(pending())), enter: () => toEnd(root) };
}

/** Ask the chosen model, and say the answer once it is there.
 * @param {HTMLElement} root @param {Desk} desk @param {Asking} asking
 * @param {{prompt: string, reference: string, isTurn: boolean, before: Exchange[]}} what `before` is what stands above it */
async function send(root, desk, asking, { prompt, reference, isTurn, before }) {
  const { model_path } = /** @type {import("../../state/testing.js").Model} */ (desk.model());
  const choice = { model_path, use_adapter: !hasAdapter(desk.model()) || desk.get().usesAdapter };
  const exchange = questionOf(desk, [choice], { prompt, reference, history: isTurn ? historyOf(before) : null });
  desk.put({ chat: { ...desk.get().chat, exchanges: [...before, exchange].slice(-KEPT) } });
  toEnd(root);
  await asking.send(exchange);
  const done = desk.exchange(exchange.id);
  if (done) setText(find("chat-said", root), spoken(done));
}

/** @param {HTMLElement} root
 * @param {{desk: Desk, ask: () => void, again: (exchange: any) => void, clear: () => void, stop: () => void}} to */
function listen(root, { desk, ask, again, clear, stop }) {
  const input = /** @type {HTMLTextAreaElement} */ (find("chat-prompt", root));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    ask();
  };
  find("chat-form", root).addEventListener("submit", submit);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  for (const name of ["chat-single", "chat-conversation"]) find(name, root).addEventListener("change", () => {
    desk.put({ chat: { ...desk.get().chat, isConversation: findInput("chat-conversation", root).checked } });
  });
  find("chat-clear", root).addEventListener("click", clear);
  find("chat-stop", root).addEventListener("click", stop);
  find("chat-tries", root).addEventListener("click", (event) => {
    const one = event.target instanceof Element && event.target.closest("button") ? itemOf(event.target) : null;
    if (!one) return;
    input.value = one.prompt;
    findInput("chat-reference", root).value = one.reference;
    input.focus();
  });
  find("chat-list", root).addEventListener("click", (event) => {
    const action = doOf(event);
    if (action === "again") again(itemOf(event.target).exchange);
    else if (action) act(action, itemOf(event.target), desk.context);
  });
}

/** @param {HTMLElement} root @param {Desk} desk @param {boolean} isBusy */
function render(root, desk, isBusy) {
  const { chat: { exchanges, isConversation } } = desk.get();
  const log = find("chat-log", root);
  const wasAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
  show(find("chat-empty", root), exchanges.length === 0);
  show(find("chat-clear", root), exchanges.length > 0);
  findInput(isConversation ? "chat-conversation" : "chat-single", root).checked = true;
  setText(find("chat-note", root), isConversation ? "The model is shown what was said before." : "Each question is asked on its own, as in training.");
  fillTries(find("chat-tries", root), desk.session());
  show(find("chat-tries-part", root), find("chat-tries", root).children.length > 0);
  const last = exchanges.at(-1);
  fillList(find("chat-list", root), "exchange", exchanges, (row, one) => {
    setText(part(row, "exchange__prompt"), one.prompt);
    setText(part(row, "exchange__expected"), one.reference ? `Expected: ${one.reference}` : "");
  });
  // Its buttons depend on whether it is the last one, so the answers are looked at each time; unchanged ones are left as they are.
  [...find("chat-list", root).children].forEach((row, index) => fillOnce(part(row, "replies"), exchanges[index], !isBusy && (!exchanges[index].isTurn || exchanges[index] === last)));
  show(find("chat-stop", root), isBusy);
  /** @type {HTMLButtonElement} */ (find("chat-go", root)).disabled = isBusy || desk.context.store.get().connection === "offline";
  fillRewards(/** @type {HTMLSelectElement} */ (find("chat-reward", root)), desk);
  if (wasAtEnd) log.scrollTop = log.scrollHeight;
}

/** @type {WeakMap<HTMLElement, {exchange: any, canAskAgain: boolean}>} what each list of answers shows */
const shown = new WeakMap();

/** @param {HTMLElement} list @param {import("../../state/chat.js").Exchange} exchange @param {boolean} canAskAgain */
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
