// @ts-check
/** The custom reward being written: opening, changing, saving it, what the server refused, and keeping it across a
 * reload. */

import { ApiError, explain, getCustomReward, saveCustomReward, tryCustomReward } from "../../lib/api.js";
import { createLatest, unchanged } from "../../lib/latest.js";
import { bodyOf, editingOf, isSameWork, newEditing } from "../../state/recipes.js";
import { ask } from "../../ui/dialog.js";
import { fetchRewards, keep, kept, putParts } from "./shared.js";

/** @typedef {import("../../state/recipes.js").Editing} Editing */
/** @typedef {{editing: Editing, original: Editing, version: number | null}} Work version: the one opened, null for a
 *   new reward */

const KEPT = "reward-work";

/** @param {Context} context @param {() => void} onChange called when something other than the text has changed */
export function createWork(context, onChange) {
  const held = createHeld(context, onChange);
  const { state, isChanged, begin, change, forget, atHand } = held;
  let wanted = "";
  const latest = createLatest(() => [wanted, atHand()]);
  context.setUnsaved("reward", isChanged());
  return {
    state, isChanged, begin, change, forget,
    /** @param {"recipe" | "python"} kind */
    beginNew: (kind) => begin({ editing: newEditing(kind), original: newEditing(kind), version: null }),
    /** @param {string} name @param {number} [version] the newest unless given */
    async open(name, version) {
      let isOpen = false;
      wanted = `${name} ${version ?? "newest"}`;
      await latest.ask(() => getCustomReward(name, version), {
        async answered(found) {
          isOpen = await begin({ editing: editingOf(found), original: editingOf(found), version: found.version });
          if (isOpen) held.showFunctions(found.functions);
        },
        refused: (error) => context.say(explain(error), "error"),
      });
      return isOpen;
    },
    ...createSave(context, held, onChange),
  };
}

/** The work at hand, and its changes that need no server. @param {Context} context @param {() => void} onChange */
function createHeld(context, onChange) {
  const state = {
    work: /** @type {Work | null} */ (kept(KEPT)),
    /** What the server refused, by place. */
    refused: /** @type {Record<string, string>} */ ({}),
    isSaving: false,
    /** What the reward made of one row when it was last tried as it is. */
    trial: /** @type {Trial | null} */ (null),
    /** The reward functions of the source, as last known. */
    functions: /** @type {string[]} */ ([]),
    /** What became of the last save. */
    said: "",
  };
  /** Which saved reward, or new one, the work at hand is. */
  const atHand = () => state.work && [state.work.original, state.work.version];
  const isChanged = () => state.work !== null && !isSameWork(state.work.editing, state.work.original);

  /** @param {Work | null} work */
  function put(work) {
    state.work = work;
    state.refused = {};
    state.trial = null;
    context.setUnsaved("reward", isChanged());
    keep(context, KEPT, work);
  }

  /** Take up other work, or none; false when the user would rather keep what is not saved. @param {Work | null} next */
  async function begin(next) {
    const text = `The changes to ${state.work?.editing.name || "the new reward"} would be lost.`;
    if (isChanged() && !(await ask({ title: "Leave what is not saved?", text, yes: "Leave it" }))) return false;
    state.said = "";
    state.functions = [];
    put(next);
    onChange();
    return true;
  }

  return {
    state, isChanged, atHand, put, begin,
    ...createSaid(state, onChange),
    /** @param {Partial<Editing>} patch */
    change(patch) {
      if (state.work) put({ ...state.work, editing: { ...state.work.editing, ...patch } });
    },
    /** The saved one is gone, so what is written is new again. @param {string} name */
    forget(name) {
      if (state.work?.original.name !== name) return;
      put({ ...state.work, original: newEditing(state.work.editing.kind), version: null });
    },
  };
}

/** What the server says of the work at hand.
 * @param {{refused: Record<string, string>, said: string, trial: Trial | null, functions: string[]}} state
 * @param {() => void} onChange */
function createSaid(state, onChange) {
  return {
    /** @param {Record<string, string>} fields */
    refuse(fields) {
      state.refused = fields;
      state.said = "";
      onChange();
    },
    /** @param {Trial} trial */
    showTrial(trial) {
      state.trial = trial;
      state.functions = trial.functions;
    },
    /** @param {string[]} functions of a source that was opened */
    showFunctions(functions) {
      state.functions = functions;
      onChange();
    },
  };
}

/** Trying and saving the work at hand.
 * @param {Context} context @param {ReturnType<typeof createHeld>} held @param {() => void} onChange */
function createSave(context, held, onChange) {
  const { state, atHand, put, refuse, showTrial } = held;
  const run = createRun(context, held, onChange);
  const draft = () => context.store.get().draft.config;

  /** @param {Editing} editing */
  async function tryOut(editing) {
    const isStillAtHand = unchanged(() => state.work?.editing);
    const trial = await tryCustomReward(bodyOf(editing), draft());
    if (!isStillAtHand()) return;
    state.refused = {};
    state.said = "";
    showTrial(trial);
  }

  /** @param {Editing} editing @param {boolean} isUsedThen */
  async function send(editing, isUsedThen) {
    let isShown = false;
    const isStillAtHand = unchanged(atHand);
    const isRewardUntouched = unchanged(() => context.store.get().draft.config.reward);
    const saved = await saveCustomReward(editing.name.trim(), bodyOf(editing), draft());
    if (state.work && isStillAtHand()) {
      isShown = true;
      const isAsSent = isSameWork(state.work.editing, editing); // what was typed meanwhile stays
      const original = editingOf(saved);
      put({ editing: isAsSent ? original : state.work.editing, original, version: saved.version });
      if (isAsSent) showTrial(saved.trial);
    }
    const isStillShown = unchanged(atHand);
    await fetchRewards(context);
    const isUsed = isUsedThen && isRewardUntouched();
    if (isUsed) putParts(context, [{ custom_name: saved.name }]);
    const text = `Saved as version ${saved.version}${isUsed ? ", and it scores the answers now" : ""}.`;
    if (isShown && isStillShown()) state.said = text;
    else context.say(`${saved.name}: ${text}`);
  }

  return {
    tryOut: () => run(tryOut),
    /** @param {boolean} isUsedThen */
    save(isUsedThen) {
      if (!state.work?.editing.name.trim()) return refuse({ name: "Give it a name first." });
      return run((editing) => send(editing, isUsedThen));
    },
  };
}

/** One request at a time about the work at hand, with what the server says against it.
 * @param {Context} context @param {ReturnType<typeof createHeld>} held @param {() => void} onChange */
function createRun(context, { state, atHand, refuse }, onChange) {
  /** @param {(editing: Editing) => Promise<void>} request */
  return async (request) => {
    const editing = state.work?.editing;
    if (!editing || state.isSaving) return;
    state.isSaving = true;
    onChange();
    const isStillAtHand = unchanged(atHand);
    try {
      await request(editing);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!isStillAtHand()) return context.say(`${editing.name} was not saved. ${explain(error)}`, "error");
      refuse(Object.keys(error.fields).length ? error.fields : { "": explain(error) });
    } finally {
      state.isSaving = false;
      onChange();
    }
  };
}
