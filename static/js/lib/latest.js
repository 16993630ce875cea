// @ts-check
/** Late answers of the server: one that is older than what was chosen or shown since never reaches the page. */

import { ApiError } from "./api.js";

/** What becomes of an answer; the request goes out once nothing newer was asked for `quietMs`. @template T
 * @typedef {{answered: (value: T) => unknown, refused: (error: ApiError) => unknown, quietMs?: number}} Then */
/** @typedef {{about: string, stop: AbortController, isQuiet: boolean}} Question */

/** A place of the page that shows answers.
 * @param {() => unknown} [chosen] what an answer must be about to be shown, as it is chosen at the moment of the call.
 *   Questions about the same are one question asked again: the first answer may be shown until the second one is there,
 *   never after it. */
export function createLatest(chosen = () => null) {
  /** Those whose answer may still be shown, oldest first. @type {Set<Question>} */
  const open = new Set();
  const subject = () => JSON.stringify(chosen());

  /** @param {Question} question */
  function close(question) {
    open.delete(question);
    question.stop.abort();
  }

  return {
    /** Whether an answer about what is chosen now is on its way. */
    isAsking() {
      const now = subject();
      return [...open].some((question) => question.about === now);
    },
    /** Show none of the answers that are on their way. */
    drop: () => open.forEach(close),
    /** Ask about what is chosen now; the promise ends with the question, also where the answer is not shown.
     * @template T
     * @param {(signal: AbortSignal) => Promise<T>} request the signal says that the answer is not wanted any more
     * @param {Then<T>} then of which one is called at most */
    async ask(request, { answered, refused, quietMs = 0 }) {
      const mine = { about: subject(), stop: new AbortController(), isQuiet: quietMs > 0 };
      for (const other of open) if (other.isQuiet || other.about !== mine.about) close(other);
      open.add(mine);
      try {
        if (quietMs) await pause(quietMs);
        if (!open.has(mine)) return;
        mine.isQuiet = false;
        const { value, error } = await outcomeOf(request(mine.stop.signal), mine.stop.signal);
        if (!open.has(mine)) return;
        for (const question of open) {
          close(question);
          if (question === mine) break;
        }
        if (mine.about !== subject()) return;
        await (error ? refused(error) : answered(/** @type {T} */ (value)));
      } finally {
        open.delete(mine);
      }
    },
  };
}

/** For what follows a deed, such as leaving the page after a start: whether the choice is still the one of now.
 * @param {() => unknown} chosen @returns {() => boolean} */
export function unchanged(chosen) {
  const before = JSON.stringify(chosen());
  return () => JSON.stringify(chosen()) === before;
}

/** An answer or a refusal; a request that was stopped has neither, and anything else is a bug and thrown on.
 * @template T
 * @param {Promise<T>} request @param {AbortSignal} signal @returns {Promise<{value?: T, error?: ApiError}>} */
async function outcomeOf(request, signal) {
  try {
    return { value: await request };
  } catch (error) {
    if (error instanceof ApiError) return { error };
    if (signal.aborted && error instanceof DOMException) return {};
    throw error;
  }
}

/** @param {number} ms @returns {Promise<void>} */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
