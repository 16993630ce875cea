// @ts-check
/** The run being drafted: only what differs from the defaults, by dotted names; pure. */

export const MODES = ["recommended", "custom", "advanced"];

/** @type {Draft} */
export const emptyDraft = { config: {}, mode: "recommended", forkOf: null, isOwn: false, isDirty: false };

/** The value at a dotted name, or undefined. @param {any} config @param {string} name @returns {any} */
export function valueAt(config, name) {
  return name.split(".").reduce((at, key) => (at === null || at === undefined ? undefined : at[key]), config);
}

/** `config` with one value set; undefined removes it, and sections left empty with it.
 * @param {Section} config @param {string} name @param {unknown} value @returns {Section} */
export function withValue(config, name, value) {
  const [key, ...rest] = name.split(".");
  const { [key]: old, ...others } = config;
  const next = rest.length ? withValue(isSection(old) ? old : {}, rest.join("."), value) : value;
  const isEmpty = next === undefined || (rest.length > 0 && Object.keys(/** @type {object} */ (next)).length === 0);
  return isEmpty ? others : { ...config, [key]: next };
}

/** Change values of the draft; one equal to its default is left out.
 * @param {Record<string, unknown>} changes by dotted name @param {Section} defaults by dotted name
 * @returns {(draft: Draft) => Draft} */
export const changed = (changes, defaults) => (draft) => {
  let config = draft.config;
  for (const [name, value] of Object.entries(changes)) {
    config = withValue(config, name, isSame(value, defaults[name]) ? undefined : value);
  }
  return isSame(config, draft.config) ? draft : { ...draft, config, isOwn: true, isDirty: true };
};

/** A whole configuration to a draft's: what differs from the defaults.
 * @param {Section} config @param {Section} defaults by dotted name */
export function sparse(config, defaults) {
  return Object.entries(defaults).reduce((kept, [name, byDefault]) => {
    const value = valueAt(config, name);
    return value === undefined || isSame(value, byDefault) ? kept : withValue(kept, name, value);
  }, /** @type {Section} */ ({}));
}

/** Every dotted name whose values differ, in the order of `names`.
 * @param {unknown} left @param {unknown} right @param {Section} defaults stand in for absent values
 * @returns {{name: string, left: unknown, right: unknown}[]} */
export function differences(left, right, defaults) {
  return Object.keys(defaults)
    .map((name) => ({ name, left: orDefault(left, name, defaults), right: orDefault(right, name, defaults) }))
    .filter((pair) => !isSame(pair.left, pair.right));
}

/** Null is a value of its own, not the default.
 * @param {unknown} config @param {string} name @param {Section} defaults */
export function orDefault(config, name, defaults) {
  const own = valueAt(config, name);
  return own === undefined ? defaults[name] : own;
}

/** Equal as JSON, whatever the order of keys. @param {unknown} a @param {unknown} b @returns {boolean} */
export function isSame(a, b) {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [left, right] = [Object.keys(a), Object.keys(b)];
  return left.length === right.length && Array.isArray(a) === Array.isArray(b) &&
    left.every((key) => isSame(/** @type {Section} */ (a)[key], /** @type {Section} */ (b)[key]));
}

/** A configuration fragment by dotted names.
 * @param {Section} fragment @param {string} [prefix] @returns {Record<string, unknown>} */
export function flat(fragment, prefix = "") {
  return Object.entries(fragment).reduce((all, [key, value]) => ({
    ...all,
    ...(isSection(value) ? flat(value, `${prefix}${key}.`) : { [prefix + key]: value }),
  }), {});
}

/** @param {unknown} value @returns {value is Section} */
const isSection = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** An untouched draft takes what is recommended for its model on this machine; that is no change of the user's.
 * @param {Section} recommended @param {Section} defaults @returns {(draft: Draft) => Draft} */
export const begun = (recommended, defaults) => (draft) =>
  (isUntouched(draft) ? { ...changed(flat(recommended), defaults)(draft), isOwn: false, isDirty: false } : draft);

/** In the recommended mode a draft takes what suits its data, each value once: what the user changes afterwards stays.
 * @param {Section} recommended by dotted name @param {Section} defaults @returns {(draft: Draft) => Draft} */
export const suited = (recommended, defaults) => (draft) => {
  const taken = draft.suited ?? {};
  const news = Object.fromEntries(Object.entries(recommended).filter(([name, value]) => taken[name] !== value));
  if (draft.mode !== "recommended" || Object.keys(news).length === 0) return draft;
  return { ...draft, config: changed(news, defaults)(draft).config, suited: { ...taken, ...news } };
};

/** @param {Draft} draft */
export const isUntouched = (draft) =>
  !draft.isOwn && draft.mode === "recommended" && Object.keys(draft.config).length === 0;

/** @type {Record<string, string>} */
const SECTION_STEPS = { model: "model", dataset: "dataset", prompt: "dataset", reward: "reward" };

/** The step on which a setting is found; the others are those of the configuration. @param {string} name */
export const stepOf = (name) => SECTION_STEPS[name.split(".")[0]] ?? "config";

/** How many problems each step has. @param {Record<string, string>} errors @returns {Record<string, number>} */
export function problemsByStep(errors) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const name of Object.keys(errors)) counts[stepOf(name)] = (counts[stepOf(name)] ?? 0) + 1;
  return counts;
}

/** The problems below a place by what stands there; "" for the place itself.
 * @param {Record<string, string>} errors @param {string} place @returns {Record<string, string>} */
export function problemsBelow(errors, place) {
  const own = Object.entries(errors).filter(([key]) => key === place || key.startsWith(`${place}.`));
  return Object.fromEntries(own.map(([key, problem]) => [key.slice(place.length + 1), problem]));
}
