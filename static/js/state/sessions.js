// @ts-check
/** The sessions by id and the one that is shown; pure reducers. */

import { FINAL_STATUSES } from "../facts.js";
import { wordsIn } from "./datasets.js";
import { isSame } from "./draft.js";

/** What the store begins with. */
export const initial = {
  sessions: {}, exports: {}, shown: null, system: null, queue: null, connection: /** @type {const} */ ("connecting"),
  isLoaded: false,
  broken: {},
};

/** The list as REST gave it; a run that only the socket has told of so far stays.
 * @param {ListedSession[]} sessions @returns {Reducer} */
export const listed = (sessions) => (state) => ({
  ...state,
  isLoaded: true,
  sessions: {
    ...Object.fromEntries(Object.entries(state.sessions).filter(([, held]) => held.last_seq === undefined)),
    ...Object.fromEntries(sessions.map((s) => [s.session_id, merged(sessionOf(state, s.session_id), s)])),
  },
});

/** One session's snapshot. @param {SessionDetail} session @returns {Reducer} */
export const snapshot = (session) => (state) =>
  change(state, session.session_id, (old) => {
    const config = isSame(old.config, session.config) ? old.config : session.config;
    return { ...merged(old, session), config, isWhole: true, ...named(config) };
  });

/** Whether two states are of one run, and not of one made anew under an old id; of a run that only the socket has told
 * of so far, the time it was made at is not known.
 * @param {Session | null | undefined} old what was held @param {Session | ListedSession} next */
export const isSameRun = (old, next) => old?.session_id === next.session_id &&
  (old.last_seq === undefined || old.created_at === next.created_at);

/** What is held and an answer of REST together: the answer wins, unless the socket has told more of the same run since.
 * @param {Session | undefined} old @param {SessionDetail | ListedSession} answer @returns {Session} */
function merged(old, answer) {
  if (!old || !isSameRun(old, answer)) return answer;
  const isOlder = answer.last_seq < Math.max(old.last_seq ?? 0, old.status_seq ?? 0);
  return isOlder ? { ...answer, ...old } : { ...old, ...answer };
}

/** A session by its id, also where that is the name of something every object has.
 * @param {Pick<State, "sessions">} state @param {string | null} id @returns {Session | undefined} */
export const sessionOf = ({ sessions }, id) =>
  (id !== null && Object.hasOwn(sessions, id) ? sessions[id] : undefined);

/** A training_update. @param {TrainingUpdate} update @returns {Reducer} */
export const updated = (update) => (state) =>
  change(state, update.session_id, (old) => {
    if (isKnown(update.seq, old, "update_seq")) return old;
    const isTraining = update.phase === "training";
    const step = isTraining ? { step: update.step, total_steps: update.total_steps, reward: update.reward } : {};
    return { ...old, ...step, metrics: update, eta_seconds: update.eta_seconds, update_seq: update.seq };
  });

/** A training_status. @param {TrainingStatus} message @returns {Reducer} */
export const statusChanged = (message) => (state) =>
  change(state, message.session_id, (old) => {
    if (isKnown(message.seq, old, "status_seq")) return old;
    const { status, phase, phase_detail, phase_started_at, step, total_steps, failure, seq } = message;
    const progress = message.kind === "progress" ? message.event : null;
    const next = { ...old, status, phase, phase_detail, phase_started_at, step, total_steps, failure, status_seq: seq };
    if (progress || old.phase_started_at !== phase_started_at) next.progress = progress;
    return next;
  });

/** An export_update. @param {ExportState} exportState @returns {Reducer} */
export const exportChanged = (exportState) => (state) => {
  const { export_id: id, status } = exportState;
  const { [id]: _, ...others } = state.exports;
  return { ...state, exports: status === "deleted" ? others : { ...others, [id]: exportState } };
};

/** @param {string} id @returns {Reducer} */
export const removed = (id) => (state) => {
  const { [id]: _, ...sessions } = state.sessions;
  const { [id]: __, ...exports } = state.exports;
  return { ...state, sessions, exports, shown: state.shown === id ? null : state.shown };
};

/** @param {string | null} id @returns {Reducer} */
export const shown = (id) => (state) => ({ ...state, shown: id });

/** @param {Partial<State>} patch @returns {Reducer} */
export const patched = (patch) => (state) => ({ ...state, ...patch });

/** How long a run has worked, without the pauses between its attempts.
 * @param {Session} session that has started @param {number} now Unix seconds */
export function workedSeconds({ started_at: start, ended_at: end, paused_at: paused, idle_seconds: idle }, now) {
  return (end ?? paused ?? now) - (start ?? now) - (idle ?? 0);
}

/** Newest first. @param {Pick<State, "sessions">} state */
export const inOrder = ({ sessions }) =>
  Object.values(sessions).sort((a, b) => (b.created_at ?? 0) - (a.created_at ?? 0));

/** Those that a search finds by id, name, model or data set, newest first. @param {State} state @param {string} text */
export function found(state, text) {
  const wanted = wordsIn(text);
  return inOrder(state).filter((session) => {
    const { session_id: id, name, model, dataset, status } = session;
    const words = [id, name, model, dataset, status].join(" ").toLowerCase();
    return wanted.every((word) => words.includes(word));
  });
}

/** @param {Session} session */
export const isFinal = (session) => FINAL_STATUSES.includes(session.status);

/** The name people gave a session, else its id. @param {Session} session */
export const titleOf = (session) => session.name || session.session_id;

/** Which engine trains on which device, and which layers carry the adapter. @param {Session} session */
export function engineText({ engine, device }) {
  if (!engine) return device ?? "";
  const names = { trl: "TRL", unsloth: "Unsloth", cpu: "CPU" };
  const where = Object.entries(names).reduce((text, [name, title]) => text.replace(name, title),
    `${engine.engine} on ${engine.device}, ${engine.dtype}`);
  const layers = Object.entries(engine.adapted_layers ?? {});
  const adapted = layers.reduce((sum, [, [carrying]]) => sum + carrying, 0);
  const without = layers.filter(([, [carrying]]) => !carrying).map(([kind]) => kind);
  const left = without.length ? `, none on ${without.join(", ")}` : "";
  return layers.length ? `${where}, adapter on ${adapted} layers${left}` : where;
}

/** Whether the snapshot or an earlier message of the kind holds this already; kinds may overtake each other.
 * @param {number} seq @param {Session} session @param {"update_seq" | "status_seq"} kind */
const isKnown = (seq, session, kind) => seq <= Math.max(session.last_seq ?? 0, session[kind] ?? 0);

/** @param {RunConfig | undefined} config */
const named = (config) =>
  (config ? { name: config.name, model: config.model.name, dataset: config.dataset.source } : {});

/** @param {State} state @param {string} id @param {(old: Session) => Session} reducer */
function change(state, id, reducer) {
  const old = sessionOf(state, id) ?? { session_id: id, status: "queued", created_at: Date.now() / 1000 };
  const next = reducer(old);
  return next === old ? state : { ...state, sessions: { ...state.sessions, [id]: next } };
}
