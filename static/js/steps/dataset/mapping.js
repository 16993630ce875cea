// @ts-check
/** Which column is question, answer and the rest: selects with the guess beside them. */

import { clone, find, part, setText, show } from "../../lib/dom.js";
import { sureness, taking } from "../../state/datasets.js";
import { mountQuickStart } from "./quick.js";
import { renderRendered } from "./rendered.js";

const PATH = "\u0000path";
const FIELDS = [
  { key: "instruction_field", role: "instruction", label: "Question", help: "What the model is asked.", isNeeded: true },
  { key: "response_field", role: "response", label: "Answer", help: "What the reward compares with.", isNeeded: true },
  { key: "context_field", role: "context", label: "Context", help: "Belongs to the question and follows it; a list becomes options A), B) …", isNeeded: false },
  { key: "reasoning_field", role: "reasoning", label: "Reasoning", help: "A worked solution, which a warm-up teaches before the answer.", isNeeded: false },
];
const RULES = [["auto", "Automatic"], ["none", "All of the answer"], ["hash", "What follows ####"], ["boxed", "Inside \\boxed{ }"], ["last-line", "The last line"]];

/** @param {HTMLElement} root @param {any} context */
export function mountMapping(root, context) {
  const rows = [...FIELDS, { key: "final_answer", role: "", label: "Final answer", help: "Which part of the answer is compared.", isNeeded: true }].map(draw);
  const quick = mountQuickStart(root, context);

  /** @param {typeof FIELDS[number]} field */
  function draw(field) {
    const element = clone("dataset-mapping");
    const [select, path] = [element.querySelector("select"), element.querySelector("input")];
    if (!select || !path) throw new Error("The row of a mapping lacks its inputs.");
    const id = `mapping-${field.key}`;
    element.dataset.field = `dataset.${field.key}`;
    select.id = id;
    setText(part(element, "field__label"), field.label);
    part(element, "field__label").setAttribute("for", id);
    part(element, "mapping__guess").id = `${id}-guess`;
    part(element, "field__error").id = `${id}-error`;
    for (const input of [select, path]) input.setAttribute("aria-describedby", `${id}-error ${id}-guess`);
    path.setAttribute("aria-label", `${field.label}: path of the value`);
    setText(part(element, "mapping__role"), field.help);
    const put = (/** @type {string | null} */ value) => context.set({ [`dataset.${field.key}`]: value });
    select.addEventListener("change", () => {
      show(path, select.value === PATH);
      if (select.value === PATH) return path.focus();
      put(select.value === "" ? null : select.value);
    });
    path.addEventListener("input", () => path.value.trim() && put(path.value.trim()));
    find("mapping-fields", root).append(element);
    return { field, element, select, path };
  }

  find("take-guess", root).addEventListener("click", () => {
    const mapping = context.store.get().look?.value?.mapping;
    if (mapping) context.set(taking(mapping));
    context.say("The guessed columns are taken.");
  });
  let source = "";
  return {
    /** @param {any} state @param {import("../dataset.js").Shown} shown */
    render(state, { errors, chosen }) {
      const name = `${chosen.kind}/${chosen.source}`;
      if (source && name !== source) quick.close();
      source = name;
      quick.render(state.look);
      const known = state.look?.value;
      for (const row of rows) renderRow(row, context.get(`dataset.${row.field.key}`), known, errors[`dataset.${row.field.key}`] ?? "");
      /** @type {HTMLButtonElement} */ (find("take-guess", root)).disabled = !known;
      renderRendered(root, state.rendered, state.look);
    },
  };
}

/** @param {any} row @param {string | null} value @param {any} known what the first rows tell @param {string} error */
function renderRow({ field, element, select, path }, value, known, error) {
  const guessed = known ? known.mapping[field.key] : value;
  const options = optionsOf(field, [...new Set([...(known?.columns ?? []), guessed].filter(Boolean))]);
  const isListed = options.some(([name]) => name === (value ?? ""));
  const wanted = JSON.stringify(options);
  if (select.dataset.options !== wanted) {
    const before = select.value;
    select.dataset.options = wanted;
    select.replaceChildren(...options.map(([name, text]) => new Option(text, name)));
    select.value = before;
  }
  if (document.activeElement !== select && document.activeElement !== path) {
    select.value = isListed ? (value ?? "") : PATH;
    path.value = isListed ? "" : value;
    show(path, !isListed);
  }
  const guess = guessOf(field, known);
  setText(part(element, "mapping__guess"), guess);
  show(part(element, "mapping__guess"), guess !== "");
  setText(part(element, "field__error"), error);
  show(part(element, "field__error"), error !== "");
  select.setAttribute("aria-invalid", String(error !== ""));
}

/** @param {any} field @param {string[]} columns @returns {string[][]} */
function optionsOf(field, columns) {
  if (field.key === "final_answer") return RULES;
  return [...(field.isNeeded ? [] : [["", "none"]]), ...columns.map((name) => [name, name]), [PATH, "another path …"]];
}

/** The guess in words; of a set that is known, the guess is not needed. @param {any} field @param {any} known */
function guessOf(field, known) {
  if (!known) return "";
  if (field.key === "final_answer") return `Guess: ${known.guesses.final_answer_reason}.`;
  const guess = known.guesses[field.role];
  const mapped = known.mapping[field.key];
  if (mapped !== guess.field) return `Known: ${mapped ?? "none"}.`;
  return guess.field === null ? `Guess: none, ${guess.reason}.` : `Guess, ${sureness(guess.confidence)}: ${guess.reason}.`;
}
