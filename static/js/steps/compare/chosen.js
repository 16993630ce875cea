// @ts-check
/** The runs chosen for a comparison, and what is read of them. */

import { explain, getMetrics, getSession } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { labelAmong } from "../../state/compare.js";
import { areShares, heldOutHistory } from "../../state/held_out.js";
import { append, at, emptyHistory, fromColumns } from "../../state/series.js";

const MAX_POINTS = 8000;

/** A chosen run: what is known of it, or why nothing is.
 * @typedef {{id: string, status: "loading" | "ready" | "missing" | "failed", problem: string, session: Named | null,
 *   history: RunHistory, waiting: TrainingUpdate[] | null, latest: ReturnType<typeof createLatest>}} Entry
 * waiting has the updates that come while the history is being read */
/** @typedef {SessionDetail & {name: string | null}} Named */

/** @param {() => void} onChange */
export function createChosen(onChange) {
  /** @type {Map<string, Entry>} */
  let entries = new Map();

  return {
    ids: () => [...entries.keys()],
    all: () => [...entries.values()],
    /** @param {string[]} ids */
    choose(ids) {
      const old = entries;
      entries = new Map(ids.map((id) => [id, old.get(id) ?? newEntry(id)]));
      for (const entry of old.values()) if (!entries.has(entry.id)) entry.latest.drop();
      for (const entry of entries.values()) if (entry.status !== "ready") readAll(entry, onChange);
      onChange();
    },
    /** Read all of them again. */
    reload() {
      for (const entry of entries.values()) readAll(entry, onChange);
    },
    /** Something happened to a run, which may be one of these. @param {string} id */
    refresh(id) {
      const entry = entries.get(id);
      if (entry?.waiting) readAll(entry, onChange);
      else if (entry?.status === "ready") readSession(entry, onChange);
    },
    /** A training_update; whether it changes one of these runs. @param {TrainingUpdate} update */
    take(update) {
      const entry = entries.get(update.session_id);
      if (!entry || update.phase !== "training") return false;
      entry.waiting?.push(update);
      return entry.status === "ready" && append(entry.history, update, Date.now() / 1000);
    },
    /** Those that could be read, as charts and tables take them. */
    runs: () => runsOf([...entries.values()]),
  };
}

/** @param {string} id @returns {Entry} */
const newEntry = (id) => ({
  id, status: "loading", problem: "", session: null, history: emptyHistory(), waiting: null, latest: createLatest(),
});

/** Read a run and its history. @param {Entry} entry @param {() => void} onChange */
function readAll(entry, onChange) {
  /** @param {Partial<Entry>} patch */
  const put = (patch) => {
    Object.assign(entry, patch);
    for (const update of entry.waiting ?? []) append(entry.history, update, Date.now() / 1000);
    entry.waiting = null;
    onChange();
  };
  entry.waiting = [];
  entry.latest.drop(); // what came before this reading is in it
  entry.latest.ask(() => Promise.all([getSession(entry.id), getMetrics(entry.id, { max_points: MAX_POINTS })]), {
    answered: ([session, { columns }]) =>
      put({ status: "ready", session: named(session), history: fromColumns(columns) }),
    refused: (error) => put({ status: error.code === "not_found" ? "missing" : "failed", problem: explain(error) }),
  });
}

/** Read what may have changed besides the history. @param {Entry} entry @param {() => void} onChange */
function readSession(entry, onChange) {
  entry.latest.ask(() => getSession(entry.id), {
    answered(session) {
      entry.session = named(session);
      onChange();
    },
    refused() {}, // the next connection reads everything again
  });
}

/** A session under the name that its configuration gives it, as lists have it. @param {SessionDetail} session */
const named = (session) => ({ ...session, name: session.config.name });

/** @param {Entry[]} entries @returns {import("../../state/compare.js").Run[]} */
function runsOf(entries) {
  const sessions = entries.map((entry) => entry.session).filter((session) => session !== null);
  return entries.flatMap(({ id, status, session, history }, index) => {
    if (status !== "ready" || !session) return [];
    const startedAt = session.started_at ?? at(history, "t", 0);
    const heldOut = heldOutHistory(session.evaluations, history, startedAt);
    return [{ id, index, session, history, startedAt, heldOut, isShare: areShares(session.evaluations),
      label: labelAmong(session, sessions) }];
  });
}
