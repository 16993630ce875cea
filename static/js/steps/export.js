// @ts-check
/** Step 6: a trained run as files that other programs take, with their proofs, the commands that use them, and the hub. */

import { find, setText, show } from "../lib/dom.js";
import { sessionOf } from "../state/sessions.js";
import { fillSessions, trained } from "../ui/session_select.js";
import { mountChoice } from "./export_choice.js";
import { mountFiles } from "./export_files.js";
import { mountProgress } from "./export_progress.js";
import { mountPush } from "./export_push.js";
import { mountUse } from "./export_use.js";

/** @param {HTMLElement} root @param {any} context */
export function mount(root, context) {
  const select = /** @type {HTMLSelectElement} */ (find("export-session", root));
  const shared = { ...context, fail, put };
  const parts = [mountChoice, mountProgress, mountFiles, mountUse, mountPush].map((mountPart) => mountPart(root, shared));
  select.addEventListener("change", () => context.go("export", select.value));

  /** @param {string} text */
  function fail(text) {
    setText(find("export-error-text", root), text);
    show(find("export-error", root), text !== "");
  }

  /** Take the state that a request has answered with. @param {any} state */
  function put(state) {
    context.store.update((/** @type {any} */ all) => ({ ...all, exports: { ...all.exports, [state.export_id]: state } }));
  }

  /** @param {any} state */
  function render(state) {
    const runs = trained(state);
    const session = sessionOf(state, state.route.session);
    show(find("export-none", root), state.isLoaded && runs.length === 0);
    show(find("export-body", root), runs.length > 0);
    fillSessions(select, runs, session?.saved ? session.session_id : null);
    const id = select.value;
    const shown = { id, session: sessionOf(state, id), one: state.exports[id] ?? null, isOffline: state.connection === "offline" };
    for (const part of parts) part.render(shown);
  }
  return {
    render,
    enter() {
      fail("");
      for (const part of parts) part.enter?.();
    },
  };
}

/** @typedef {{id: string, session: any, one: any, isOffline: boolean}} Shown the run that is chosen, and its export or null */
