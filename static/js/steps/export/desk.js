// @ts-check
/** What the parts of the export step share: their slice of the store, the plan of the run that is shown, and its
 * fetching. */

import { explain, listPrompts, planExport } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { firstChoice, later, makeable } from "../../state/exports.js";
import { isFinal, sessionOf } from "../../state/sessions.js";
import { find, tell } from "../../lib/dom.js";

/** @typedef {import("../../state/exports.js").Plan} Plan */
/** `chosen` holds what was chosen by hand, by run; `fresh` is the run whose export has just been seen to end.
 * @typedef {{plans: Record<string, Plan>, chosen: Record<string, string[]>, templates: ListedTemplate[],
 *   fresh: string}} Slice */

/** @type {Slice} */
const BLANK = { plans: {}, chosen: {}, templates: [], fresh: "" };

/** @param {HTMLElement} root @param {Context} context */
export function createDesk(root, context) {
  const { store } = context;
  /** @returns {Slice} */
  const get = () => store.get().exporting ?? BLANK;
  const put = (/** @type {Partial<Slice>} */ patch) => context.patch({ exporting: { ...get(), ...patch } });
  const exportOf = (/** @type {string} */ id) =>
    (Object.hasOwn(store.get().exports, id) ? store.get().exports[id] : null);

  /** What is chosen of a run and can be made. @param {string} id */
  function chosenOf(id) {
    const plan = get().plans[id];
    if (!plan) return [];
    return makeable(plan.targets, get().chosen[id] ?? firstChoice(plan.targets, exportOf(id)?.files ?? []));
  }

  /** Nothing takes it away. */
  const fail = (/** @type {string} */ text) => tell(root, "export-error", text);

  /** Do something that is answered with the state of the export; whether it went well.
   * @param {() => Promise<ExportState>} action
   * @param {(error: unknown) => void} [refused] told of a refusal in place of the page's own note */
  async function attempt(action, refused = (error) => fail(explain(error))) {
    fail("");
    try {
      const state = await action();
      const { exports } = store.get();
      context.patch({ exports: { ...exports, [state.export_id]: later(exportOf(state.export_id), state) } });
      return true;
    } catch (error) {
      refused(error);
      return false;
    }
  }

  const plan = planning(get, put, chosenOf, fail);
  return {
    context, get, put, plan, fail, attempt, chosenOf, exportOf,
    /** Choose by hand; null for what suits by itself. @param {string} id @param {string[] | null} names */
    choose(id, names) {
      const { [id]: _, ...others } = get().chosen;
      put({ chosen: names ? { ...others, [id]: names } : others });
      plan(id);
    },
    /** Move the focus to what the next drawing shows. @param {string} ref */
    focusSoon: (ref) => requestAnimationFrame(() => find(ref, root).focus()),
  };
}

/** Ask for the prompt templates, shipped and saved; without them the commands lack a run's system prompt.
 * @param {ExportDesk} desk */
export async function fetchTemplates(desk) {
  const { prompts } = await listPrompts().catch(() => ({ prompts: [] }));
  desk.put({ templates: prompts });
}

/** Asking what a run can become and whether there is room for what is chosen.
 * @param {() => Slice} get @param {(patch: Partial<Slice>) => void} put @param {(id: string) => string[]} chosenOf
 * @param {(text: string) => void} fail */
function planning(get, put, chosenOf, fail) {
  let id = "";
  const latest = createLatest(() => [id, get().chosen[id]]);
  return plan;

  /** @param {string} wanted @returns {Promise<void>} */
  function plan(wanted) {
    id = wanted;
    const isFirst = !get().plans[id];
    const chosen = chosenOf(id);
    return latest.ask(() => planExport(wanted, chosen), {
      answered(answer) {
        put({ plans: { ...get().plans, [wanted]: { ...answer, asked: chosen.join(" ") } } });
        return isFirst && plan(wanted); // what is chosen by itself is known from here on
      },
      refused: (error) => error.code !== "offline" && fail(explain(error)),
    });
  }
}

/** @param {ExportDesk} desk @param {State} state @param {string} id @returns {ShownExport} */
export function shownOf(desk, state, id) {
  const session = sessionOf(state, id);
  const exportState = desk.exportOf(id);
  const { plans, fresh } = desk.get();
  return {
    id, session, exportState, files: exportState?.files ?? [], plan: plans[id] ?? null, chosen: desk.chosenOf(id),
    isFresh: fresh === id,
    now: {
      isOffline: state.connection === "offline",
      isExporting: Boolean(exportState?.is_running),
      isPushing: Boolean(exportState?.push?.is_running),
      isTraining: session !== undefined && session.status !== "queued" && !isFinal(session),
    },
  };
}
