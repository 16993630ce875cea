// @ts-check
/** The next completion that matches what is looked for: in the step that is shown, then in those after or before it. */

import { searchCompletions } from "./api.js";

const AT_ONCE = 100;

/** @param {FoundMatch & {session: string}} place where the search begins; what stands there is not found again
 * @param {string} filter @param {"next" | "previous"} direction
 * @param {AbortSignal} signal ends the search, which through many steps takes several requests
 * @returns {Promise<FoundMatch | null>} */
export async function findCompletion(place, filter, direction, signal) {
  const { session } = place;
  const nearby = { filter, from_step: Math.max(0, place.step - 1), direction: "next", limit: AT_ONCE };
  const here = await searchCompletions(session, nearby, signal);
  const inStep = here.matches.filter((match) => match.step === place.step && isBeyond(match, place, direction));
  if (inStep.length) return inStep[direction === "next" ? 0 : inStep.length - 1];
  for (let from = place.step; !signal.aborted; ) {
    const answer = await searchCompletions(session, { filter, from_step: from, direction, limit: 1 }, signal);
    if (answer.matches.length) return answer.matches[0];
    if (answer.complete || answer.at_step === null) return null;
    from = answer.at_step;
  }
  return null;
}

/** Whether a match stands after, or before, a place of the same step.
 * @param {FoundMatch} match @param {FoundMatch} place @param {string} direction */
function isBeyond(match, place, direction) {
  const [left, right] = [match, place].map((found) => found.group * 1e6 + (found.completion ?? -1));
  return direction === "next" ? left > right : left < right;
}
