// @ts-check
/** Keeps the plan of the draft current: each change is checked by the server, and what it says is kept in the store. */

import { ApiError, planRun } from "./api.js";
import { debounced } from "./dom.js";

const QUIET_MS = 150;
const RETRY_MS = 3000;

/** @typedef {{status: "checking" | "sound" | "refused" | "offline", value: any, errors: Record<string, string>, message: string}} Plan */

/** @type {Plan} */
export const noPlan = { status: "checking", value: null, errors: {}, message: "" };

/** @param {{get: () => any, update: (reducer: (state: any) => any) => void}} store */
export function createPlanner(store) {
  /** @type {AbortController | null} */
  let asking = null;
  /** @param {Partial<Plan>} patch */
  const put = (patch) => store.update((state) => ({ ...state, plan: { ...state.plan, ...patch } }));

  const ask = debounced(async () => {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    try {
      const value = await planRun(store.get().draft.config, mine.signal);
      const refusal = value.refusal ?? { fields: {}, message: "" };
      put({ status: value.refusal ? "refused" : "sound", value, errors: refusal.fields, message: refusal.message });
    } catch (error) {
      if (mine.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "offline") return retry();
      put({ status: "refused", errors: error.fields, message: error.message });
    }
  }, QUIET_MS);

  const retry = () => {
    put({ status: "offline" });
    setTimeout(() => ask(), RETRY_MS);
  };

  return {
    /** Check the draft again, now that it or what the server knows has changed. */
    refresh() {
      asking?.abort();
      put({ status: "checking" });
      ask();
    },
  };
}
