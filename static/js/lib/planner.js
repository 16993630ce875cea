// @ts-check
/** Keeps the plan of the draft current: each change is checked by the server, and what it says is kept in the store. */

import { planRun } from "./api.js";
import { createLatest } from "./latest.js";
import { suited } from "../state/draft.js";

const QUIET_MS = 150;
const RETRY_MS = 3000;

/** @type {PlanState} */
export const noPlan = { status: "checking", value: null, errors: {}, message: "" };

/** @param {Store} store @param {Section} defaults by dotted name */
export function createPlanner(store, defaults) {
  const config = () => store.get().draft.config;
  const latest = createLatest(config);
  /** @param {Partial<PlanState>} patch */
  const put = (patch) => store.update((state) => ({ ...state, plan: { ...state.plan, ...patch } }));

  const ask = () => latest.ask((signal) => planRun(config(), signal), {
    quietMs: QUIET_MS,
    answered(value) {
      const refusal = value.refusal ?? { fields: {}, message: "" };
      put({ status: value.refusal ? "refused" : "sound", value, errors: refusal.fields, message: refusal.message });
      store.update((state) => ({ ...state, draft: suited(value.recommended, defaults)(state.draft) }));
    },
    refused(error) {
      if (error.code !== "offline") return put({ status: "refused", errors: error.fields, message: error.message });
      put({ status: "offline" });
      setTimeout(ask, RETRY_MS);
    },
  });

  return {
    /** Check the draft again, now that it or what the server knows has changed. */
    refresh() {
      put({ status: "checking" });
      ask();
    },
  };
}
