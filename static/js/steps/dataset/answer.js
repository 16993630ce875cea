// @ts-check
/** One answer of the server, kept in the store: asked for again when the question changes. */

import { createLatest } from "../../lib/latest.js";

/** @type {Kept<never>} */
export const NO_ANSWER = { status: "busy", value: null, error: null };

/** An answer about another subject is dropped at once, one about the same is shown until the new one comes.
 * @template {object} W, V
 * @param {Context} context @param {"look" | "rendered" | "promptShown"} slot where the store keeps it
 * @param {{ask: (wanted: W, signal: AbortSignal) => Promise<V>, subjectOf: (wanted: W) => string, quietMs: number,
 *   onKnown?: (value: V, wanted: W) => void}} how */
export function createAnswer(context, slot, { ask, subjectOf, quietMs, onKnown }) {
  let [key, subject] = ["", ""];
  const latest = createLatest(() => key);
  /** @param {Partial<Kept<V>>} patch */
  const put = (patch) => context.patch({ [slot]: { ...NO_ANSWER, ...context.store.get()[slot], ...patch } });

  return {
    /** Ask if the question is another than before, or `again`. @param {W} wanted @param {boolean} [again] */
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
