// @ts-check
/** The groups of one step at a time: what is chosen, what is shown until its groups are there, and the fetching of
 * them. */

import { getCompletions } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { placeOf } from "../../state/rollouts.js";

/** What is shown. `found` is the completion that a search has led to.
 * @typedef {{steps: number[], groups: AnnotatedGroup[], step: number | null, group: number,
 *   found: number | null}} View */
/** What is chosen: a step, or null for the newest one, whichever that is; and a place in it.
 * @typedef {{step: number | null, group: number, found: number | null}} Choice */

/** @type {View} */
const NOTHING = { steps: [], groups: [], step: null, group: 0, found: null };
/** @type {Choice} */
const NEWEST = { step: null, group: 0, found: null };

/** @param {() => void} onChange @param {(problem: string) => void} onProblem */
export function createPages(onChange, onProblem) {
  const held = createHeld(onChange);
  const { state, stay } = held;
  /** Counts what the server has told of new groups, and how much of that the steps of the view hold. */
  let [news, listed] = [0, -1];
  const latest = createLatest(() => [state.session, state.choice.step]);

  /** Show a step, the newest when null, as soon as its groups are there. @param {number | null} step
   * @param {Partial<Choice>} [place] @param {number} [quietMs] */
  async function fetch(step, { group = state.choice.group, found = null } = {}, quietMs = 0) {
    const [{ session, view }, seen] = [state, news];
    if (!session) return;
    const isListing = listed !== news || !view.steps.length;
    state.choice = { step, group, found };
    const asked = latest.ask((signal) => getCompletions(session, step, isListing, signal), {
      quietMs,
      answered(answer) {
        if (isListing) listed = Math.max(listed, seen);
        const { steps = state.view.steps, groups, step: shown } = answer;
        state.view = { ...state.choice, steps, groups, step: shown };
        onChange();
      },
      refused(error) {
        if (step !== null) stay();
        if (error.code !== "offline") onProblem(error.message);
      },
    });
    onChange();
    await asked;
  }

  return {
    ...held, fetch,
    /** Whether the groups of the chosen step are on their way. */
    isBusy: () => state.choice.step !== null && latest.isAsking(),
    isStale: () => listed !== news,
    /** There are newer groups than those fetched. */
    markStale() {
      news += 1;
    },
    /** Begin with another session. @param {string | null} session */
    reset(session) {
      listed = -1;
      latest.drop(); // a run made anew under an old id has other groups
      Object.assign(state, { session, view: NOTHING, choice: NEWEST });
      onChange();
    },
  };
}

/** What is shown and what is chosen, and the choices that need no server. @param {() => void} onChange */
function createHeld(onChange) {
  const state = { session: /** @type {string | null} */ (null), view: NOTHING, choice: NEWEST };
  return {
    state,
    /** The step that is chosen, also while its groups are on their way. */
    step: () => state.choice.step ?? state.view.step,
    /** The group that is shown; undefined while there is none. */
    group: () => state.view.groups[Math.min(state.view.group, state.view.groups.length - 1)],
    /** The step that lies `by` places from the chosen one. @param {number} by @returns {number | undefined} */
    stepBeside(by) {
      const { choice, view: { steps, step } } = state;
      return steps[Math.min(steps.length - 1, Math.max(0, placeOf(steps, choice.step ?? step ?? 0) + by))];
    },
    /** @param {number} group */
    pick(group) {
      state.view = { ...state.view, group, found: null };
      state.choice = { ...state.choice, group, found: null };
      onChange();
    },
    /** Stay with what is shown. */
    stay() {
      const { step, group, found } = state.view;
      state.choice = { step, group, found };
      onChange();
    },
  };
}
