// @ts-check
/** The groups of one step at a time: which place is chosen, what is shown until its groups are there, and the fetching of them. */

import { getCompletions } from "../lib/api.js";
import { createLatest } from "../lib/latest.js";
import { placeOf } from "../state/rollouts.js";

/** What is shown. `found` is the completion that a search has led to.
 * @typedef {{steps: number[], groups: any[], step: number | null, group: number, found: number | null}} View */
/** What is chosen: a step, or null for the newest one, whichever that is; and a place in it.
 * @typedef {{step: number | null, group: number, found: number | null}} Choice */

/** @type {View} */
const NOTHING = { steps: [], groups: [], step: null, group: 0, found: null };
/** @type {Choice} */
const NEWEST = { step: null, group: 0, found: null };

/** @param {() => void} onChange @param {(problem: string) => void} onProblem */
export function createPages(onChange, onProblem) {
  /** @type {string | null} */
  let session = null;
  let [view, choice] = [NOTHING, NEWEST];
  /** Counts what the server has told of new groups, and how much of that the steps of the view hold. */
  let [news, listed] = [0, -1];
  const latest = createLatest(() => [session, choice.step]);

  /** @param {Choice} next */
  function choose(next) {
    choice = next;
    onChange();
  }
  /** Stay with what is shown. */
  const stay = () => choose({ step: view.step, group: view.group, found: view.found });

  /** Show a step, the newest when null, as soon as its groups are there. @param {number | null} step @param {Partial<Choice>} [place]
   * @param {number} [quietMs] */
  async function fetch(step, { group = choice.group, found = null } = {}, quietMs = 0) {
    if (!session) return;
    const [id, seen] = [session, news];
    const isListing = listed !== news || !view.steps.length;
    choice = { step, group, found };
    const asked = latest.ask((signal) => getCompletions(id, step, isListing, signal), {
      quietMs,
      answered(answer) {
        if (isListing) listed = Math.max(listed, seen);
        view = { ...choice, steps: answer.steps ?? view.steps, groups: answer.groups, step: answer.step };
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
    fetch, stay,
    session: () => session,
    view: () => view,
    choice: () => choice,
    /** Whether the groups of the chosen step are on their way. */
    isBusy: () => choice.step !== null && latest.isAsking(),
    /** The step that is chosen, also while its groups are on their way. */
    step: () => choice.step ?? view.step,
    /** The group that is shown; undefined while there is none. */
    group: () => view.groups[Math.min(view.group, view.groups.length - 1)],
    isStale: () => listed !== news,
    /** There are newer groups than those fetched. */
    markStale() {
      news += 1;
    },
    /** The step that lies `by` places from the chosen one. @param {number} by @returns {number | undefined} */
    stepBeside(by) {
      const at = placeOf(view.steps, choice.step ?? view.step ?? 0) + by;
      return view.steps[Math.min(view.steps.length - 1, Math.max(0, at))];
    },
    /** @param {number} group */
    pick(group) {
      view = { ...view, group, found: null };
      choose({ ...choice, group, found: null });
    },
    /** Begin with another session. @param {string | null} id */
    reset(id) {
      session = id;
      listed = -1;
      view = NOTHING;
      latest.drop(); // a run made anew under an old id has other groups
      choose(NEWEST);
    },
  };
}
