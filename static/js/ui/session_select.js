// @ts-check
/** A select of sessions, newest first, that is drawn anew only when its choices change. */

import { inOrder, titleOf } from "../state/sessions.js";

/** Sessions with a trained adapter. @param {State} state */
export const trained = (state) => inOrder(state).filter((session) => session.saved);

/** @param {HTMLSelectElement} select @param {Session[]} sessions @param {string | null} chosen */
export function fillSessions(select, sessions, chosen) {
  const key = sessions.map((session) => `${session.session_id} ${titleOf(session)}`).join("\n");
  if (select.dataset.key !== key) {
    const before = select.value;
    select.replaceChildren(...sessions.map((session) => new Option(labelOf(session), session.session_id)));
    select.dataset.key = key;
    if (sessions.some((session) => session.session_id === before)) select.value = before;
  }
  if (chosen && select.value !== chosen) select.value = chosen;
}

/** A session's title, with its id where that is another. @param {Session} session */
export function labelOf(session) {
  const title = titleOf(session);
  return title === session.session_id ? title : `${title} (${session.session_id})`;
}
