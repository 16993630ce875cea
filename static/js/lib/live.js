// @ts-check
/** Keeps the store in step with the server: snapshots over REST, changes over the socket; after each reconnect both again. */

import * as state from "../state/sessions.js";
import { later } from "../state/exports.js";
import { explain, getSession, listExports, listSessions } from "./api.js";
import { throttled } from "./dom.js";
import { createLatest, unchanged } from "./latest.js";
import { connect } from "./socket.js";

const LIST_MS = 1000;
const SHOWN_MS = 400;
/** Events after which a session's snapshot says more than the message about them. */
const TELLING = ["phase", "loaded", "data", "evaluation", "checkpoint", "notice", "resumed", "saved", "completed", "stopped", "failed", "interrupted", "queued", "starting"];

/** @typedef {(message: any) => void} Listener */

/** @param {any} store @param {(text: string, level?: "info" | "error") => void} say */
export function createLive(store, say) {
  /** @type {Map<string, Set<Listener>>} */
  const listeners = new Map();
  const tell = (/** @type {string} */ name, /** @type {any} */ message) => listeners.get(name)?.forEach((one) => one(message));
  /** @type {string | null} */
  let watched = null;
  const snapshots = createSnapshots(store, say, () => watched);
  const socket = connect(handlersOf(store, tell, snapshots), (status) => store.update(state.patched({ connection: status })), async () => {
    await snapshots.refreshAll();
    if (watched) socket.subscribe(watched, Number.MAX_SAFE_INTEGER);
    tell("connect", null);
  });

  return {
    refreshAll: snapshots.refreshAll,
    refreshShown: snapshots.refreshShown,
    forget: snapshots.forget,
    /** Hear messages of a name; "connect" after each connection. @param {string} name @param {Listener} listener */
    on(name, listener) {
      listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
      return () => listeners.get(name)?.delete(listener);
    },
    /** Be told all about one session, or none. @param {string | null} id */
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

/** What REST knows, fetched when it may have changed. @param {any} store
 * @param {(text: string, level?: "info" | "error") => void} say @param {() => string | null} watched */
function createSnapshots(store, say, watched) {
  const [lists, shownOne] = [createLatest(), createLatest(watched)];

  async function refreshAll() {
    const isQueueUntold = unchanged(() => store.get().queue);
    await lists.ask(() => Promise.all([listSessions(), listExports()]), {
      answered([{ sessions, queue }, { exports }]) {
        const held = store.get().exports;
        const known = exports.map((/** @type {any} */ one) => [one.export_id, later(held[one.export_id], one)]);
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
    /** Something has happened to a session, which may be the watched one. @param {string} id @param {any[]} messages */
    noteStatus: (id, messages) => id === watched() && messages.some((one) => TELLING.includes(one.kind)) && refreshSoon(),
  };

}

/** What each message of the server does to the store, and who else is told of it.
 * @param {any} store @param {(name: string, message: any) => void} tell @param {ReturnType<typeof createSnapshots>} snapshots */
function handlersOf(store, tell, snapshots) {
  const pass = (/** @type {string} */ name) => (/** @type {any} */ message) => tell(name, message);
  return {
    system_update: (/** @type {any} */ sample) => store.update(state.patched({ system: sample })),
    queue_update: (/** @type {any} */ queue) => store.update(state.patched({ queue })),
    training_update(/** @type {any} */ message) {
      for (const one of inOrder(message)) {
        store.update(state.updated(one));
        tell("training_update", one);
      }
    },
    training_status(/** @type {any} */ message) {
      if (!state.sessionOf(store.get(), message.session_id)?.model) snapshots.listSoon();
      for (const one of inOrder(message)) {
        store.update(state.statusChanged(one));
        tell("training_status", one);
      }
      snapshots.noteStatus(message.session_id, inOrder(message));
    },
    export_update(/** @type {any} */ one) {
      store.update(state.exportChanged(one));
      if (one.status === "deleted") snapshots.listSoon(); // a list on its way may still have it
    },
    training_completions: pass("training_completions"),
    training_log: pass("training_log"),
    dataset_update: pass("dataset_update"),
    generation_update: pass("generation_update"),
    model_update: pass("model_update"),
    batch_update: pass("batch_update"),
  };
}

/** A message with those that were batched before it. @param {any} message */
const inOrder = (message) => [...(message.earlier ?? []), message];
