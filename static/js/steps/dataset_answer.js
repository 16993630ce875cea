// @ts-check
/** One answer of the server, kept in the store: asked for again when the question changes, the older request aborted. */

import { ApiError } from "../lib/api.js";
import { debounced } from "../lib/dom.js";

/** @typedef {{status: "busy" | "known" | "failed", value: any, error: ApiError | null}} Answer */

/** @type {Answer} */
export const noAnswer = { status: "busy", value: null, error: null };

/** @template T
 * @param {any} context @param {string} slot where the store keeps it
 * @param {{ask: (wanted: T, signal: AbortSignal) => Promise<any>, subjectOf: (wanted: T) => string, quietMs: number,
 *   onKnown?: (value: any, wanted: T) => void}} how an answer about another subject is dropped at once, one about the same is shown until the new one comes */
export function createAnswer(context, slot, { ask, subjectOf, quietMs, onKnown }) {
  let [key, subject] = ["", ""];
  /** @type {AbortController | null} */
  let asking = null;
  /** @param {Partial<Answer>} patch */
  const put = (patch) => context.store.update((/** @type {any} */ state) => ({ ...state, [slot]: { ...(state[slot] ?? noAnswer), ...patch } }));

  const fetchSoon = debounced(async (/** @type {T} */ wanted, /** @type {AbortController} */ mine) => {
    try {
      const value = await ask(wanted, mine.signal);
      if (mine.signal.aborted) return;
      put({ status: "known", value, error: null });
      onKnown?.(value, wanted);
    } catch (error) {
      if (mine.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      put({ status: "failed", error });
    }
  }, quietMs);

  return {
    /** Ask if the question is another than before, or `again`. @param {T} wanted @param {boolean} [again] */
    follow(wanted, again = false) {
      const [next, about] = [JSON.stringify(wanted), subjectOf(wanted)];
      if (next === key && !again) return;
      asking?.abort();
      asking = new AbortController();
      put({ status: "busy", ...(about === subject ? {} : { value: null, error: null }) });
      [key, subject] = [next, about];
      fetchSoon(wanted, asking);
    },
  };
}
