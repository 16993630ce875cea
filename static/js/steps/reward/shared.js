// @ts-check
/** What the parts of the reward step share: the catalogue in the store, the draft's parts, and what outlives a reload. */

import { explain, getSchema, listRewards } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { patched } from "../../state/sessions.js";
import { changesFor, keptFields, partsOf } from "../../state/rewards.js";

/** @typedef {{status: "loading" | "ready" | "failed", list: any[], custom: any[], defs: Record<string, any>, message: string}} Rewards */

/** @type {Rewards} */
const NONE = { status: "loading", list: [], custom: [], defs: {}, message: "" };

/** @param {any} state @returns {Rewards} */
export const rewardsOf = (state) => state.rewards ?? NONE;

const latest = createLatest();

/** Fetch presets, custom rewards and the schema of what is no setting of its own. @param {any} context */
export function fetchRewards(context) {
  const put = (/** @type {Partial<Rewards>} */ patch) =>
    context.store.update((/** @type {any} */ state) => ({ ...state, rewards: { ...rewardsOf(state), ...patch } }));
  return latest.ask(() => Promise.all([listRewards(), getSchema()]), {
    answered: ([{ rewards: list, custom }, { schema }]) =>
      put({ status: "ready", list, custom, defs: schema.$defs, message: "" }),
    refused: (error) =>
      put({ status: rewardsOf(context.store.get()).status === "ready" ? "ready" : "failed", message: explain(error) }),
  });
}

/** Put parts in place of the draft's reward. @param {any} context @param {import("../../state/rewards.js").Part[]} parts */
export function putParts(context, parts) {
  const { list } = rewardsOf(context.store.get());
  context.set({ ...changesFor(parts), "reward.fields": keptFields(context.get("reward.fields"), partsOf(context.get), parts, list) });
}

/** Keep a value in the store and, for this tab, across a reload. @param {any} context @param {string} name @param {any} value */
export function keep(context, name, value) {
  context.store.update(patched({ [name]: value }));
  try {
    sessionStorage.setItem(`lora-craft-${name}`, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing has it until the page is closed.
  }
}

/** A value kept before the reload, or null. @param {string} name @returns {any} */
export function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(`lora-craft-${name}`) ?? "null");
  } catch {
    return null;
  }
}

/** Show a text in a note, or hide the note without one. @param {HTMLElement} note @param {HTMLElement} place @param {string} text */
export function tell(note, place, text) {
  if (place.textContent !== text) place.textContent = text;
  if (note.hidden !== (text === "")) note.hidden = text === "";
}
