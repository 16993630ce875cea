// @ts-check
/** What the parts of the export step share: their slice of the store, the plan of the run that is shown, and its fetching. */

import { ApiError, explain, listPrompts, planExport } from "../lib/api.js";
import { find, setText, show } from "../lib/dom.js";
import { firstChoice, later, makeable } from "../state/exports.js";
import { isFinal, sessionOf } from "../state/sessions.js";

/** @typedef {import("../state/exports.js").Plan} Plan */
/** What a part draws: the run that is shown, its export if there is one, what is planned and chosen, and what stands in the way.
 * @typedef {{id: string, session: any, one: any, files: any[], plan: Plan | null, chosen: string[],
 *   isFresh: boolean, now: {isOffline: boolean, isExporting: boolean, isPushing: boolean, isTraining: boolean}}} Shown */
/** @typedef {ReturnType<typeof createDesk>} Desk */

/** @param {HTMLElement} root @param {any} context */
export function createDesk(root, context) {
  const { store } = context;
  /** `chosen` holds what was chosen by hand, by run; `fresh` is the run whose export has just been seen to end.
   * @type {{plans: Record<string, Plan>, chosen: Record<string, string[]>, templates: any[], fresh: string}} */
  const blank = { plans: {}, chosen: {}, templates: [], fresh: "" };
  const get = () => store.get().exporting ?? blank;
  const put = (/** @type {Partial<typeof blank>} */ patch) => store.update((/** @type {any} */ state) => ({ ...state, exporting: { ...get(), ...patch } }));
  const exportOf = (/** @type {string} */ id) => (Object.hasOwn(store.get().exports, id) ? store.get().exports[id] : null);
  let latest = 0;

  /** What is chosen of a run and can be made. @param {string} id */
  function chosenOf(id) {
    const plan = get().plans[id];
    if (!plan) return [];
    return makeable(plan.targets, get().chosen[id] ?? firstChoice(plan.targets, exportOf(id)?.files ?? []));
  }

  /** Ask anew what a run can become and whether there is room. @param {string} id */
  async function plan(id) {
    const mine = (latest += 1);
    try {
      const first = get().plans[id] ?? { ...(await planExport(id, [])), asked: "" };
      if (!get().plans[id]) put({ plans: { ...get().plans, [id]: first } });
      const chosen = chosenOf(id);
      const answer = await planExport(id, chosen);
      if (mine === latest) put({ plans: { ...get().plans, [id]: { ...answer, asked: chosen.join(" ") } } });
    } catch (error) {
      if (mine === latest && !(error instanceof ApiError && error.code === "offline")) fail(explain(error));
    }
  }

  /** @param {string} text nothing takes it away */
  function fail(text) {
    setText(find("export-error-text", root), text);
    show(find("export-error", root), text !== "");
  }

  return {
    context, get, put, plan, fail,
    /** Choose by hand; null for what suits by itself. @param {string} id @param {string[] | null} names */
    choose(id, names) {
      const { [id]: _, ...others } = get().chosen;
      put({ chosen: names ? { ...others, [id]: names } : others });
      plan(id);
    },
    /** Do something that is answered with the state of the export; whether it went well. @param {() => Promise<any>} action */
    async attempt(action) {
      fail("");
      try {
        const state = await action();
        store.update((/** @type {any} */ all) => ({ ...all, exports: { ...all.exports, [state.export_id]: later(exportOf(state.export_id), state) } }));
        return true;
      } catch (error) {
        fail(explain(error));
        return false;
      }
    },
    /** Move the focus to what the next drawing shows. @param {string} ref */
    focusSoon: (ref) => requestAnimationFrame(() => find(ref, root).focus()),
    /** The shipped and saved prompt templates, which know a run's system prompt. */
    async fetchTemplates() {
      if (get().templates.length) return;
      const { prompts } = await listPrompts().catch(() => ({ prompts: [] })); // without them the commands lack the system prompt
      put({ templates: prompts });
    },
    /** @param {any} state @param {string} id @returns {Shown} */
    shown(state, id) {
      const session = sessionOf(state, id);
      const one = exportOf(id);
      return {
        id, session, one, files: one?.files ?? [], plan: get().plans[id] ?? null, chosen: chosenOf(id),
        isFresh: get().fresh === id,
        now: {
          isOffline: state.connection === "offline", isExporting: Boolean(one?.is_running), isPushing: Boolean(one?.push?.is_running),
          isTraining: Boolean(session) && session.status !== "queued" && !isFinal(session),
        },
      };
    },
  };
}
