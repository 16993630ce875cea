// @ts-check
/** The list of sessions. */

import { fillList, find, part, setText } from "../lib/dom.js";
import { words } from "../lib/format.js";
import { inOrder } from "../state/sessions.js";

/** @param {(id: string | null) => void} onChoose null for a new run */
export function mountSidebar(onChoose) {
  find("new-run").addEventListener("click", () => onChoose(null));
  find("sessions").addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest("button") : null;
    if (row instanceof HTMLElement && row.dataset.session) onChoose(row.dataset.session);
  });
}

/** @param {import("../state/sessions.js").State} state */
export function renderSidebar(state) {
  const sessions = inOrder(state);
  find("no-sessions").hidden = sessions.length > 0;
  fillList(find("sessions"), "session", sessions, (item, session) => {
    const row = part(item, "session-row");
    row.dataset.session = session.session_id;
    row.setAttribute("aria-current", String(session.session_id === state.shown));
    setText(part(row, "session-row__name"), session.session_id);
    const badge = part(row, "badge");
    badge.dataset.status = session.status;
    setText(badge, words(session.status));
    setText(part(row, "session-row__step"), session.total_steps ? `Step ${session.step} of ${session.total_steps}` : "");
  });
}
