// @ts-check
/** Keeps the store in step with the server: snapshots over REST, changes over the socket; both after each reconnect. */

import * as state from "../state/sessions.js";
import { brokenIn } from "../state/broken.js";
import { later } from "../state/exports.js";
import { explain, getSession, listExports, listSessions } from "./api.js";
import { createLatest, unchanged } from "./latest.js";
import { connect } from "./socket.js";
import { throttled } from "./dom.js";

const LIST_MS = 1000;
const SHOWN_MS = 400;
/** Events after which a session's snapshot says more than the message about them. */
const TELLING = [
  "phase", "loaded", "data", "evaluation", "checkpoint", "notice", "resumed", "saved", "completed", "stopped", "failed",
  "interrupted", "queued", "starting",
];
/** Messages that change nothing in the store by themselves. */
const PASSED = /** @type {const} */ ([
  "training_completions", "training_log", "dataset_update", "generation_update", "model_update", "batch_update",
]);

/** @typedef {<K extends keyof Messages>(name: K, message: Messages[K]) => void} Tell */

/** @param {Store} store @param {Say} say @returns {Live} */
export function createLive(store, say) {
  /** @type {Map<string, Set<(message: any) => unknown>>} */
  const listeners = new Map();
  /** @type {Tell} */
  const tell = (name, message) => listeners.get(name)?.forEach((listener) => listener(message));
  /** @type {string | null} */
  let watched = null;
  const snapshots = createSnapshots(store, say, () => watched);
  const noteStatus = (/** @type {State["connection"]} */ connection) => store.update(state.patched({ connection }));
  const socket = connect(handlersOf(store, tell, snapshots), noteStatus, async () => {
    await snapshots.refreshAll();
    if (watched) socket.subscribe(watched, Number.MAX_SAFE_INTEGER);
    tell("connect", null);
  });

  return {
    refreshAll: snapshots.refreshAll,
    refreshShown: snapshots.refreshShown,
    forget: snapshots.forget,
    on(name, listener) {
      listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
      return () => listeners.get(name)?.delete(listener);
    },
    watch(id) {
      if (id === watched) return;
      if (watched) socket.unsubscribe(watched);
      watched = id;
      store.update(state.shown(id));
      if (id) socket.subscribe(id, Number.MAX_SAFE_INTEGER);
      snapshots.refreshShown();
    },
  };
}

/** What REST knows, fetched when it may have changed. @param {Store} store
 * @param {Say} say @param {() => string | null} watched */
function createSnapshots(store, say, watched) {
  const [lists, shownOne] = [createLatest(), createLatest(watched)];

  async function refreshAll() {
    const isQueueUntold = unchanged(() => store.get().queue);
    await lists.ask(() => Promise.all([listSessions(), listExports()]), {
      answered([{ sessions, broken, queue }, { exports, broken: brokenExports }]) {
        store.update(brokenIn("sessions", broken));
        store.update(brokenIn("exports", brokenExports));
        const held = store.get().exports;
        const known = exports.map((listed) => [listed.export_id, later(held[listed.export_id], listed)]);
        store.update(state.listed(sessions));
        store.update(state.patched({ exports: Object.fromEntries(known) }));
        if (isQueueUntold()) store.update(state.patched({ queue }));
      },
      refused: complain,
    });
    await refreshShown();
  }

  /** Fetch the watched session; the socket brings what changes after it. */
  async function refreshShown() {
    const id = watched();
    if (!id) return;
    await shownOne.ask(() => getSession(id), {
      answered: (session) => store.update(state.snapshot(session)),
      refused: (error) => (error.code === "not_found" ? store.update(state.removed(id)) : complain(error)),
    });
  }

  /** A run has been deleted: no list that was asked for before may bring it back. @param {string} id */
  function forget(id) {
    lists.drop();
    shownOne.drop();
    store.update(state.removed(id));
    return refreshAll();
  }

  /** @param {import("./api.js").ApiError} error */
  function complain(error) {
    if (error.code !== "offline") say(explain(error), "error");
  }

  const refreshSoon = throttled(refreshShown, SHOWN_MS);
  return {
    refreshAll, refreshShown, forget,
    /** A run that somebody else has started is known by its id only, until the list is asked for its name. */
    listSoon: throttled(refreshAll, LIST_MS),
    /** Something has happened to a session, which may be the watched one.
     * @param {string} id @param {TrainingStatus[]} messages */
    noteStatus(id, messages) {
      if (id === watched() && messages.some((message) => TELLING.includes(message.kind))) refreshSoon();
    },
  };
}

/** What each message of the server does to the store, and who else is told of it.
 * @param {Store} store @param {Tell} tell @param {ReturnType<typeof createSnapshots>} snapshots
 * @returns {Record<string, (message: any) => void>} */
function handlersOf(store, tell, snapshots) {
  /** @param {typeof PASSED[number]} name @returns {[string, (message: any) => void]} */
  const pass = (name) => [name, (message) => tell(name, message)];
  return {
    system_update: (/** @type {SystemSample} */ system) => store.update(state.patched({ system })),
    queue_update: (/** @type {QueueState} */ queue) => store.update(state.patched({ queue })),
    training_update(/** @type {TrainingUpdate} */ message) {
      for (const update of inOrder(message)) {
        store.update(state.updated(update));
        tell("training_update", update);
      }
    },
    training_status(/** @type {TrainingStatus} */ message) {
      if (!state.sessionOf(store.get(), message.session_id)?.model) snapshots.listSoon();
      for (const status of inOrder(message)) {
        store.update(state.statusChanged(status));
        tell("training_status", status);
      }
      snapshots.noteStatus(message.session_id, inOrder(message));
    },
    export_update(/** @type {ExportState} */ exportState) {
      store.update(state.exportChanged(exportState));
      if (exportState.status === "deleted") snapshots.listSoon(); // a list on its way may still have it
    },
    ...Object.fromEntries(PASSED.map(pass)),
  };
}

/** A message with those that were batched before it. @template {{earlier?: T[]}} T @param {T} message */
const inOrder = (message) => [...(message.earlier ?? []), message];
