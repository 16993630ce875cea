// @ts-check
/** The sessions by id and the one that is shown; pure reducers. */

/** @typedef {{sessions: Record<string, any>, shown: string | null, system: any, connection: string, isLoaded: boolean}} State */

/** @type {State} */
export const initial = { sessions: {}, shown: null, system: null, connection: "connecting", isLoaded: false };

/** The list as REST gave it. @param {any[]} sessions @returns {(state: State) => State} */
export const listed = (sessions) => (state) => ({
  ...state,
  isLoaded: true,
  sessions: Object.fromEntries(sessions.map((s) => [s.session_id, { ...state.sessions[s.session_id], ...s }])),
});

/** One session's snapshot. @param {any} session @returns {(state: State) => State} */
export const snapshot = (session) => (state) => change(state, session.session_id, (old) => ({ ...old, ...session }));

/** A training_update with those before it. @param {any} update @returns {(state: State) => State} */
export const updated = (update) => (state) =>
  change(state, update.session_id, (old) => {
    if (isKnown(update.seq, old, "update_seq")) return old;
    const step = update.phase === "training" ? { step: update.step, total_steps: update.total_steps } : {};
    return { ...old, ...step, metrics: update, eta_seconds: update.eta_seconds, update_seq: update.seq };
  });

/** A training_status. @param {any} message @returns {(state: State) => State} */
export const statusChanged = (message) => (state) =>
  change(state, message.session_id, (old) => {
    if (isKnown(message.seq, old, "status_seq")) return old;
    const { status, phase, phase_detail, phase_started_at, step, total_steps, failure, seq } = message;
    return { ...old, status, phase, phase_detail, phase_started_at, step, total_steps, failure, status_seq: seq };
  });

/** @param {string} id @returns {(state: State) => State} */
export const removed = (id) => (state) => {
  const { [id]: _, ...sessions } = state.sessions;
  return { ...state, sessions, shown: state.shown === id ? null : state.shown };
};

/** @param {string | null} id @returns {(state: State) => State} */
export const shown = (id) => (state) => ({ ...state, shown: id });

/** @param {Partial<State>} patch @returns {(state: State) => State} */
export const patched = (patch) => (state) => ({ ...state, ...patch });

/** Newest first. @param {State} state */
export const inOrder = (state) =>
  Object.values(state.sessions).sort((a, b) => (b.created_at ?? 0) - (a.created_at ?? 0));

export const FINAL = ["completed", "stopped", "failed", "interrupted"];

/** Whether the snapshot or an earlier message of the kind holds this already; kinds may overtake each other.
 * @param {number} seq @param {any} session @param {"update_seq" | "status_seq"} kind */
const isKnown = (seq, session, kind) => seq <= Math.max(session.last_seq ?? 0, session[kind] ?? 0);

/** @param {State} state @param {string} id @param {(old: any) => any} reducer @returns {State} */
function change(state, id, reducer) {
  const old = state.sessions[id] ?? { session_id: id, status: "queued" };
  return { ...state, sessions: { ...state.sessions, [id]: reducer(old) } };
}
