// @ts-check
/** One setting drawn from its description: label, unit, input, help, typical range, and the problem beside it. */

import { boundsOf, fromText, labelOf, toText } from "./schema.js";
import { clone, find, make, part, setText, showText } from "../lib/dom.js";

/** @typedef {{element: HTMLElement, field: ShownField, show: (value: unknown, error: string) => void}} Drawn */

let drawn = 0;

/** @param {ShownField} field
 * @param {(name: string, value: any) => unknown} onChange undefined stands for the default
 * @param {{label?: string, help?: string}} [words] instead of the description's own @returns {Drawn} */
export function createField(field, onChange, words = {}) {
  const element = clone(field.kind === "boolean" ? "field-switch" : "field");
  const label = part(element, "field__label", "label");
  const input = inputFor(field);
  element.dataset.field = field.name;
  const id = `setting-${(drawn += 1)}`;
  input.id = label.htmlFor = id;
  part(element, "field__help").id = `${id}-help`;
  part(element, "field__error").id = `${id}-error`;
  input.setAttribute("aria-describedby", `${id}-help ${id}-error`);
  setText(find("label", element), words.label ?? labelOf(field.name));
  setText(part(element, "field__unit"), field.unit);
  setText(part(element, "field__help"), words.help ?? helpOf(field));
  part(element, "field__slot").replaceWith(input);
  const event = field.kind === "boolean" || field.kind === "choice" ? "change" : "input";
  input.addEventListener(event, () => onChange(field.name, valueOf(field, input)));
  return { element, field, show: (value, error) => fill(field, element, input, value, error) };
}

/** @param {ShownField} field */
function helpOf(field) {
  const typical = field.typical ? ` Typical: ${field.typical}.` : "";
  const bounds = boundsOf(field);
  const ends = bounds && !typical ? ` ${bounds[0].toUpperCase()}${bounds.slice(1)}.` : "";
  return `${field.help.replaceAll(/\bnull\b/g, "automatic")}${typical}${ends}`;
}

/** @param {ShownField} field */
function inputFor(field) {
  if (field.kind === "choice") return selectFor(field);
  const isLong = field.kind === "list" || field.kind === "object" || field.name === "prompt.system_prompt";
  if (isLong) return plainly(make("textarea", "field__input"));
  const input = make("input", field.kind === "boolean" ? "switch" : "field__input");
  if (field.kind === "boolean") {
    input.type = "checkbox";
    input.setAttribute("role", "switch");
  } else if (field.kind === "integer" || field.kind === "number") {
    input.inputMode = field.kind === "integer" ? "numeric" : "decimal";
    input.classList.add("field__input--number");
  }
  if (field.kind !== "boolean") input.placeholder = field.nullable ? "automatic" : toText(field, field.default);
  return plainly(input);
}

/** @template {HTMLInputElement | HTMLTextAreaElement} T @param {T} input */
const plainly = (input) => Object.assign(input, { autocomplete: "off", spellcheck: false });

/** @param {ShownField} field */
function selectFor(field) {
  const select = make("select", "field__input");
  if (field.nullable) select.append(new Option("automatic", ""));
  for (const choice of field.choices) select.append(new Option(String(choice).replaceAll("_", " "), String(choice)));
  return select;
}

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Input */

/** @param {ShownField} field @param {Input} input */
function valueOf(field, input) {
  const { value } = input;
  if (field.kind === "boolean") return /** @type {HTMLInputElement} */ (input).checked;
  if (field.kind === "choice") return value === "" ? null : field.choices.find((choice) => String(choice) === value);
  return fromText(field, value);
}

/** @param {ShownField} field @param {HTMLElement} element @param {Input} input
 * @param {unknown} value @param {string} error */
function fill(field, element, input, value, error) {
  const text = toText(field, value);
  if (field.kind === "boolean") /** @type {HTMLInputElement} */ (input).checked = value === true;
  else if (document.activeElement !== input && input.value !== text) input.value = text;
  input.setAttribute("aria-invalid", String(error !== ""));
  element.dataset.invalid = String(error !== "");
  showText(part(element, "field__error"), error);
}
