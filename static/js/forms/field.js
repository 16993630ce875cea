// @ts-check
/** One setting drawn from its description: label, unit, input, help, typical range, and the problem beside it. */

import { clone, find, make, part, setText, show } from "../lib/dom.js";
import { boundsOf, fromText, labelOf, toText } from "./schema.js";

/** @typedef {import("./schema.js").Field} Field */
/** @typedef {{element: HTMLElement, field: Field, show: (value: any, error: string) => void}} Drawn */

let drawn = 0;

/** @param {Field} field @param {(name: string, value: any) => void} onChange undefined stands for the default
 * @param {{label?: string, help?: string}} [words] instead of the description's own @returns {Drawn} */
export function createField(field, onChange, words = {}) {
  const element = clone(field.kind === "boolean" ? "field-switch" : "field");
  const label = /** @type {HTMLLabelElement} */ (part(element, "field__label"));
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
  input.addEventListener(field.kind === "boolean" || field.kind === "choice" ? "change" : "input", () => onChange(field.name, valueOf(field, input)));
  return { element, field, show: (value, error) => fill(field, element, input, value, error) };
}

/** @param {Field} field */
function helpOf(field) {
  const typical = field.typical ? ` Typical: ${field.typical}.` : "";
  const bounds = boundsOf(field);
  return `${field.help.replaceAll(/\bnull\b/g, "automatic")}${typical}${bounds && !field.typical ? ` ${bounds[0].toUpperCase()}${bounds.slice(1)}.` : ""}`;
}

/** @param {Field} field @returns {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} */
function inputFor(field) {
  if (field.kind === "choice") return selectFor(field);
  const isLong = field.kind === "list" || field.kind === "object" || field.name === "prompt.system_prompt";
  const input = /** @type {HTMLInputElement} */ (make(isLong ? "textarea" : "input", field.kind === "boolean" ? "switch" : "field__input"));
  if (field.kind === "boolean") {
    input.type = "checkbox";
    input.setAttribute("role", "switch");
  } else if (field.kind === "integer" || field.kind === "number") {
    input.inputMode = field.kind === "integer" ? "numeric" : "decimal";
    input.classList.add("field__input--number");
  }
  if (!isLong && field.kind !== "boolean") input.placeholder = field.nullable ? "automatic" : toText(field, field.default);
  input.autocomplete = "off";
  input.spellcheck = false;
  return input;
}

/** @param {Field} field */
function selectFor(field) {
  const select = /** @type {HTMLSelectElement} */ (make("select", "field__input"));
  if (field.nullable) select.append(new Option("automatic", ""));
  for (const choice of field.choices) select.append(new Option(String(choice).replaceAll("_", " "), String(choice)));
  return select;
}

/** @param {Field} field @param {any} input */
function valueOf(field, input) {
  if (field.kind === "boolean") return input.checked;
  if (field.kind === "choice") return input.value === "" ? null : field.choices.find((choice) => String(choice) === input.value);
  return fromText(field, input.value);
}

/** @param {Field} field @param {HTMLElement} element @param {any} input @param {any} value @param {string} error */
function fill(field, element, input, value, error) {
  if (field.kind === "boolean") input.checked = value === true;
  else if (document.activeElement !== input && input.value !== toText(field, value)) input.value = toText(field, value);
  input.setAttribute("aria-invalid", String(error !== ""));
  element.dataset.invalid = String(error !== "");
  setText(part(element, "field__error"), error);
  show(part(element, "field__error"), error !== "");
}
