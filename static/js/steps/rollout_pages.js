// @ts-check
/** The groups of one step at a time: which session, step and group are shown, and the fetching of others. */

import { ApiError, getCompletions } from "../lib/api.js";
import { placeOf } from "../state/rollouts.js";

/** @typedef {{session: string | null, steps: number[], groups: any[], step: number | null, group: number, found: number | null}} View
 * found is the completion that a search has led to */

/** @type {View} */
const NOTHING = { session: null, steps: [], groups: [], step: null, group: 0, found: null };

/** @param {() => void} onChange @param {(problem: string) => void} onProblem */
export function createPages(onChange, onProblem) {
  let view = NOTHING;
  let isStale = true;
  /** @type {AbortController | null} */
  let asking = null;

  /** Fetch one step, the newest when null. @param {number | null} step @param {Partial<View>} [then] */
  async function fetch(step, then = {}) {
    const { session } = view;
    if (!session) return;
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    try {
      const answer = await getCompletions(session, step, isStale || !view.steps.length, mine.signal);
      if (session !== view.session || mine.signal.aborted) return;
      isStale = false;
      view = { ...view, steps: answer.steps ?? view.steps, groups: answer.groups, step: answer.step, found: null, ...then };
      onChange();
    } catch (error) {
      if (mine.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      if (error.code !== "offline") onProblem(error.message);
    }
  }

  return {
    fetch,
    view: () => view,
    /** The group that is shown; undefined while there is none. */
    group: () => view.groups[Math.min(view.group, view.groups.length - 1)],
    isStale: () => isStale,
    /** There are newer groups than those fetched. */
    markStale() {
      isStale = true;
    },
    /** The step that lies `by` places from the one shown. @param {number} by @returns {number | undefined} */
    stepBeside: (by) => view.steps[Math.min(view.steps.length - 1, Math.max(0, placeOf(view.steps, view.step ?? 0) + by))],
    /** @param {number} group */
    pick(group) {
      view = { ...view, group, found: null };
      onChange();
    },
    /** Begin with another session. @param {string | null} session */
    reset(session) {
      asking?.abort();
      isStale = true;
      view = { ...NOTHING, session };
      onChange();
    },
  };
}
