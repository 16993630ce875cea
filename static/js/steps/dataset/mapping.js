// @ts-check
/** Which column is question, answer and the rest: selects with the guess beside them. */

import { asField, columnsIn, sureness, taking } from "../../state/datasets.js";
import { mountQuickStart } from "./quick.js";
import { renderRendered } from "./rendered.js";
import { child, clone, fillList, find, part, setText, show, showText } from "../../lib/dom.js";

const PATH = "\u0000path";
/** @typedef {{key: keyof MappingSettings, role: "instruction" | "response" | "context" | "reasoning" | "",
 *   label: string, help: string, isLoose?: boolean, isMany?: boolean}} Field */

/** @type {Field[]} */
const FIELDS = [
  { key: "instruction_field", role: "instruction", label: "Question", help: "What the model is asked." },
  {
    key: "response_field", role: "response", label: "Answer", isLoose: true,
    help: "What the reward compares with; none where the data have no answers.",
  },
  {
    key: "context_field", role: "context", label: "Context", isLoose: true, isMany: true,
    help: "Belongs to the question and follows it; a list becomes options A), B) …, a system text goes before it.",
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
    const put = putter(field, context);
    listen(select, path, put, field.isMany ?? false);
    part(element, "mapping__chosen").addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("button") : null;
      if (button) put(button.value, false);
    });
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

/** How a role takes a column: in place of the one before, or besides those it has.
 * @param {Field} field @param {Context} context @returns {(column: string | null, isAdded?: boolean) => void} */
function putter({ key, isMany }, context) {
  const name = `dataset.${key}`;
  return (column, isAdded = true) => {
    if (!isMany || column === null) return context.set({ [name]: column });
    const others = columnsIn(context.get(name)).filter((other) => other !== column);
    context.set({ [name]: asField(isAdded ? [...others, column] : others) });
  };
}

/** @param {HTMLSelectElement} select @param {HTMLInputElement} path @param {(column: string | null) => void} put
 * @param {boolean} isMany whether a typed path is complete only when it is left */
function listen(select, path, put, isMany) {
  select.addEventListener("change", () => {
    show(path, select.value === PATH);
    if (select.value === PATH) return path.focus();
    put(select.value === "" ? null : select.value);
    if (isMany) select.value = "";
  });
  path.addEventListener(isMany ? "change" : "input", () => {
    if (!path.value.trim()) return;
    put(path.value.trim());
    if (isMany) path.value = "";
  });
}

/** @param {{field: Field, element: HTMLElement, select: HTMLSelectElement, path: HTMLInputElement}} row
 * @param {string | string[] | null} value @param {DataPreview | null | undefined} known what the first rows tell
 * @param {string} error */
function renderRow({ field, element, select, path }, value, known, error) {
  const guessed = known ? known.mapping[field.key] : value;
  const columns = [...new Set([...(known?.columns ?? []), ...columnsIn(guessed)])];
  const chosen = field.isMany ? columnsIn(value) : [];
  const options = optionsOf(field, columns.filter((column) => !chosen.includes(column)), chosen.length > 0);
  fillOptions(select, options);
  renderChosen(element, field, chosen);
  if (document.activeElement !== select && document.activeElement !== path) {
    const one = field.isMany ? "" : String(value ?? "");
    const isListed = options.some(([name]) => name === one);
    select.value = isListed ? one : PATH;
    path.value = isListed ? "" : one;
    show(path, !isListed);
  }
  showText(part(element, "mapping__guess"), guessOf(field, known));
  showText(part(element, "field__error"), error);
  select.setAttribute("aria-invalid", String(error !== ""));
}

/** @param {HTMLSelectElement} select @param {string[][]} options pairs of value and text */
function fillOptions(select, options) {
  const wanted = JSON.stringify(options);
  if (select.dataset.options === wanted) return;
  const before = select.value;
  select.dataset.options = wanted;
  select.replaceChildren(...options.map(([name, text]) => new Option(text, name)));
  select.value = before;
}

/** The columns of a role that may have several, each with a way to remove it.
 * @param {HTMLElement} element @param {Field} field @param {string[]} chosen */
function renderChosen(element, { label }, chosen) {
  const list = part(element, "mapping__chosen");
  show(list, chosen.length > 0);
  fillList(list, "dataset-column", chosen, (row, column) => {
    setText(child(row, "span"), column);
    const button = child(row, "button");
    button.value = column;
    button.setAttribute("aria-label", `${label}: remove ${column}`);
  });
}

/** @param {Field} field @param {string[]} columns @param {boolean} hasSome @returns {string[][]} */
function optionsOf(field, columns, hasSome) {
  if (field.key === "final_answer") return RULES;
  const none = hasSome ? "add a column …" : "none";
  return [...(field.isLoose ? [["", none]] : []), ...columns.map((name) => [name, name]), [PATH, "another path …"]];
}

/** The guess in words; of a set that is known, the guess is not needed.
 * @param {Field} field @param {DataPreview | null | undefined} known */
function guessOf({ key, role }, known) {
  if (!known) return "";
  if (role === "") return `Guess: ${known.guesses.final_answer_reason}.`;
  const { field, reason, confidence } = known.guesses[role];
  const mapped = columnsIn(known.mapping[key]).join(", ");
  if (mapped !== columnsIn(field).join(", ")) return `Known: ${mapped || "none"}.`;
  return field === null ? `Guess: none, ${reason}.` : `Guess, ${sureness(confidence)}: ${reason}.`;
}
