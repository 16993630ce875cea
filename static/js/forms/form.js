// @ts-check
/** Groups of settings on a page: drawn once, shown from the draft, with the server's refusals beside them. */

import { valueAt } from "../state/draft.js";
import { createField } from "./field.js";

/** @typedef {import("./field.js").Drawn} Drawn */

/** Draw settings into a container.
 * @param {HTMLElement} host @param {string[]} names @param {Context} context
 * @param {Record<string, {label?: string, help?: string}>} [words] @returns {Drawn[]} */
export function drawFields(host, names, context, words = {}) {
  const set = (/** @type {string} */ name, /** @type {unknown} */ value) => context.set({ [name]: value });
  const drawn = names.map((name) => createField(context.boot.field(name), set, words[name]));
  host.append(...drawn.map(({ element }) => element));
  return drawn;
}

/** Show the draft's values and the problems of each. @param {Drawn[]} drawn @param {State} state */
export function showFields(drawn, state) {
  for (const { field, show } of drawn) {
    const own = valueAt(state.draft.config, field.name);
    show(own === undefined ? field.default : own, problemOf(state.plan.errors, field.name));
  }
}

/** The problem of a setting, or of a part of it. @param {Record<string, string>} errors @param {string} name */
export function problemOf(errors, name) {
  if (errors[name]) return errors[name];
  const inside = Object.keys(errors).find((key) => key.startsWith(`${name}.`));
  return inside ? `${inside.slice(name.length + 1)}: ${errors[inside]}` : "";
}
