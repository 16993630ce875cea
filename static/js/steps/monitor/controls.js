// @ts-check
/** What can be done to a run: stop, resume, fork, delete; and the ways to export and test it. */

import { attempt, deleteSession, getSession, resumeRun, stopRun } from "../../lib/api.js";
import { unchanged } from "../../lib/latest.js";
import { formatRoute } from "../../lib/router.js";
import { isFinal, titleOf } from "../../state/sessions.js";
import { ask, mayReplace } from "../../ui/dialog.js";
import { find, setText, show } from "../../lib/dom.js";

/** What each button does with the session of an id; it gives the words to say, or none.
 * @type {Record<string, (id: string, context: Context) => Promise<string | void>>} */
const ACTIONS = {
  async "stop-save"(id, context) {
    const wasQueued = context.store.get().sessions[id]?.status === "queued";
    await stopRun(id, "save");
    return wasQueued ? "Removed from the queue." : "It saves what it has learnt and stops.";
  },
  async "stop-discard"(id) {
    const text = "Nothing is saved, and the checkpoints are deleted. The run stays in the list.";
    if (!(await ask({ title: "Stop and discard?", text, yes: "Stop and discard" }))) return;
    await stopRun(id, "discard");
    return "It stops without saving.";
  },
  async resume(id) {
    await resumeRun(id);
    return "Queued to go on from its last checkpoint.";
  },
  async fork(id, context) {
    if (!(await mayReplace(context))) return;
    const isStillWanted = unchanged(() => [context.store.get().route, context.store.get().draft]);
    const { config } = await getSession(id);
    if (!isStillWanted()) return;
    context.replaceDraft(config, { forkOf: id, mode: "custom", isDirty: true });
    context.go("config");
    return "Its configuration is your draft now. Change what you want and start.";
  },
  async delete(id, context) {
    const title = titleOf(context.store.get().sessions[id]);
    const text = "Its adapter, checkpoints, completions and exports are deleted.";
    if (!(await ask({ title: `Delete ${title}?`, text, yes: "Delete" }))) return;
    await deleteSession(id);
    const { route, lastSession } = context.store.get();
    if (route.session === id) context.go("");
    if (lastSession === id) context.patch({ lastSession: null });
    await context.live.forget(id);
    return "Deleted.";
  },
};

/** @param {HTMLElement} root @param {Context} context */
export function mountControls(root, context) {
  let isBusy = false;

  /** @param {string} name */
  async function act(name) {
    const id = context.store.get().route.session;
    if (!id || isBusy) return;
    isBusy = true;
    await attempt(async () => {
      const done = await ACTIONS[name](id, context);
      if (done) context.say(done);
      await context.live.refreshShown();
    }, (text) => context.say(text, "error")).finally(() => {
      isBusy = false;
    });
  }
  for (const name of Object.keys(ACTIONS)) find(name, root).addEventListener("click", () => act(name));
  return {
    /** @param {Session | undefined} session undefined while it is not known @param {State} state */
    render: (session, state) => renderControls(root, session, state),
  };
}

/** @param {HTMLElement} root @param {Session | undefined} session @param {State} state */
function renderControls(root, session, state) {
  const isThere = Boolean(session);
  const isOver = Boolean(session && isFinal(session));
  const isQueued = session?.status === "queued";
  const hasFailed = session?.status === "failed";
  show(find("stop-save", root), isThere && !isOver);
  setText(find("stop-save", root).querySelector("span"), isQueued ? "Remove from the queue" : "Stop and save");
  show(find("stop-discard", root), isThere && !isOver && !isQueued);
  show(find("resume", root), isOver && session?.status !== "completed");
  show(find("fork", root), isThere);
  show(find("delete", root), isOver);
  // As it is, a failed run would fail in the same way again.
  find("resume", root).className = hasFailed ? "button" : "button button--primary";
  find("fork", root).className = hasFailed ? "button button--primary" : "button";
  for (const step of ["export", "test"]) {
    const link = find(`to-${step}`, root, "a");
    show(link, Boolean(session?.saved));
    link.href = formatRoute({ step, session: session?.session_id });
  }
  const isOffline = state.connection === "offline" || session?.status === "stopping";
  for (const name of Object.keys(ACTIONS)) find(name, root, "button").disabled = isOffline && name !== "fork";
}
