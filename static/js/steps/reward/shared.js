// @ts-check
/** What the parts of the reward step share: the catalogue in the store, the draft's parts, and what outlives a
 * reload. */

import { explain, getSchema, listRewards } from "../../lib/api.js";
import { keepValue, keptValue } from "../../lib/kept.js";
import { createLatest } from "../../lib/latest.js";
import { brokenIn } from "../../state/broken.js";
import { changesFor, keptFields, partsOf } from "../../state/rewards.js";

/** @type {Rewards} */
const NONE = { status: "loading", list: [], custom: [], defs: {}, message: "", sandbox: "" };

/** @param {State} state */
export const rewardsOf = (state) => state.rewards ?? NONE;

const latest = createLatest();

/** Fetch presets, custom rewards and the schema of what is no setting of its own. @param {Context} context */
export function fetchRewards(context) {
  const shown = () => rewardsOf(context.store.get());
  const put = (/** @type {Partial<Rewards>} */ patch) => context.patch({ rewards: { ...shown(), ...patch } });
  return latest.ask(() => Promise.all([listRewards(), getSchema()]), {
    answered([{ rewards: list, custom, broken, sandbox }, { schema }]) {
      context.store.update(brokenIn("rewards", broken));
      put({ status: "ready", list, custom, sandbox, defs: schema.$defs, message: "" });
    },
    refused: (error) => put({ status: shown().status === "ready" ? "ready" : "failed", message: explain(error) }),
  });
}

/** Put parts in place of the draft's reward. @param {Context} context @param {RewardPart[]} parts */
export function putParts(context, parts) {
  const { list, custom } = rewardsOf(context.store.get());
  const fields = keptFields(context.get("reward.fields"), partsOf(context.get), parts, list, custom);
  context.set({ ...changesFor(parts), "reward.fields": fields });
}

/** Keep a value for this tab, across a reload, and draw anew what hangs on it.
 * @param {Context} context @param {string} name @param {unknown} value */
export function keep(context, name, value) {
  keepValue(`lora-craft-${name}`, value, "sessionStorage");
  context.patch({});
}

/** A value kept before the reload, or null. @param {string} name */
export const kept = (name) => keptValue(`lora-craft-${name}`, "sessionStorage");
