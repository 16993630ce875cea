// @ts-check
/** The run being drafted: only what differs from the defaults, by dotted names; pure. */

/** `isOwn` once the user has changed anything, `isDirty` while a change is saved nowhere.
 * @typedef {{config: Record<string, any>, mode: string, forkOf: string | null, isOwn: boolean, isDirty: boolean}} Draft */

export const MODES = ["recommended", "custom", "advanced"];

/** @type {Draft} */
export const emptyDraft = { config: {}, mode: "recommended", forkOf: null, isOwn: false, isDirty: false };

/** The value at a dotted name, or undefined. @param {any} config @param {string} name */
export function valueAt(config, name) {
  return name.split(".").reduce((at, key) => (at === null || at === undefined ? undefined : at[key]), config);
}

/** `config` with one value set; undefined removes it, and sections left empty with it.
 * @param {Record<string, any>} config @param {string} name @param {unknown} value @returns {Record<string, any>} */
export function withValue(config, name, value) {
  const [key, ...rest] = name.split(".");
  const { [key]: old, ...others } = config;
  const next = rest.length ? withValue(old ?? {}, rest.join("."), value) : value;
  const isEmpty = next === undefined || (rest.length > 0 && Object.keys(/** @type {object} */ (next)).length === 0);
  return isEmpty ? others : { ...config, [key]: next };
}

/** Change values of the draft; one equal to its default is left out.
 * @param {Record<string, unknown>} changes by dotted name @param {Record<string, any>} defaults by dotted name
 * @returns {(draft: Draft) => Draft} */
export const changed = (changes, defaults) => (draft) => {
  let config = draft.config;
  for (const [name, value] of Object.entries(changes)) {
    config = withValue(config, name, isSame(value, defaults[name]) ? undefined : value);
  }
  return isSame(config, draft.config) ? draft : { ...draft, config, isOwn: true, isDirty: true };
};

/** A whole configuration to a draft's: what differs from the defaults.
 * @param {Record<string, any>} config @param {Record<string, any>} defaults by dotted name */
export function sparse(config, defaults) {
  return Object.entries(defaults).reduce((kept, [name, byDefault]) => {
    const value = valueAt(config, name);
    return value === undefined || isSame(value, byDefault) ? kept : withValue(kept, name, value);
  }, /** @type {Record<string, any>} */ ({}));
}

/** Every dotted name whose values differ, in the order of `names`.
 * @param {any} left @param {any} right @param {Record<string, any>} defaults stand in for absent values
 * @returns {{name: string, left: unknown, right: unknown}[]} */
export function differences(left, right, defaults) {
  return Object.keys(defaults)
    .map((name) => ({ name, left: orDefault(left, name, defaults), right: orDefault(right, name, defaults) }))
    .filter((one) => !isSame(one.left, one.right));
}

/** Null is a value of its own, not the default. @param {any} config @param {string} name @param {Record<string, any>} defaults */
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
    left.every((key) => isSame(/** @type {any} */ (a)[key], /** @type {any} */ (b)[key]));
}

/** A configuration fragment by dotted names. @param {Record<string, any>} fragment @param {string} [prefix] @returns {Record<string, unknown>} */
export function flat(fragment, prefix = "") {
  return Object.entries(fragment).reduce((all, [key, value]) => ({
    ...all,
    ...(value && typeof value === "object" && !Array.isArray(value) ? flat(value, `${prefix}${key}.`) : { [prefix + key]: value }),
  }), {});
}

/** An untouched draft takes what is recommended for its model on this machine; that is no change of the user's.
 * @param {Record<string, any>} recommended @param {Record<string, any>} defaults @returns {(draft: Draft) => Draft} */
export const begun = (recommended, defaults) => (draft) =>
  (isUntouched(draft) ? { ...changed(flat(recommended), defaults)(draft), isOwn: false, isDirty: false } : draft);

/** @param {Draft} draft */
export const isUntouched = (draft) => !draft.isOwn && draft.mode === "recommended" && Object.keys(draft.config).length === 0;

const SECTION_STEPS = { model: "model", dataset: "dataset", prompt: "dataset", reward: "reward" };

/** The step on which a setting is found; the others are those of the configuration. @param {string} name */
export const stepOf = (name) => SECTION_STEPS[/** @type {keyof typeof SECTION_STEPS} */ (name.split(".")[0])] ?? "config";

/** How many problems each step has. @param {Record<string, string>} errors @returns {Record<string, number>} */
export function problemsByStep(errors) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const name of Object.keys(errors)) counts[stepOf(name)] = (counts[stepOf(name)] ?? 0) + 1;
  return counts;
}
