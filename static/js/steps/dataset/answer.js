// @ts-check
/** One answer of the server, kept in the store: asked for again when the question changes. */

import { createLatest } from "../../lib/latest.js";

/** @typedef {{status: "busy" | "known" | "failed", value: any, error: import("../../lib/api.js").ApiError | null}} Answer */

/** @type {Answer} */
export const noAnswer = { status: "busy", value: null, error: null };

/** @template T
 * @param {any} context @param {string} slot where the store keeps it
 * @param {{ask: (wanted: T, signal: AbortSignal) => Promise<any>, subjectOf: (wanted: T) => string, quietMs: number,
 *   onKnown?: (value: any, wanted: T) => void}} how an answer about another subject is dropped at once, one about the same is shown until the new one comes */
export function createAnswer(context, slot, { ask, subjectOf, quietMs, onKnown }) {
  let [key, subject] = ["", ""];
  const latest = createLatest(() => key);
  /** @param {Partial<Answer>} patch */
  const put = (patch) => context.store.update((/** @type {any} */ state) => ({ ...state, [slot]: { ...(state[slot] ?? noAnswer), ...patch } }));

  return {
    /** Ask if the question is another than before, or `again`. @param {T} wanted @param {boolean} [again] */
    follow(wanted, again = false) {
      const [next, about] = [JSON.stringify(wanted), subjectOf(wanted)];
      if (next === key && !again) return;
      put({ status: "busy", ...(about === subject ? {} : { value: null, error: null }) });
      [key, subject] = [next, about];
      latest.ask((signal) => ask(wanted, signal), {
        quietMs,
        answered(value) {
          put({ status: "known", value, error: null });
          onKnown?.(value, wanted);
        },
        refused: (error) => put({ status: "failed", error }),
      });
    },
  };
}
