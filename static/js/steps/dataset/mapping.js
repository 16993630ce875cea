// @ts-check
/** Which column is question, answer and the rest: selects with the guess beside them. */

import { sureness, taking } from "../../state/datasets.js";
import { mountQuickStart } from "./quick.js";
import { renderRendered } from "./rendered.js";
import { child, clone, find, part, setText, show, showText } from "../../lib/dom.js";

const PATH = "\u0000path";
/** @typedef {{key: keyof MappingSettings, role: "instruction" | "response" | "context" | "reasoning" | "",
 *   label: string, help: string, isLoose?: boolean}} Field */

/** @type {Field[]} */
const FIELDS = [
  { key: "instruction_field", role: "instruction", label: "Question", help: "What the model is asked." },
  { key: "response_field", role: "response", label: "Answer", help: "What the reward compares with." },
  {
    key: "context_field", role: "context", label: "Context", isLoose: true,
    help: "Belongs to the question and follows it; a list becomes options A), B) …",
  },
  {
    key: "reasoning_field", role: "reasoning", label: "Reasoning", isLoose: true,
    help: "A worked solution, which a warm-up teaches before the answer.",
  },
  { key: "final_answer", role: "", label: "Final answer", help: "Which part of the answer is compared." },
];
const RULES = [
  ["auto", "Automatic"], ["none", "All of the answer"], ["hash", "What follows ####"],
  ["boxed", "Inside \\boxed{ }"], ["last-line", "The last line"],
];

/** @param {HTMLElement} root @param {Context} context */
export function mountMapping(root, context) {
  const rows = FIELDS.map(draw);
  const quick = mountQuickStart(root, context);

  /** @param {Field} field */
  function draw(field) {
    const element = clone("dataset-mapping");
    const [select, path] = [child(element, "select"), child(element, "input")];
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
    if (mapping) context.set(taking({ ...mapping }));
    context.say("The guessed columns are taken.");
  });
  let source = "";
  return {
    /** @param {State} state @param {ShownData} shown */
    render(state, { errors, chosen }) {
      const name = `${chosen.kind}/${chosen.source}`;
      if (source && name !== source) quick.close();
      source = name;
      quick.render(state.look);
      const known = state.look?.value;
      for (const row of rows) {
        const name = `dataset.${row.field.key}`;
        renderRow(row, context.get(name), known, errors[name] ?? "");
      }
      find("take-guess", root, "button").disabled = !known;
      renderRendered(root, state.rendered, state.look);
    },
  };
}

/** @param {{field: Field, element: HTMLElement, select: HTMLSelectElement, path: HTMLInputElement}} row
 * @param {string | null} value @param {DataPreview | null | undefined} known what the first rows tell
 * @param {string} error */
function renderRow({ field, element, select, path }, value, known, error) {
  const guessed = known ? known.mapping[field.key] : value;
  const columns = [...(known?.columns ?? []), guessed ?? ""].filter(Boolean);
  const options = optionsOf(field, [...new Set(columns)]);
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
    path.value = isListed ? "" : (value ?? "");
    show(path, !isListed);
  }
  const guess = guessOf(field, known);
  showText(part(element, "mapping__guess"), guess);
  showText(part(element, "field__error"), error);
  select.setAttribute("aria-invalid", String(error !== ""));
}

/** @param {Field} field @param {string[]} columns @returns {string[][]} */
function optionsOf(field, columns) {
  if (field.key === "final_answer") return RULES;
  return [...(field.isLoose ? [["", "none"]] : []), ...columns.map((name) => [name, name]), [PATH, "another path …"]];
}

/** The guess in words; of a set that is known, the guess is not needed.
 * @param {Field} field @param {DataPreview | null | undefined} known */
function guessOf({ key, role }, known) {
  if (!known) return "";
  if (role === "") return `Guess: ${known.guesses.final_answer_reason}.`;
  const { field, reason, confidence } = known.guesses[role];
  const mapped = known.mapping[key];
  if (mapped !== field) return `Known: ${mapped ?? "none"}.`;
  return field === null ? `Guess: none, ${reason}.` : `Guess, ${sureness(confidence)}: ${reason}.`;
}
