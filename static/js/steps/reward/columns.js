// @ts-check
/** The further columns a reward reads: its name for each, and the column of the data set that holds it. */

import { previewDataset } from "../../lib/api.js";
import { readsReference, wantedColumns, withEntry } from "../../state/rewards.js";
import { createBySource } from "./by_source.js";
import { rewardsOf } from "./shared.js";
import {
  around, fillList, find, findInput, first, itemOf, onSubmit, part, setText, show, showText, soon,
} from "../../lib/dom.js";

const OTHER = "\u0000other";

/** @param {HTMLElement} root @param {Context} context */
export function mountColumns(root, context) {
  const host = find("column-rows", root);
  const bySource = createBySource(context, (source, signal) => previewDataset({ ...source, samples: 1 }, signal));
  /** Names whose column is typed rather than chosen. @type {Set<string>} */
  const typed = new Set();
  const redraw = () => context.patch({});
  context.live.on("connect", bySource.again);

  /** @param {string} name @param {string | undefined} column */
  const put = (name, column) =>
    context.set({ "reward.fields": withEntry(context.get("reward.fields"), name, column) });

  listen(root, host, typed, put, redraw);
  onSubmit(find("column-form", root), () => {
    const input = findInput("column-name", root);
    const name = input.value.trim();
    if (!name) return;
    put(name, name);
    input.value = "";
  });

  /** @param {State} state @param {RewardPart[]} parts */
  function render(state, parts) {
    const { list, custom, status } = rewardsOf(state);
    const fields = context.get("reward.fields");
    const wanted = status === "ready" ? wantedColumns(parts, list, fields, custom) : [];
    const hasOwn = parts.some((rewardPart) => rewardPart.custom_name);
    const answer = wanted.length || hasOwn ? bySource.look() : undefined;
    fillList(host, "column", wanted, (row, asked) => fillColumn(row, asked, fields, answer, typed, state.plan.errors));
    show(find("column-form", root), hasOwn);
    const response = context.get("dataset.response_field");
    const reads = response === null ? "The data have no expected answer, as mapped with the data set."
      : `The expected answer is the column ${response}, as mapped with the data set.`;
    setText(find("columns-note", root),
      readsReference(parts, list) ? reads : "It does not look at the expected answer.");
    const problem = wanted.length ? answer?.problem : "";
    showText(find("columns-error", root), problem ? `The columns can’t be listed, so type them: ${problem}` : "");
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
    soon(() => first(target.parentElement, "input")?.focus());
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
    const button = around(target, "[data-do=remove]");
    if (!button) return;
    put(itemOf(button).name, undefined);
    findInput("column-name", root).focus();
  });
}

/** @typedef {import("../../state/rewards.js").Wanted} Wanted */

/** @param {HTMLElement} row @param {Wanted} wanted @param {Record<string, string>} fields
 * @param {{value?: DataPreview} | undefined} answer @param {Set<string>} typed
 * @param {Record<string, string>} errors */
function fillColumn(row, wanted, fields, answer, typed, errors) {
  const select = part(row, "column-row__select", "select");
  const input = part(row, "column-row__input", "input");
  const column = fields[wanted.name] ?? "";
  const columns = answer?.value?.columns;
  const isTyped = Boolean(answer && !columns) || typed.has(wanted.name);
  row.dataset.field = `reward.fields.${wanted.name}`;
  setText(row.querySelector(".column-row__name .mono"), wanted.name);
  setText(part(row, "column-row__help"), wanted.help);
  for (const control of [select, input]) control.setAttribute("aria-label", `Column for ${wanted.name}`);
  fillSelect(select, wanted, column, columns ?? []);
  if (document.activeElement !== input && input.value !== column) input.value = column;
  show(select, !isTyped);
  show(input, isTyped);
  const remove = part(row, "column-row__remove");
  show(remove, wanted.by === "");
  remove.setAttribute("aria-label", `Do not read ${wanted.name}`);
  showText(part(row, "field__error"), errors[`reward.fields.${wanted.name}`] ?? missing(wanted, column, columns));
}

/** What is wrong with a column that the data set may not have.
 * @param {Wanted} wanted @param {string} column @param {string[] | undefined} columns */
function missing(wanted, column, columns) {
  const name = column || (wanted.isNeeded ? wanted.name : "");
  const isThere = (/** @type {string} */ known) =>
    known === name || known === name.split(".")[0] || known.startsWith(`${name}.`);
  if (!columns || !name || columns.some(isThere)) return "";
  const cure = wanted.isNeeded ? "Choose the one that holds it, or take another reward." : "Choose another, or none.";
  return `The data set has no column ${name}. ${cure}`;
}

/** @param {HTMLSelectElement} select @param {Wanted} wanted @param {string} column @param {string[]} columns */
function fillSelect(select, wanted, column, columns) {
  const own = column && !columns.includes(column) ? [column] : [];
  const key = JSON.stringify([wanted.name, own, columns]);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    const same = wanted.isNeeded ? `the column called ${wanted.name}` : `column ${wanted.name}, if any`;
    const none = wanted.isFound ? same : "none";
    const named = [...own, ...columns].map((name) => new Option(name, name));
    select.replaceChildren(new Option(none, ""), ...named, new Option("Another path …", OTHER));
  }
  if (document.activeElement !== select || select.value !== OTHER) select.value = column;
}
