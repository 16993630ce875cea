// @ts-check
/** Data sets as the wizard thinks of them: which is chosen, what choosing changes, mapping, filters and checks in
 * words; pure. */

import { PLAIN } from "../forms/schema.js";
import { count, counted, percent, words } from "../lib/format.js";
import { isSame, valueAt } from "./draft.js";
import { SUFFIX } from "./uploads.js";

/** @typedef {{path: string, kind: string | null, subset: string | null, split: string, encoding: string | null,
 *   parameters: Record<string, unknown>}} Wanted */

export const SOURCES = ["public", "hub", "upload", "builtin", "procedural"];
export const COMPARISONS = ["equals", "not_equals", "contains", "not_contains", "at_least", "at_most"];
const MAPPING = ["instruction_field", "response_field", "context_field", "reasoning_field", "final_answer"];
const OF_A_SET = ["kind", "subset", "split", "encoding", "parameters", "filters", ...MAPPING];

/** What the server is asked about: the draft's data set. @param {Get} get @returns {Wanted} */
export const wantedOf = (get) => ({
  path: get("dataset.source"), kind: get("dataset.kind"), subset: get("dataset.subset"), split: get("dataset.split"),
  encoding: get("dataset.encoding"), parameters: get("dataset.parameters"),
});

/** Which columns the draft takes for what. @param {Get} get */
export const mappingOf = (get) => MAPPING.map((key) => get(`dataset.${key}`));

/** What a source names; as said, or as its form tells.
 * @param {string} source @param {string | null} kind @param {string[]} builtin names of the built-in sets */
export function kindOf(source, kind, builtin) {
  if (kind) return kind;
  if (builtin.includes(source)) return "builtin";
  if (SUFFIX.test(source)) return "upload";
  return source.includes("/") ? "hub" : "builtin"; // an id of the hub has an owner; the lists may not be there yet
}

/** Among which of the five sources a chosen set is found. @param {string} kind @param {boolean} isCurated */
export const shelfOf = (kind, isCurated) => (kind === "hub" && isCurated ? "public" : kind);

/** The changes of the draft that choose a data set: what belonged to the one before is forgotten.
 * @param {string} source @param {Section} known values of the dataset section that are known of it
 * @returns {Record<string, unknown>} */
export function choosing(source, known) {
  const forgotten = Object.fromEntries(OF_A_SET.map((key) => [`dataset.${key}`, undefined]));
  return { ...forgotten, "dataset.source": source, ...inSection("dataset", known) };
}

/** The changes that take a guessed mapping, as far as it guesses a question; data may have no answers.
 * @param {Section} mapping */
export function taking(mapping) {
  const kept = MAPPING.filter((key) => key in mapping && !(mapping[key] === null && key === "instruction_field"));
  return Object.fromEntries(kept.map((key) => [`dataset.${key}`, mapping[key]]));
}

/** The changes of Quick Start; of prompt and reward what it leaves out is as by default, a warm-up as it was.
 * @param {Suggestion} suggestion @param {string[]} names all settings
 * @param {string[]} sections those to change @returns {Record<string, unknown>} */
export function suggested(suggestion, names, sections = ["dataset", "prompt", "reward", "pre_training"]) {
  const changes = sections.includes("dataset") ? taking(suggestion.dataset) : {};
  for (const section of /** @type {const} */ (["prompt", "reward"])) {
    if (!sections.includes(section)) continue;
    Object.assign(changes, cleared(names, section), inSection(section, { ...suggestion[section] }));
  }
  if (sections.includes("pre_training")) Object.assign(changes, inSection("pre_training", suggestion.pre_training));
  return changes;
}

/** The first row whose own answer does not get all there is, as facts; none where all do.
 * @param {OwnAnswers | null} own @returns {[string, string][]} */
export function failingFacts(own) {
  if (!own?.failing) return [];
  const { row, instruction, answer, score } = own.failing;
  return [
    [`Row ${row} earns`, score === null ? "no score" : percent(score)], ["Its question", instruction],
    ["Its answer", answer],
  ];
}

/** Several columns of one role as the draft keeps them: none is null, one a text.
 * @param {string[]} columns @returns {string[] | string | null} */
export const asField = (columns) => (columns.length > 1 ? columns : columns[0] ?? null);

/** The columns of a role, which may have none, one or several. @param {unknown} field @returns {string[]} */
export const columnsIn = (field) => /** @type {string[]} */ ([field ?? []].flat());

/** The values of a section by their dotted names. @param {string} section @param {Record<string, unknown>} values */
export const inSection = (section, values) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${section}.${key}`, value]));

/** The words of a search. @param {string} search */
export const wordsIn = (search) => search.toLowerCase().split(/\s+/).filter(Boolean);

/** Items of a category that a search finds. @template {object} T
 * @param {T[]} items @param {string} search @param {string} category empty for all
 * @param {string[]} keys searched in */
export function matching(items, search, category, keys) {
  const wanted = wordsIn(search).map((word) => word.replaceAll("_", " "));
  return items.filter((item) => {
    const values = /** @type {Section} */ (item);
    const text = keys.map((key) => values[key] ?? "").join(" ").replaceAll("_", " ").toLowerCase();
    return (category === "" || values.category === category) && wanted.every((word) => text.includes(word));
  });
}

/** The question that the prompt is shown with: of a row of the draft's data, or one that stands in.
 * @param {{instruction: string}[]} samples @param {number} index @returns {{text: string, row: number | null}} */
export function questionFor(samples, index) {
  if (!samples.length) return { text: "What is 12 + 30?", row: null };
  const row = Math.min(Math.max(index, 0), samples.length - 1);
  return { text: samples[row].instruction, row };
}

/** The value at a path such as answers.text or messages.0.content; undefined where the row has none.
 * @param {Section | null} row @param {string} path @returns {unknown} */
export const cellAt = (row, path) => (row && Object.hasOwn(row, path) ? row[path] : valueAt(row, path));

/** A cell as text. @param {unknown} value */
export function cellText(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** How sure a guess is, in words. @param {number} confidence from 0 to 1 */
export function sureness(confidence) {
  if (confidence >= 0.9) return "sure";
  if (confidence >= 0.7) return "likely";
  return confidence > 0.5 ? "perhaps" : "only a guess";
}

/** @type {Record<string, ShownField["kind"]>} */
const KINDS = {
  "whole number": "integer", number: "number", "true or false": "boolean", choice: "choice", list: "list",
};

const HINTS = /** @type {Record<string, string>} */ ({
  list: "A JSON list.", date: "As 2025-01-31.", "time of day": "As 09:30.",
});

/** A parameter of a built-in set or of a procedural task, described as settings are.
 * @param {DataParameter} parameter @returns {ShownField} */
export function parameterField(parameter) {
  const type = parameter.type ?? (typeof parameter.default === "string" ? "text" : "whole number");
  return {
    ...PLAIN, ...parameter, type, name: `dataset.parameters.${parameter.name}`, section: "dataset", tier: "essential",
    kind: KINDS[type] ?? "text", nullable: parameter.default === null, choices: parameter.choices ?? [],
    help: [parameter.summary, HINTS[type]].filter(Boolean).join(" "),
  };
}

/** Parameters with one changed; one that is its default is left out.
 * @param {Section} parameters @param {{name: string, default: unknown}} parameter @param {unknown} value */
export function withParameter(parameters, parameter, value) {
  const { [parameter.name]: _, ...others } = parameters;
  const isDefault = value === undefined || isSame(value, parameter.default);
  return isDefault ? others : { ...others, [parameter.name]: value };
}

/** Whether a reward lets the task's own verifier judge, which only procedural data brings. @param {Get} get */
export function usesVerifier(get) {
  if (get("reward.type") === "preset") return get("reward.preset_name") === "procedural";
  /** @type {RewardPart[]} */
  const parts = get("reward.type") === "composite" ? get("reward.components") : [];
  return parts.some((part) => part.preset_name === "procedural");
}

/** The settings of a section as they are by default.
 * @param {string[]} names @param {string} section @returns {Record<string, unknown>} */
export const cleared = (names, section) =>
  Object.fromEntries(names.filter((name) => name.startsWith(`${section}.`)).map((name) => [name, undefined]));

/** What a filter compares with, as the server takes it. @param {string} comparison @param {string} text */
export function filterValue(comparison, text) {
  const isBound = comparison === "at_least" || comparison === "at_most";
  return isBound && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Everything wrong with the draft: as the plan says, and as a look at its data says.
 * @param {State} state @returns {Record<string, string>} */
export const errorsOf = (state) => Object.assign(
  {}, state.rendered?.error?.fields, state.look?.error?.fields, state.promptShown?.error?.fields, state.plan.errors,
);

/** @type {Record<string, string>} */
const TITLES = {
  empty: "Empty", repeated: "Repeated", filtered: "Filtered out", too_long: "Too long", leakage: "Leaking",
  special_tokens: "Special tokens in the text",
};
const ORDER = ["too_long", "leakage", "empty", "repeated", "special_tokens", "filtered"];
/** What is said of rows that are used as they are. */
const FACTS = ["filtered", "special_tokens"];

/** What a check of every row found, the worst first.
 * @param {CheckReport} checks @returns {{level: string, title: string, text: string, examples: string[]}[]} */
export function findingsOf(checks) {
  return ORDER.filter((name) => checks.findings[name]?.count > 0).map((name) => {
    const finding = checks.findings[name];
    const share = finding.count / Math.max(1, checks.rows);
    const level = FACTS.includes(name) ? "info" : share > 0.2 ? "bad" : "warning";
    const title = `${TITLES[name]}: ${counted(finding.count, "row")}`;
    return { level, title, text: `${words(finding.meaning)}.`, examples: finding.examples };
  });
}

/** The verdict of a check in one sentence. @param {CheckReport} checks @returns {{level: string, text: string}} */
export function verdictOf(checks) {
  const having = (/** @type {string} */ name) => checks.findings[name]?.count ?? 0;
  const usable = checks.usable - having("too_long");
  if (checks.train === 0 || usable <= 0) return { level: "bad", text: "No row is left to train on. See below why." };
  const found = findingsOf(checks).filter((finding) => finding.level !== "info");
  const passing = `${count(usable)} rows${having("filtered") ? " pass the filters, and all of them" : ""}`;
  const used = `${having("filtered") ? "" : "All "}${passing} can be used`;
  if (!found.length) return { level: "good", text: `${used}: none is empty, repeated, too long or leaking.` };
  const lost = ["empty", "repeated", "filtered", "too_long"].reduce((sum, name) => sum + having(name), 0);
  const level = found.some((finding) => finding.level === "bad") ? "bad" : "warning";
  const left = lost ? `; of the ${count(checks.rows)} that were read, ${count(lost)} are left out` : "";
  return { level, text: `${count(usable)} rows can be used${left}. See below why.` };
}
