// @ts-check
/** What the plan says of the draft as it is now. */

/** The findings; none while a draft is refused or the server is away, since those at hand are of an earlier draft.
 * @param {PlanState} plan @returns {ReadyFinding[]} */
export const findingsNow = ({ status, value }) =>
  (status === "sound" || status === "checking") && value ? value.ready : [];

/** What keeps the run from learning, in words; empty where nothing is known to.
 * @param {PlanState} plan */
export const blockersText = (plan) =>
  findingsNow(plan).filter(({ blocks }) => blocks).map(({ title, text }) => `${title}: ${text}`).join(" ");
