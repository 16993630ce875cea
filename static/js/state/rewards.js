// @ts-check
/** The reward section of a draft: its parts, weights and columns, and the catalogue it is chosen from; pure. */

import { DEFAULT_PRESET, MAX_NAME_CHARACTERS, QUESTION_NAMES, REFERENCE_NAMES } from "../facts.js";
import { PLAIN } from "../forms/schema.js";
import { inSection, wordsIn } from "./datasets.js";
import { isSame, problemsBelow } from "./draft.js";
import { replaced, TEXTS } from "./prompts.js";


/** The parts that score, one unless the type is composite. @param {Get} get @returns {RewardPart[]} */
export function partsOf(get) {
  const type = get("reward.type");
  if (type === "composite") return get("reward.components").map(tidy);
  if (type === "custom") return [tidy({ custom_name: get("reward.custom_name"), custom: get("reward.custom") })];
  return [tidy({ preset_name: get("reward.preset_name") ?? DEFAULT_PRESET, parameters: get("reward.parameters") })];
}

/** A part without what says nothing. @param {RewardPart} part @returns {RewardPart} */
export function tidy(part) {
  const says = (/** @type {[string, unknown]} */ [key, value]) => value !== null && value !== undefined &&
    !(key === "weight" && value === 1) && !(key === "parameters" && !Object.keys(value).length);
  return Object.fromEntries(Object.entries(part).filter(says));
}

/** The changes of the draft that put these parts in place: one part alone needs no sum, except a judge.
 * @param {RewardPart[]} parts @returns {Record<string, unknown>} by dotted name; undefined takes the default */
export function changesFor(parts) {
  const forgotten = Object.fromEntries(OF_A_REWARD.map((key) => [key, undefined]));
  return inSection("reward", { ...forgotten, ...sectionOf(parts) });
}

const OF_A_REWARD = ["type", "preset_name", "parameters", "custom_name", "custom", "components"];

/** @param {RewardPart[]} parts @returns {Record<string, unknown>} */
function sectionOf(parts) {
  const [only] = parts;
  if (parts.length === 1 && only.preset_name) return { preset_name: only.preset_name, parameters: only.parameters };
  if (parts.length === 1 && only.custom_name) {
    return { type: "custom", custom_name: only.custom_name, custom: only.custom };
  }
  return { type: "composite", components: parts.map(tidy) };
}

/** The parts and one more, named where its name is taken, since two curves of one name could not be told apart.
 * @param {RewardPart[]} parts @param {RewardPart} part @param {ShownPreset[]} catalogue
 * @returns {RewardPart[]} */
export function withPart(parts, part, catalogue) {
  const taken = parts.map((other) => reportedAs(other, catalogue));
  const plain = reportedAs(part, catalogue);
  let name = plain;
  for (let count = 2; taken.includes(name); count += 1) name = `${plain.slice(0, MAX_NAME_CHARACTERS - 4)} ${count}`;
  return [...parts, name === plain ? part : { ...part, name }];
}

/** The parts without the one at `at`. @param {RewardPart[]} parts @param {number} at */
export const withoutPart = (parts, at) => parts.filter((_, index) => index !== at);

/** The parts with values of one changed; undefined takes the default.
 * @param {RewardPart[]} parts @param {number} at @param {Partial<RewardPart>} patch */
export const withPatch = (parts, at, patch) =>
  parts.map((part, index) => (index === at ? tidy({ ...part, ...patch }) : part));

/** An object with one value set, or removed if undefined.
 * @template T @param {Record<string, T> | null | undefined} values @param {string} key
 * @param {T | undefined} value @returns {Record<string, T>} */
export function withEntry(values, key, value) {
  const { [key]: _, ...others } = values ?? {};
  return value === undefined ? others : { ...others, [key]: value };
}

/** The preset of a name, title or alias. @param {ShownPreset[]} catalogue @param {string | null | undefined} name */
export function presetOf(catalogue, name) {
  const plain = (/** @type {string} */ text) => text.toLowerCase().replace(/[_\s-]+/g, " ").trim();
  if (!name) return undefined;
  const names = (/** @type {ShownPreset} */ preset) => [preset.name, preset.title, ...preset.aliases];
  return catalogue.find((preset) => names(preset).some((known) => plain(known) === plain(name)));
}

/** The name in charts and logs. @param {RewardPart} part @param {ShownPreset[]} catalogue */
export function reportedAs(part, catalogue) {
  const known = part.preset_name && (presetOf(catalogue, part.preset_name)?.name ?? part.preset_name);
  return part.name ?? (known || part.custom_name) ?? "judge";
}

/** The name for people. @param {RewardPart} part @param {ShownPreset[]} catalogue @returns {string} */
export function titleOf(part, catalogue) {
  if (part.preset_name) return presetOf(catalogue, part.preset_name)?.title ?? part.preset_name;
  return part.custom_name ?? `Judge: ${part.judge?.model ?? "qwen2.5:7b"}`;
}

/** What a part weighs among all, 0 to 1, whether it adds or takes away.
 * @param {RewardPart[]} parts @param {number} at */
export function shareOf(parts, at) {
  const weights = parts.map(({ weight = 1 }) => (typeof weight === "number" ? Math.abs(weight) : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total ? weights[at] / total : 0;
}

/** The range of scores in words. @param {[number, number] | null | undefined} range */
const rangeOf = (range) => (range ? `${range[0]} to ${range[1]}` : "any number");

/** What one part alone can give, in words. @param {RewardPart} part @param {ShownReward[]} saved */
export function rangeOfPart(part, saved) {
  const definition = definitionOf(part, saved);
  return definition?.kind === "python" ? rangeOf(definition.range) : rangeOf([0, 1]);
}

/** @param {RewardPart} part @param {ShownReward[]} saved @returns {ShownReward["definition"] | undefined} */
const definitionOf = (part, saved) =>
  part.custom ?? saved.find((reward) => reward.name === part.custom_name)?.definition;

/** A column that is read; `isFound` says that one of the same name is taken where the data has it.
 * @typedef {{name: string, by: string, isNeeded: boolean, isFound: boolean, help: string}} Wanted */

/** The further columns that the parts read, and those the user named.
 * @param {RewardPart[]} parts @param {ShownPreset[]} catalogue @param {Record<string, string>} fields
 * @param {ShownReward[]} [saved] @returns {Wanted[]} */
export function wantedColumns(parts, catalogue, fields, saved = []) {
  /** @type {Map<string, Wanted>} */
  const wanted = new Map();
  for (const preset of presetsOf(parts, catalogue)) {
    for (const name of preset.fields.filter((field) => field !== "reference")) {
      const help = `${preset.title} can’t score without it.`;
      wanted.set(name, { name, by: preset.title, isNeeded: true, isFound: true, help });
    }
    for (const [name, help] of Object.entries(preset.optional)) {
      if (!wanted.has(name)) wanted.set(name, { name, by: preset.title, isNeeded: false, isFound: false, help });
    }
  }
  for (const reward of saved.filter(({ name }) => parts.some((part) => part.custom_name === name && !part.custom))) {
    for (const [name, isNeeded] of Object.entries(reward.columns)) {
      const help = `${reward.name} ${isNeeded ? "can’t score without it." : `reads it; ${insteadOf(name)}`}`;
      if (!wanted.has(name)) wanted.set(name, { name, by: reward.name, isNeeded, isFound: true, help });
    }
  }
  for (const name of Object.keys(fields)) {
    const help = `Your own reward reads it as example["${name}"].`;
    if (!wanted.has(name)) wanted.set(name, { name, by: "", isNeeded: false, isFound: false, help });
  }
  return [...wanted.values()];
}

/** What stands in for a column that the data set lacks. @param {string} name */
function insteadOf(name) {
  if (REFERENCE_NAMES.includes(name)) return "without one it gets the expected answer.";
  return QUESTION_NAMES.includes(name) ? "without one it gets the question." : "it does without.";
}

/** @param {RewardPart[]} parts @param {ShownPreset[]} catalogue */
const presetsOf = (parts, catalogue) =>
  parts.map((part) => presetOf(catalogue, part.preset_name)).filter((preset) => preset !== undefined);

/** The columns that still have a reader once the parts are others: a column of none would be looked for in vain.
 * @param {Record<string, string>} fields @param {RewardPart[]} before @param {RewardPart[]} after
 * @param {ShownPreset[]} catalogue @param {ShownReward[]} [saved] */
export function keptFields(fields, before, after, catalogue, saved) {
  const names = (/** @type {RewardPart[]} */ parts) =>
    wantedColumns(parts, catalogue, {}, saved).map((column) => column.name);
  const [old, now] = [names(before), names(after)];
  const kept = Object.entries(fields).filter(([name]) => now.includes(name) || !old.includes(name));
  return Object.fromEntries(kept);
}

/** Whether the expected answer is read: by every preset that lists it, and by anything of the user's.
 * @param {RewardPart[]} parts @param {ShownPreset[]} catalogue */
export const readsReference = (parts, catalogue) =>
  parts.some((part) => !part.preset_name || presetOf(catalogue, part.preset_name)?.fields.includes("reference"));

/** @param {ShownPreset[]} catalogue @returns {string[]} */
export const categoriesOf = (catalogue) => [...new Set(catalogue.map((preset) => preset.category))];

/** The presets of a category ("" for all) in which every word is found.
 * @param {ShownPreset[]} catalogue @param {string} category @param {string} text */
export function found(catalogue, category, text) {
  const words = wordsIn(text);
  return catalogue.filter(({ name, title, summary, category: shelf, level, tags, aliases }) => {
    const said = [name, title, summary, shelf, level, ...tags, ...aliases].join(" ").toLowerCase();
    return (!category || shelf === category) && words.every((word) => said.includes(word));
  });
}

/** A preset's parameter as a setting that can be drawn.
 * @param {Parameter} parameter @param {string} place @returns {ShownField} */
export function parameterField(parameter, place) {
  const kind = parameter.choices.length ? "choice" : KINDS[typeof parameter.default] ?? "text";
  const name = `${place}.${parameter.name}`;
  return { ...PLAIN, ...parameter, name, section: "reward", kind, help: parameter.summary };
}

/** @type {Record<string, ShownField["kind"]>} */
const KINDS = { boolean: "boolean", number: "number", string: "text" };

/** A property of the JSON Schema as a setting that can be drawn.
 * @param {string} name @param {JsonProperty} property @returns {ShownField} */
export function schemaField(name, property) {
  const types = [property.type, ...(property.anyOf ?? []).map((option) => option.type)];
  const kindName = types.includes("string") ? "text" : types.find((type) => type && type !== "null") ?? "text";
  const kind = /** @type {ShownField["kind"]} */ (kindName);
  const minimum = property.exclusiveMinimum ?? property.minimum ?? null;
  const { default: byDefault, description: help = "", unit = "", typical = "", tier = "", maximum = null } = property;
  return {
    ...PLAIN, name, section: "reward", kind, nullable: types.includes("null"), default: byDefault, help, unit, typical,
    tier, minimum, maximum, exclusive_minimum: property.exclusiveMinimum !== undefined,
  };
}

/** What the server says against one part: a component's own, or the whole section's while there is but one.
 * @param {Record<string, string>} errors @param {number} at @param {boolean} isComposite
 * @returns {Record<string, string>} place within the part -> problem */
export const problemsOfPart = (errors, at, isComposite) =>
  problemsBelow(errors, isComposite ? `reward.components.${at}` : "reward");

/** What the server says of the section as a whole. @param {Record<string, string>} errors @returns {string[]} */
export const problemsOfAll = (errors) => Object.entries(errors)
  .filter(([key]) => (key === "reward" || key.startsWith("reward.")) && !/^reward\.(components\.\d|fields)/.test(key))
  .map(([, problem]) => problem);

/** The problem of one parameter, which the server names first.
 * @param {Record<string, string>} problems @param {string} name */
export const problemOfParameter = (problems, name) =>
  problems[`parameters.${name}`] ?? (problems[""]?.startsWith(`${name} of `) ? problems[""] : "");

/** What the grade of a reward hangs on, as one text; a new version of a custom reward is another reward.
 * @param {DraftConfig} config the draft's @param {ShownReward[]} saved @param {RewardPart[]} parts */
export function fingerprint(config, saved, parts) {
  const { validation_fraction: _, validation_samples: __, max_samples: ___, ...dataset } = config.dataset ?? {};
  const versions = parts.filter((part) => part.custom_name && !part.custom)
    .map((part) => [part.custom_name, saved.find((reward) => reward.name === part.custom_name)?.version ?? 0]);
  return sorted({ dataset, prompt: config.prompt ?? {}, reward: config.reward ?? {}, versions });
}

/** JSON whose keys are in order at every depth. @param {unknown} value @returns {string} */
const sorted = (value) => JSON.stringify(value, (_, inner) => {
  if (!inner || typeof inner !== "object" || Array.isArray(inner)) return inner;
  return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
});

/** The changes that put a Quick Start proposal in place. A new template takes its own markers and prompt along.
 * @param {Suggestion} suggestion @param {Get} get @returns {Record<string, unknown>} */
export function changesOfSuggestion(suggestion, get) {
  const isNewTemplate = suggestion.prompt.template !== get("prompt.template");
  const own = isNewTemplate ? Object.fromEntries(TEXTS.map((name) => [name, undefined])) : {};
  const { fields, ...reward } = suggestion.reward;
  const { type, components = [], preset_name, parameters = {} } = reward;
  const parts = type === "composite" ? components : [{ preset_name, parameters }];
  return {
    ...inSection("dataset", suggestion.dataset), ...inSection("prompt", { ...own, ...suggestion.prompt }),
    ...changesFor(parts.map(tidy)), "reward.fields": fields ?? {},
    ...inSection("pre_training", suggestion.pre_training),
  };
}

/** Whether the draft has the user's own prompt, which another template would replace. @param {Get} get */
export const hasOwnPrompt = (get) => replaced(get).length > 0;

/** Whether the changes would change nothing.
 * @param {Record<string, unknown>} changes @param {Get} get @param {Record<string, unknown>} defaults */
export const isInPlace = (changes, get, defaults) => Object.entries(changes).every(([name, value]) =>
  isSame(asSet(name, value ?? defaults[name]), asSet(name, get(name))));

/** A value as it compares: parts written out by the server are the same as tidy ones; null takes the default preset.
 * @param {string} name @param {any} value */
function asSet(name, value) {
  if (name === "reward.components") return value.map(tidy);
  return name === "reward.preset_name" ? value ?? null : value;
}
