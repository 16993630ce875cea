// @ts-check
/** Compare: one question for two to six models with the same seed, side by side, and which answer is better. */

import { fillList, find, findInput, itemOf, part, setText, show } from "../../lib/dom.js";
import { spoken } from "../../state/chat.js";
import { choicesOf, defaultColumns, fromKey, groupsOf, toKey } from "../../state/testing.js";
import { questionOf } from "./asking.js";
import { fillGroups } from "./bar.js";
import { fillRewards, fillTries } from "./inputs.js";
import { act, doOf, fillReplies } from "./reply.js";
import { reveal } from "./running.js";

const MOST = 6;

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("../../state/testing.js").Choice} Choice */

/** @param {HTMLElement} root @param {Desk} desk @param {ReturnType<typeof import("./asking.js").createAsking>} asking */
export function mountVersus(root, desk, asking) {
  const { get, put } = desk;
  const input = /** @type {HTMLTextAreaElement} */ (find("versus-prompt", root));
  const columns = () => columnsOf(desk);
  const putColumns = (/** @type {Choice[] | null} */ next) => put({ versus: { ...get().versus, columns: next } });

  listen(root, {
    desk, columns, putColumns,
    stop() {
      asking.stop(get().versus.exchange?.id ?? "");
      input.focus(); // the button goes away
    },
    async ask() {
      const prompt = input.value.trim();
      if (get().versus.exchange?.isPending) return;
      const problem = prompt ? (columns().length < 2 ? "There are no two models to compare." : "") : "Type a question first.";
      tell(problem);
      if (problem) return;
      const exchange = questionOf(desk, columns(), { prompt, reference: findInput("versus-reference", root).value.trim() });
      put({ versus: { ...get().versus, exchange } });
      reveal(find("versus-answers", root), "nearest");
      await asking.send(exchange);
      const done = desk.exchange(exchange.id);
      if (done) setText(find("versus-said", root), spoken(done));
    },
  });

  /** @param {string} problem */
  function tell(problem) {
    setText(find("versus-prompt-error", root), problem);
    show(find("versus-prompt-error", root), problem !== "");
    if (problem) input.focus();
  }

  return { render: () => render(root, desk) };
}

/** The chosen models, those that are gone left out; base against trained until the user chooses. @param {Desk} desk @returns {Choice[]} */
function columnsOf(desk) {
  const { versus, models } = desk.get();
  const there = (versus.columns ?? []).filter((one) => (models ?? []).some((model) => model.model_path === one.model_path));
  return there.length >= 2 ? there : defaultColumns(models ?? [], desk.session()?.session_id ?? null);
}

/** @param {HTMLElement} root
 * @param {{desk: Desk, columns: () => Choice[], putColumns: (next: Choice[] | null) => void, stop: () => void, ask: () => void}} to */
function listen(root, { desk, columns, putColumns, stop, ask }) {
  const list = find("versus-models", root);
  const input = /** @type {HTMLTextAreaElement} */ (find("versus-prompt", root));
  const placeOf = (/** @type {EventTarget | null} */ node) => [...list.children].findIndex((row) => node instanceof Node && row.contains(node));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    ask();
  };
  find("versus-form", root).addEventListener("submit", submit);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  list.addEventListener("change", (event) => {
    const value = /** @type {HTMLSelectElement} */ (event.target).value;
    putColumns(columns().with(placeOf(event.target), fromKey(value)));
  });
  list.addEventListener("click", (event) => {
    if (doOf(event) !== "remove") return;
    const at = placeOf(event.target);
    putColumns(columns().filter((_, index) => index !== at));
    find("versus-add", root).focus();
  });
  find("versus-add", root).addEventListener("click", () => putColumns([...columns(), nextChoice(desk, columns())]));
  find("versus-reset", root).addEventListener("click", () => putColumns(null));
  find("versus-stop", root).addEventListener("click", stop);
  find("versus-tries", root).addEventListener("click", (event) => {
    const one = event.target instanceof Element && event.target.closest("button") ? itemOf(event.target) : null;
    if (!one) return;
    input.value = one.prompt;
    findInput("versus-reference", root).value = one.reference;
    input.focus();
  });
  find("versus-replies", root).addEventListener("click", (event) => {
    const action = doOf(event);
    if (action) act(action, itemOf(event.target), desk.context);
  });
}

/** Every choice there is, by group. @param {Desk} desk */
const groupsFor = (desk) => groupsOf(desk.get().models ?? [], desk.session()?.session_id ?? null, true).map((group) => ({ label: group.label, options: choicesOf(group).map(({ key, name }) => ({ value: key, name })) }));

/** The first model that is not compared yet. @param {Desk} desk @param {Choice[]} columns @returns {Choice} */
function nextChoice(desk, columns) {
  const taken = columns.map(toKey);
  const keys = groupsFor(desk).flatMap((group) => group.options.map((option) => option.value));
  return fromKey(keys.find((key) => !taken.includes(key)) ?? taken[0]);
}

/** @param {HTMLElement} root @param {Desk} desk */
function render(root, desk) {
  const { versus: { exchange } } = desk.get();
  const columns = columnsOf(desk);
  const groups = groupsFor(desk);
  fillList(find("versus-models", root), "versus-model", columns.map((one, index) => ({ one, index, isLoose: columns.length > 2 })), (row, { one, index, isLoose }) => {
    setText(part(row, "field__label"), `Model ${index + 1}`);
    fillGroups(/** @type {HTMLSelectElement} */ (part(row, "field__input")), groups, toKey(one));
    const remove = part(row, "button");
    remove.setAttribute("aria-label", `Leave out model ${index + 1}`);
    show(remove, isLoose);
  });
  const isBusy = Boolean(exchange?.isPending);
  /** @type {HTMLButtonElement} */ (find("versus-add", root)).disabled = columns.length >= MOST || columns.length < 2;
  show(find("versus-reset", root), desk.get().versus.columns !== null);
  fillTries(find("versus-tries", root), exchange ? null : desk.session());
  fillRewards(/** @type {HTMLSelectElement} */ (find("versus-reward", root)), desk);
  show(find("versus-stop", root), isBusy);
  /** @type {HTMLButtonElement} */ (find("versus-go", root)).disabled = isBusy || desk.context.store.get().connection === "offline";
  show(find("versus-answers", root), exchange !== null);
  if (exchange) renderAnswers(root, exchange);
}

/** @type {any} */
let drawn = null;

/** @param {HTMLElement} root @param {import("../../state/chat.js").Exchange} exchange */
function renderAnswers(root, exchange) {
  if (exchange === drawn) return;
  drawn = exchange;
  const seed = exchange.columns[0].answer?.seed;
  setText(find("versus-seed", root), Number.isInteger(seed) ? `Seed ${seed}` : exchange.columns[0].answer ? "Greedy" : "");
  setText(find("versus-question", root), `${exchange.prompt}${exchange.reference ? `  (expected: ${exchange.reference})` : ""}`);
  fillReplies(find("versus-replies", root), exchange, false);
  const { error } = exchange;
  setText(find("versus-error-text", root), error ? `${error.message} ${error.hint}`.trim() : "");
  show(find("versus-error", root), error !== null);
}
