// @ts-check
/** What the server says of the draft's data set, kept for each one that was asked about. */

import { explain } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { wantedOf } from "../../state/datasets.js";

const QUIET_MS = 300;

/** @template V @param {Context} context @param {(source: Section, signal: AbortSignal) => Promise<V>} request */
export function createBySource(context, request) {
  /** @type {Map<string, {value?: V, problem?: string}>} */
  const answers = new Map();
  let asked = "";
  const latest = createLatest(() => asked);

  /** @param {{value?: V, problem?: string}} answer */
  function keep(answer) {
    answers.set(asked, answer);
    context.patch({});
  }

  return {
    /** What is known of the draft's data set; asked for when it is another one, undefined until it is there. */
    look() {
      const key = JSON.stringify(wantedOf(context.get));
      const isOther = key !== asked;
      asked = key;
      if (isOther && !answers.has(key)) latest.ask((signal) => request(JSON.parse(key), signal), {
        quietMs: QUIET_MS, answered: (value) => keep({ value }), refused: (error) => keep({ problem: explain(error) }),
      });
      return answers.get(key);
    },
    /** Ask again where the server could not tell. */
    again() {
      for (const [key, answer] of answers) if (answer.problem) answers.delete(key);
      asked = "";
      context.patch({});
    },
  };
}
