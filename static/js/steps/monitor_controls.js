// @ts-check
/** What can be done to a run: stop, resume, fork, delete; and the ways to export and test it. */

import { deleteSession, explain, getSession, resumeRun, stopRun } from "../lib/api.js";
import { find, setText, show } from "../lib/dom.js";
import { formatRoute } from "../lib/router.js";
import { isFinal, removed, titleOf } from "../state/sessions.js";
import { ask, mayReplace } from "../ui/dialog.js";

const BUTTONS = ["stop-save", "stop-discard", "resume", "fork", "delete"];

/** @param {HTMLElement} root @param {any} context */
export function mountControls(root, context) {
  const current = () => context.store.get().route.session;
  let isBusy = false;

  /** @param {(id: string) => Promise<string | void>} action which gives the words to say */
  const on = (action) => async () => {
    const id = current();
    if (!id || isBusy) return;
    isBusy = true;
    try {
      const done = await action(id);
      if (done) context.say(done);
      await context.live.refreshShown();
    } catch (error) {
      context.say(explain(error), "error");
    } finally {
      isBusy = false;
    }
  };

  find("stop-save", root).addEventListener("click", on(async (id) => {
    await stopRun(id, "save");
    return context.store.get().sessions[id]?.status === "queued" ? "Removed from the queue." : "It saves what it has learnt and stops.";
  }));
  find("stop-discard", root).addEventListener("click", on(async (id) => {
    if (!(await ask({ title: "Stop and discard?", text: "Nothing is saved, and the checkpoints are deleted. The run stays in the list.", yes: "Stop and discard", danger: true }))) return;
    await stopRun(id, "discard");
    return "It stops without saving.";
  }));
  find("resume", root).addEventListener("click", on(async (id) => {
    await resumeRun(id);
    return "Queued to go on from its last checkpoint.";
  }));
  find("fork", root).addEventListener("click", on(async (id) => {
    if (!(await mayReplace(context))) return;
    const { config } = await getSession(id);
    context.replaceDraft(config, { forkOf: id, mode: "custom", isDirty: true });
    context.go("config");
    return "Its configuration is your draft now. Change what you want and start.";
  }));
  find("delete", root).addEventListener("click", on(async (id) => {
    const title = titleOf(context.store.get().sessions[id]);
    if (!(await ask({ title: `Delete ${title}?`, text: "Its adapter, checkpoints, completions and exports are deleted.", yes: "Delete", danger: true }))) return;
    await deleteSession(id);
    context.go("");
    context.store.update((/** @type {any} */ state) => ({ ...removed(id)(state), lastSession: null }));
    return "Deleted.";
  }));

  return {
    /** @param {any} session undefined while it is not known @param {any} state */
    render(session, state) {
      const isOver = session ? isFinal(session) : false;
      const isThere = Boolean(session);
      show(find("stop-save", root), isThere && !isOver);
      const isQueued = session?.status === "queued";
      setText(find("stop-save", root).querySelector("span"), isQueued ? "Remove from the queue" : "Stop and save");
      show(find("stop-discard", root), isThere && !isOver && !isQueued);
      const isWorthResuming = session?.status !== "failed";
      find("resume", root).className = isWorthResuming ? "button button--primary" : "button";
      find("fork", root).className = isThere && !isWorthResuming ? "button button--primary" : "button";
      show(find("resume", root), isOver && session.status !== "completed");
      show(find("fork", root), isThere);
      show(find("delete", root), isOver);
      for (const step of ["export", "test"]) {
        const link = /** @type {HTMLAnchorElement} */ (find(`to-${step}`, root));
        show(link, Boolean(session?.saved));
        link.href = formatRoute({ step, session: session?.session_id });
      }
      const isOffline = state.connection === "offline" || session?.status === "stopping";
      for (const name of BUTTONS) /** @type {HTMLButtonElement} */ (find(name, root)).disabled = isOffline && name !== "fork";
    },
  };
}
