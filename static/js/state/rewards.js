// @ts-check
/** The reward section of a draft: its parts, weights and columns, and the catalogue it is chosen from; pure. */

import { isSame } from "./draft.js";

export const DEFAULT_PRESET = "math-science";
const MAX_NAME = 64;

/** @typedef {{name?: string, preset_name?: string, custom_name?: string, custom?: any, judge?: Record<string, any>,
 *   parameters?: Record<string, any>, weight?: number}} Part */
/** @typedef {(name: string) => any} Get the draft's value of a setting */
/** @typedef {import("../forms/schema.js").Field} Field */

/** What a preset reads where a row has it; those it can't do without stand in the catalogue. */
const OPTIONAL = /** @type {Record<string, Record<string, string>>} */ ({
  "question-answering": { answers: "All right answers of a row, when there is more than one." },
  "multiple-choice": { choices: "The options, so that an answer may be given by its text." },
  "chain-of-thought": { choices: "The options, where the questions have some." },
  reasoning: { choices: "The options, where the questions have some." },
  programming: { entry_point: "The name of the function to call." },
  "algorithm-implementation": { entry_point: "The name of the function to call.", inputs: "Arguments to count steps on." },
  "concise-summarization": { document: "The text to summarise, when it is not the question." },
});

/** The parts that score, one unless the type is composite. @param {Get} get @returns {Part[]} */
export function partsOf(get) {
  const type = get("reward.type");
  if (type === "composite") return get("reward.components").map(tidy);
  if (type === "custom") return [tidy({ custom_name: get("reward.custom_name"), custom: get("reward.custom") })];
  return [tidy({ preset_name: get("reward.preset_name") ?? DEFAULT_PRESET, parameters: get("reward.parameters") })];
}

/** A part without what says nothing. @param {any} part @returns {Part} */
export function tidy(part) {
  const says = (/** @type {[string, any]} */ [key, value]) =>
    value !== null && value !== undefined && !(key === "weight" && value === 1) && !(key === "parameters" && !Object.keys(value).length);
  return Object.fromEntries(Object.entries(part).filter(says));
}

/** The changes of the draft that put these parts in place: one part alone needs no sum, except a judge.
 * @param {Part[]} parts @returns {Record<string, unknown>} by dotted name; undefined takes the default */
export function changesFor(parts) {
  const none = { type: undefined, preset_name: undefined, parameters: undefined, custom_name: undefined, custom: undefined, components: undefined };
  return prefixed("reward", { ...none, ...sectionOf(parts) });
}

/** @param {Part[]} parts @returns {Record<string, unknown>} */
function sectionOf(parts) {
  const [only] = parts;
  if (parts.length === 1 && only.preset_name) return { preset_name: only.preset_name, parameters: only.parameters };
  if (parts.length === 1 && only.custom_name) return { type: "custom", custom_name: only.custom_name, custom: only.custom };
  return { type: "composite", components: parts.map(tidy) };
}

/** @param {string} section @param {Record<string, unknown>} values */
const prefixed = (section, values) => Object.fromEntries(Object.entries(values).map(([key, value]) => [`${section}.${key}`, value]));

/** The parts and one more, named where its name is taken, since two curves of one name could not be told apart.
 * @param {Part[]} parts @param {Part} part @param {any[]} catalogue @returns {Part[]} */
export function withPart(parts, part, catalogue) {
  const taken = parts.map((one) => reportedAs(one, catalogue));
  const plain = reportedAs(part, catalogue);
  let name = plain;
  for (let count = 2; taken.includes(name); count += 1) name = `${plain.slice(0, MAX_NAME - 4)} ${count}`;
  return [...parts, name === plain ? part : { ...part, name }];
}

/** The parts without the one at `at`. @param {Part[]} parts @param {number} at */
export const withoutPart = (parts, at) => parts.filter((_, index) => index !== at);

/** The parts with values of one changed; undefined takes the default.
 * @param {Part[]} parts @param {number} at @param {Partial<Part>} patch */
export const withPatch = (parts, at, patch) => parts.map((part, index) => (index === at ? tidy({ ...part, ...patch }) : part));

/** An object with one value set, or removed if undefined. @param {Record<string, any> | undefined} values @param {string} key @param {any} value */
export function withEntry(values, key, value) {
  const { [key]: _, ...others } = values ?? {};
  return value === undefined ? others : { ...others, [key]: value };
}

/** The preset of a name, title or alias. @param {any[]} catalogue @param {string | undefined} name */
export function presetOf(catalogue, name) {
  const plain = (/** @type {string} */ text) => text.toLowerCase().replace(/[_\s-]+/g, " ").trim();
  if (!name) return undefined;
  return catalogue.find((preset) => [preset.name, preset.title, ...preset.aliases].some((known) => plain(known) === plain(name)));
}

/** The name in charts and logs. @param {Part} part @param {any[]} catalogue */
export const reportedAs = (part, catalogue) =>
  part.name ?? (part.preset_name ? presetOf(catalogue, part.preset_name)?.name ?? part.preset_name : part.custom_name ?? "judge");

/** The name for people. @param {Part} part @param {any[]} catalogue @returns {string} */
export function titleOf(part, catalogue) {
  if (part.preset_name) return presetOf(catalogue, part.preset_name)?.title ?? part.preset_name;
  return part.custom_name ?? `Judge: ${part.judge?.model ?? "qwen2.5:7b"}`;
}

/** What a part weighs among all, 0 to 1. @param {Part[]} parts @param {number} at */
export function shareOf(parts, at) {
  const weights = parts.map((part) => (typeof part.weight === "number" && part.weight > 0 ? part.weight : part.weight === undefined ? 1 : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total ? weights[at] / total : 0;
}

/** @typedef {{name: string, by: string, isNeeded: boolean, help: string}} Wanted */

/** The further columns that the parts read, and those the user named.
 * @param {Part[]} parts @param {any[]} catalogue @param {Record<string, string>} fields @returns {Wanted[]} */
export function wantedColumns(parts, catalogue, fields) {
  /** @type {Map<string, Wanted>} */
  const wanted = new Map();
  for (const preset of presetsOf(parts, catalogue)) {
    for (const name of preset.fields.filter((/** @type {string} */ field) => field !== "reference")) {
      wanted.set(name, { name, by: preset.title, isNeeded: true, help: `${preset.title} can’t score without it.` });
    }
    for (const [name, help] of Object.entries(OPTIONAL[preset.name] ?? {})) {
      if (!wanted.has(name)) wanted.set(name, { name, by: preset.title, isNeeded: false, help });
    }
  }
  for (const name of Object.keys(fields)) {
    if (!wanted.has(name)) wanted.set(name, { name, by: "", isNeeded: false, help: `Your own reward reads it as example["${name}"].` });
  }
  return [...wanted.values()];
}

/** @param {Part[]} parts @param {any[]} catalogue @returns {any[]} */
const presetsOf = (parts, catalogue) => parts.map((part) => presetOf(catalogue, part.preset_name)).filter(Boolean);

/** The columns that still have a reader once the parts are others: a column of none would be looked for in vain.
 * @param {Record<string, string>} fields @param {Part[]} before @param {Part[]} after @param {any[]} catalogue */
export function keptFields(fields, before, after, catalogue) {
  const names = (/** @type {Part[]} */ parts) => wantedColumns(parts, catalogue, {}).map((one) => one.name);
  const [old, now] = [names(before), names(after)];
  const kept = Object.entries(fields).filter(([name]) => now.includes(name) || !old.includes(name));
  return Object.fromEntries(kept);
}

/** Whether the expected answer is read: by every preset that lists it, and by anything of the user's.
 * @param {Part[]} parts @param {any[]} catalogue */
export const readsReference = (parts, catalogue) =>
  parts.some((part) => !part.preset_name || presetOf(catalogue, part.preset_name)?.fields.includes("reference"));

/** @param {any[]} catalogue @returns {string[]} */
export const categoriesOf = (catalogue) => [...new Set(catalogue.map((preset) => preset.category))];

/** The presets of a category ("" for all) in which every word is found. @param {any[]} catalogue @param {string} category @param {string} text */
export function found(catalogue, category, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return catalogue.filter((preset) => {
    const said = [preset.name, preset.title, preset.summary, preset.category, preset.level, ...preset.tags, ...preset.aliases].join(" ").toLowerCase();
    return (!category || preset.category === category) && words.every((word) => said.includes(word));
  });
}

/** A preset's parameter as a setting that can be drawn. @param {any} parameter @param {string} place @returns {Field} */
export function parameterField(parameter, place) {
  const kind = parameter.choices.length ? "choice" : { boolean: "boolean", number: "number", string: "text" }[/** @type {string} */ (typeof parameter.default)] ?? "text";
  return { ...PLAIN, ...parameter, name: `${place}.${parameter.name}`, section: "reward", kind, help: parameter.summary };
}

/** A property of the JSON Schema as a setting that can be drawn. @param {string} name @param {any} property @returns {Field} */
export function schemaField(name, property) {
  const types = [property.type, ...(property.anyOf ?? []).map((/** @type {any} */ one) => one.type)];
  const kind = types.includes("string") ? "text" : types.find((type) => type && type !== "null") ?? "text";
  const minimum = property.exclusiveMinimum ?? property.minimum ?? null;
  return {
    ...PLAIN, name, section: "reward", kind, nullable: types.includes("null"), default: property.default, help: property.description ?? "",
    unit: property.unit ?? "", typical: property.typical ?? "", tier: property.tier ?? "", minimum, maximum: property.maximum ?? null,
    exclusive_minimum: property.exclusiveMinimum !== undefined,
  };
}

const PLAIN = { section: "reward", nullable: false, choices: [], minimum: null, maximum: null, exclusive_minimum: false, exclusive_maximum: false, unit: "", typical: "", tier: "" };

/** What the server says against one part: a component's own, or the whole section's while there is but one.
 * @param {Record<string, string>} errors @param {number} at @param {boolean} isComposite @returns {Record<string, string>} place within the part -> problem */
export function problemsOfPart(errors, at, isComposite) {
  const place = isComposite ? `reward.components.${at}` : "reward";
  const own = Object.entries(errors).filter(([key]) => key === place || key.startsWith(`${place}.`));
  return Object.fromEntries(own.map(([key, problem]) => [key.slice(place.length + 1), problem]));
}

/** What the server says of the section as a whole. @param {Record<string, string>} errors @returns {string[]} */
export const problemsOfAll = (errors) =>
  Object.entries(errors).filter(([key]) => (key === "reward" || key.startsWith("reward.")) && !/^reward\.(components\.\d|fields)/.test(key)).map(([, problem]) => problem);

/** The problem of one parameter, which the server names first. @param {Record<string, string>} problems @param {string} name */
export const problemOfParameter = (problems, name) =>
  problems[`parameters.${name}`] ?? (problems[""]?.startsWith(`${name} of `) ? problems[""] : "");

/** What the grade of a reward hangs on, as one text; a new version of a custom reward is another reward.
 * @param {any} config the draft's @param {any[]} saved custom rewards @param {Part[]} parts */
export function fingerprint(config, saved, parts) {
  const { validation_fraction: _, validation_samples: __, max_samples: ___, ...dataset } = config.dataset ?? {};
  const versions = parts.filter((part) => part.custom_name && !part.custom)
    .map((part) => [part.custom_name, saved.find((one) => one.name === part.custom_name)?.version ?? 0]);
  return sorted({ dataset, prompt: config.prompt ?? {}, reward: config.reward ?? {}, versions });
}

/** JSON whose keys are in order at every depth. @param {any} value @returns {string} */
const sorted = (value) => JSON.stringify(value, (_, inner) =>
  (inner && typeof inner === "object" && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner));

/** What names a data set, as the routes that look into one take it. @param {Get} get */
export const sourceOf = (get) => ({
  path: get("dataset.source"), kind: get("dataset.kind"), subset: get("dataset.subset"), split: get("dataset.split"),
  encoding: get("dataset.encoding"), parameters: get("dataset.parameters"),
});

/** The changes that put a Quick Start proposal in place. A new template takes its own markers and prompt along.
 * @param {any} suggestion @param {Get} get @returns {Record<string, unknown>} */
export function changesOfSuggestion(suggestion, get) {
  const isNewTemplate = suggestion.prompt.template !== get("prompt.template");
  const own = isNewTemplate ? Object.fromEntries(PROMPT_PARTS.map((name) => [name, undefined])) : {};
  const { fields, ...reward } = suggestion.reward;
  const parts = reward.type === "composite" ? reward.components : [{ preset_name: reward.preset_name, parameters: reward.parameters }];
  return { ...prefixed("dataset", suggestion.dataset), ...prefixed("prompt", { ...own, ...suggestion.prompt }), ...changesFor(parts.map(tidy)), "reward.fields": fields ?? {} };
}

const PROMPT_PARTS = ["system_prompt", "instruction_template", "reasoning_start", "reasoning_end", "solution_start", "solution_end"];

/** Whether the draft has the user's own prompt, which another template would replace. @param {Get} get */
export const hasOwnPrompt = (get) => PROMPT_PARTS.some((name) => get(`prompt.${name}`) !== null);

/** Whether the changes would change nothing. @param {Record<string, unknown>} changes @param {Get} get @param {Record<string, any>} defaults */
export const isInPlace = (changes, get, defaults) =>
  Object.entries(changes).every(([name, value]) => isSame(asSet(name, value ?? defaults[name]), asSet(name, get(name))));

/** A value as it compares: parts written out by the server are the same as tidy ones; null takes the default preset.
 * @param {string} name @param {any} value */
function asSet(name, value) {
  if (name === "reward.components") return value.map(tidy);
  return name === "reward.preset_name" ? value ?? null : value;
}
