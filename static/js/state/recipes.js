// @ts-check
/** A custom reward while it is written: checks or Python, its JSON, and the server's problems by place; pure. */

import { typedNumber } from "../lib/format.js";
import { isSame, problemsBelow } from "./draft.js";

/** Every kind of check in words, with the inputs it has beside look_at, weight and required. */
export const KINDS = /** @type {{kind: string, label: string, inputs: string[]}[]} */ ([
  { kind: "equals_reference", label: "equals the expected answer", inputs: [] },
  { kind: "contains_reference", label: "contains the expected answer", inputs: [] },
  { kind: "number_close", label: "is a number close to the expected one", inputs: ["tolerance"] },
  { kind: "contains", label: "contains a text", inputs: ["text", "ignore_case"] },
  { kind: "not_contains", label: "does not contain a text", inputs: ["text", "ignore_case"] },
  { kind: "starts_with", label: "starts with a text", inputs: ["text", "ignore_case"] },
  { kind: "ends_with", label: "ends with a text", inputs: ["text", "ignore_case"] },
  { kind: "matches", label: "matches a regular expression", inputs: ["pattern", "ignore_case"] },
  { kind: "length", label: "has a length between", inputs: ["minimum", "maximum", "unit"] },
  { kind: "json_valid", label: "is valid JSON", inputs: [] },
  { kind: "one_line", label: "is one line", inputs: [] },
  { kind: "markers_present", label: "has every marker of the prompt", inputs: [] },
]);

/** @type {Record<string, unknown>} */
const FIRST = { text: "", pattern: "", minimum: 1, maximum: 40, unit: "words", tolerance: 0.000001 };
const NUMBERS = ["minimum", "maximum", "tolerance", "weight"];

export const STARTER = `def reward(response, reference, example):
    """Full marks for the right answer, a little for another number."""
    answer, wanted = example["solution"].strip(), reference.strip()
    if not answer:
        return 0.0, "no solution between the markers"
    if answer.casefold() == wanted.casefold():
        return 1.0, "equals the expected answer"
    if answer.isdigit() and wanted.isdigit():
        return 0.1, "a number, but another one"
    return 0.0, f"{answer!r} is not {wanted!r}"
`;

/** @typedef {{kind: string, look_at: string, weight: unknown, required: boolean, label: string} & Section} Check */
/** A reward as it is written; `low` and `high` are its range as typed, `functions` those that count, none for all.
 * @typedef {{name: string, kind: "recipe" | "python", description: string, checks: Check[], source: string,
 *   low: string, high: string, functions: string[]}} Editing */

/** @param {string} kind @returns {Check} */
export function newCheck(kind) {
  const inputs = inputsOf(kind).map((input) => [input, input === "ignore_case" ? kind !== "matches" : FIRST[input]]);
  const look_at = kind === "markers_present" ? "response" : "solution";
  return { kind, look_at, weight: 1, required: false, label: "", ...Object.fromEntries(inputs) };
}

/** @param {string} kind */
export const inputsOf = (kind) => KINDS.find((check) => check.kind === kind)?.inputs ?? [];

/** The check as one of another kind; what both have stays.
 * @param {Check} check @param {string} kind @returns {Check} */
export function withKind(check, kind) {
  const fresh = newCheck(kind);
  const shared = Object.entries(check).filter(([key]) => key in fresh && key !== "kind" && key !== "ignore_case");
  const look = kind === "markers_present" ? { look_at: "response" } : {};
  return { ...fresh, ...Object.fromEntries(shared), ...look };
}

/** The list with one item at another place.
 * @template T @param {T[]} list @param {number} from @param {number} to @returns {T[]} */
export function moved(list, from, to) {
  if (to < 0 || to >= list.length) return list;
  const others = list.filter((_, index) => index !== from);
  return [...others.slice(0, to), list[from], ...others.slice(to)];
}

/** @param {"recipe" | "python"} kind @returns {Editing} */
export const newEditing = (kind) => ({
  name: "", kind, description: "", source: kind === "python" ? STARTER : "", low: "", high: "", functions: [],
  checks: kind === "python" ? [] : [
    { ...newCheck("equals_reference"), required: true }, { ...newCheck("length"), weight: 0.2 },
  ],
});

/** A saved custom reward opened for editing. @param {ShownReward} saved @returns {Editing} */
export const editingOf = ({ name, definition: { kind, description, source, recipe, range, functions } }) => ({
  name, kind, description: description ?? "", source: source ?? "",
  low: String(range?.[0] ?? ""), high: String(range?.[1] ?? ""), functions: functions ?? [],
  checks: /** @type {Check[]} */ (recipe?.checks ?? []),
});

/** What is sent to be saved. @param {Editing} editing */
export function bodyOf(editing) {
  const { kind, description, source } = editing;
  if (kind === "python") {
    const range = editing.low || editing.high ? { range: [asNumber(editing.low), asNumber(editing.high)] } : {};
    const chosen = editing.functions.length ? { functions: editing.functions } : {};
    return { kind, description, source, ...range, ...chosen };
  }
  return { kind, description, recipe: { checks: editing.checks.map(asSent) } };
}

/** A check with its numbers read, without empty inputs, which take their defaults. @param {Check} check */
function asSent(check) {
  const read = Object.entries(check).map(([key, value]) => [key, NUMBERS.includes(key) ? asNumber(value) : value]);
  return Object.fromEntries(read.filter(([, value]) => value !== ""));
}

/** What was typed as a number; text that is none is handed on for the server to refuse. @param {unknown} value */
const asNumber = (value) => (String(value).trim() === "" ? "" : typedNumber(String(value)));

/** Whether both would be saved as the same. @param {Editing} work @param {Editing} other */
export const isSameWork = (work, other) => work.name === other.name && isSame(bodyOf(work), bodyOf(other));

/** What a check's weight is of the whole, 0 to 1. @param {Check[]} checks @param {number} at */
export function checkShare(checks, at) {
  const weights = checks.map((check) => Math.max(0, Number(asNumber(check.weight)) || 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total ? weights[at] / total : 0;
}

/** The functions that count once one is switched: none named where all do.
 * @param {string[]} all @param {string[]} chosen none for all @param {string} name @returns {string[]} */
export function withFunction(all, chosen, name) {
  const on = chosen.length ? chosen : all;
  const next = all.filter((other) => (other === name) !== on.includes(other));
  return next.length === all.length ? [] : next;
}

/** The line a problem of the source begins with, and the rest.
 * @param {string} problem @returns {{line: number | null, message: string}} */
export function lineOf(problem) {
  const match = /^line (\d+): (.*)$/s.exec(problem);
  return match ? { line: Number(match[1]), message: match[2] } : { line: null, message: problem };
}

/** Problems of one check by input; "" for the check itself.
 * @param {Record<string, string>} fields @param {number} at */
export const problemsOfCheck = (fields, at) => problemsBelow(fields, `recipe.checks.${at}`);
