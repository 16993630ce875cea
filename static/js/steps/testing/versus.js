// @ts-check
/** Compare: one question for two to six models with the same seed, side by side, and which answer is better. */

import { spoken } from "../../state/chat.js";
import { defaultColumns, fromKey, optionsOf, toKey } from "../../state/testing.js";
import { fillGroups } from "../../ui/groups.js";
import { questionOf } from "./asking.js";
import { fillRewards, fillTries, listenToQuestion } from "./inputs.js";
import { act, fillReplies } from "./reply.js";
import { reveal } from "./running.js";
import {
  doOf, fillList, find, findInput, itemOf, part, placeIn, setText, show, showText, tell, valueIn,
} from "../../lib/dom.js";

const MOST = 6;

/** @param {HTMLElement} root @param {TestDesk} desk
 * @param {ReturnType<typeof import("./asking.js").createAsking>} asking */
export function mountVersus(root, desk, asking) {
  const { get, put } = desk;
  const input = find("versus-prompt", root, "textarea");
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
      const problem = !prompt ? "Type a question first."
        : columns().length < 2 ? "There are no two models to compare." : "";
      showText(find("versus-prompt-error", root), problem);
      if (problem) return input.focus();
      const reference = findInput("versus-reference", root).value.trim();
      const exchange = questionOf(desk, columns(), { prompt, reference });
      put({ versus: { ...get().versus, exchange } });
      reveal(find("versus-answers", root), "nearest");
      await asking.send(exchange);
      const done = desk.exchange(exchange.id);
      if (done) setText(find("versus-said", root), spoken(done));
      return undefined;
    },
  });

  return { render: () => render(root, desk) };
}

/** The chosen models, those that are gone left out; base against trained until the user chooses.
 * @param {TestDesk} desk @returns {Choice[]} */
function columnsOf(desk) {
  const { versus, models } = desk.get();
  const isThere = (/** @type {Choice} */ choice) => models?.some((model) => model.model_path === choice.model_path);
  const there = (versus.columns ?? []).filter(isThere);
  return there.length >= 2 ? there : defaultColumns(models ?? [], desk.run());
}

/** @param {HTMLElement} root
 * @param {{desk: TestDesk, columns: () => Choice[], putColumns: (next: Choice[] | null) => void, stop: () => void,
 *   ask: () => void}} to */
function listen(root, { desk, columns, putColumns, stop, ask }) {
  const list = find("versus-models", root);
  listenToQuestion(root, "versus", ask);
  list.addEventListener("change", (event) => {
    putColumns(columns().with(placeIn(list, event.target), fromKey(valueIn(event))));
  });
  list.addEventListener("click", (event) => {
    if (doOf(event) !== "remove") return;
    const at = placeIn(list, event.target);
    putColumns(columns().filter((_, index) => index !== at));
    find("versus-add", root).focus();
  });
  find("versus-add", root).addEventListener("click", () => putColumns([...columns(), nextChoice(desk, columns())]));
  find("versus-reset", root).addEventListener("click", () => putColumns(null));
  find("versus-stop", root).addEventListener("click", stop);
  find("versus-replies", root).addEventListener("click", (event) => {
    const action = doOf(event);
    if (action) act(action, itemOf(event.target), desk.context);
  });
}

/** Every choice there is, by group. @param {TestDesk} desk */
const groupsFor = (desk) => optionsOf(desk.get().models ?? [], desk.run(), true);

/** The first model that is not compared yet. @param {TestDesk} desk @param {Choice[]} columns @returns {Choice} */
function nextChoice(desk, columns) {
  const taken = columns.map(toKey);
  const keys = groupsFor(desk).flatMap((group) => group.options.map((option) => option.value));
  return fromKey(keys.find((key) => !taken.includes(key)) ?? taken[0]);
}

/** @param {HTMLElement} root @param {TestDesk} desk */
function render(root, desk) {
  const { versus: { exchange } } = desk.get();
  const columns = columnsOf(desk);
  const groups = groupsFor(desk);
  const rows = columns.map((choice, index) => ({ choice, index, isLoose: columns.length > 2 }));
  fillList(find("versus-models", root), "versus-model", rows, (row, { choice, index, isLoose }) => {
    setText(part(row, "field__label"), `Model ${index + 1}`);
    fillGroups(part(row, "field__input", "select"), groups, toKey(choice));
    const remove = part(row, "button");
    remove.setAttribute("aria-label", `Leave out model ${index + 1}`);
    show(remove, isLoose);
  });
  const isBusy = Boolean(exchange?.isPending);
  find("versus-add", root, "button").disabled = columns.length >= MOST || columns.length < 2;
  show(find("versus-reset", root), desk.get().versus.columns !== null);
  fillTries(find("versus-tries", root), exchange ? null : desk.session());
  fillRewards(find("versus-reward", root, "select"), desk);
  show(find("versus-stop", root), isBusy);
  find("versus-go", root, "button").disabled = isBusy || desk.isOffline();
  show(find("versus-answers", root), exchange !== null);
  if (exchange) renderAnswers(root, exchange);
}

/** @type {Exchange | null} */
let drawn = null;

/** @param {HTMLElement} root @param {Exchange} exchange */
function renderAnswers(root, exchange) {
  if (exchange === drawn) return;
  drawn = exchange;
  const { answer } = exchange.columns[0];
  const how = Number.isInteger(answer?.seed) ? `Seed ${answer?.seed}` : answer ? "Greedy" : "";
  setText(find("versus-seed", root), how);
  const expected = exchange.reference ? `  (expected: ${exchange.reference})` : "";
  setText(find("versus-question", root), `${exchange.prompt}${expected}`);
  fillReplies(find("versus-replies", root), exchange, false);
  const { error } = exchange;
  tell(root, "versus-error", error ? `${error.message} ${error.hint}`.trim() : "");
}
