// @ts-check
/** The further columns a reward reads: its name for each, and the column of the data set that holds it. */

import { explain, previewDataset } from "../../lib/api.js";
import { fillList, find, findInput, itemOf, part, setText, show } from "../../lib/dom.js";
import { createLatest } from "../../lib/latest.js";
import { readsReference, sourceOf, wantedColumns, withEntry } from "../../state/rewards.js";
import { rewardsOf, tell } from "./shared.js";

const OTHER = "\u0000other";
const QUIET_MS = 400;

/** @param {HTMLElement} root @param {any} context */
export function mountColumns(root, context) {
  const host = find("column-rows", root);
  /** @type {Map<string, {columns?: string[], problem?: string}>} */
  const answers = new Map();
  /** Names whose column is typed rather than chosen. @type {Set<string>} */
  const typed = new Set();
  let asked = "";

  const latest = createLatest(() => asked);
  const redraw = () => context.store.update((/** @type {any} */ state) => ({ ...state }));

  /** @param {{columns?: string[], problem?: string}} answer */
  function keep(answer) {
    answers.set(asked, answer);
    redraw();
  }

  context.live.on("connect", () => {
    for (const [key, answer] of answers) if (answer.problem) answers.delete(key);
    asked = "";
  });

  const put = (/** @type {string} */ name, /** @type {string | undefined} */ column) => context.set({ "reward.fields": withEntry(context.get("reward.fields"), name, column) });

  listen(root, host, typed, put, redraw);
  find("column-form", root).addEventListener("submit", (event) => {
    event.preventDefault();
    const input = findInput("column-name", root);
    const name = input.value.trim();
    if (!name) return;
    put(name, name);
    input.value = "";
  });

  /** @param {any} state @param {import("../../state/rewards.js").Part[]} parts */
  function render(state, parts) {
    const { list, status } = rewardsOf(state);
    const fields = context.get("reward.fields");
    const wanted = status === "ready" ? wantedColumns(parts, list, fields) : [];
    const hasOwn = parts.some((one) => one.custom_name);
    if (wanted.length || hasOwn) lookUp();
    const answer = answers.get(asked);
    fillList(host, "column", wanted, (row, item) => fillColumn(row, item, fields, answer, typed, state.plan.errors));
    show(find("column-form", root), hasOwn);
    const response = context.get("dataset.response_field");
    setText(find("columns-note", root), readsReference(parts, list) ? `The expected answer is the column ${response}, as mapped with the data set.` : "It does not look at the expected answer.");
    tell(find("columns-error", root), find("columns-error", root), wanted.length && answer?.problem ? `The columns can’t be listed, so type them: ${answer.problem}` : "");
  }

  function lookUp() {
    const key = JSON.stringify(sourceOf(context.get));
    const isOther = key !== asked;
    asked = key;
    if (!isOther || answers.has(key)) return;
    latest.ask(() => previewDataset({ ...JSON.parse(key), samples: 1 }), {
      quietMs: QUIET_MS, answered: ({ columns }) => keep({ columns }), refused: (error) => keep({ problem: explain(error) }),
    });
  }
  return { render };
}

/** Choosing, typing and removing a column.
 * @param {HTMLElement} root @param {HTMLElement} host @param {Set<string>} typed
 * @param {(name: string, column: string | undefined) => void} put @param {() => void} redraw */
function listen(root, host, typed, put, redraw) {
  host.addEventListener("change", ({ target }) => {
    const name = itemOf(target)?.name;
    if (!(target instanceof HTMLSelectElement)) return;
    if (target.value !== OTHER) return put(name, target.value || undefined);
    typed.add(name);
    redraw();
    requestAnimationFrame(() => requestAnimationFrame(() => /** @type {HTMLElement} */ (target.parentElement?.querySelector("input")).focus()));
  });
  host.addEventListener("input", ({ target }) => {
    if (target instanceof HTMLInputElement) put(itemOf(target).name, target.value.trim() || undefined);
  });
  host.addEventListener("focusout", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.value.trim() !== "") return;
    typed.delete(itemOf(target).name);
    redraw();
  });
  host.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-do=remove]") : null;
    if (!button) return;
    put(itemOf(button).name, undefined);
    findInput("column-name", root).focus();
  });
}

/** @param {HTMLElement} row @param {import("../../state/rewards.js").Wanted} item @param {Record<string, string>} fields
 * @param {{columns?: string[]} | undefined} answer @param {Set<string>} typed @param {Record<string, string>} errors */
function fillColumn(row, item, fields, answer, typed, errors) {
  const select = /** @type {HTMLSelectElement} */ (part(row, "column-row__select"));
  const input = /** @type {HTMLInputElement} */ (part(row, "column-row__input"));
  const column = fields[item.name] ?? "";
  const columns = answer?.columns;
  const isTyped = Boolean(answer && !columns) || typed.has(item.name);
  row.dataset.field = `reward.fields.${item.name}`;
  setText(row.querySelector(".column-row__name .mono"), item.name);
  setText(part(row, "column-row__help"), item.help);
  for (const control of [select, input]) control.setAttribute("aria-label", `Column for ${item.name}`);
  fillSelect(select, item, column, columns ?? []);
  if (document.activeElement !== input && input.value !== column) input.value = column;
  show(select, !isTyped);
  show(input, isTyped);
  const remove = part(row, "column-row__remove");
  show(remove, item.by === "");
  remove.setAttribute("aria-label", `Do not read ${item.name}`);
  const problem = errors[`reward.fields.${item.name}`] ?? missing(item, column, columns);
  setText(part(row, "field__error"), problem);
  show(part(row, "field__error"), problem !== "");
}

/** @param {import("../../state/rewards.js").Wanted} item @param {string} column @param {string[] | undefined} columns */
function missing(item, column, columns) {
  const name = column || (item.isNeeded ? item.name : "");
  if (!columns || !name || columns.includes(name) || columns.includes(name.split(".")[0]) || columns.some((one) => one.startsWith(`${name}.`))) return "";
  return `The data set has no column ${name}. ${item.isNeeded ? "Choose the one that holds it, or take another reward." : "Choose another, or none."}`;
}

/** @param {HTMLSelectElement} select @param {import("../../state/rewards.js").Wanted} item @param {string} column @param {string[]} columns */
function fillSelect(select, item, column, columns) {
  const own = column && !columns.includes(column) ? [column] : [];
  const key = JSON.stringify([item.name, own, columns]);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    const none = item.isNeeded ? `the column called ${item.name}` : "none";
    select.replaceChildren(new Option(none, ""), ...[...own, ...columns].map((name) => new Option(name, name)), new Option("Another path …", OTHER));
  }
  if (document.activeElement !== select || select.value !== OTHER) select.value = column;
}
