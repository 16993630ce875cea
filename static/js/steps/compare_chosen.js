// @ts-check
/** The runs chosen for a comparison, and what is read of them. */

import { ApiError, explain, getMetrics, getSession } from "../lib/api.js";
import { labelAmong } from "../state/compare.js";
import { fullReward, heldOutHistory } from "../state/held_out.js";
import { append, at, emptyHistory, fromColumns } from "../state/series.js";

const MAX_POINTS = 8000;

/** A chosen run: what is known of it, or why nothing is.
 * @typedef {{id: string, status: "loading" | "ready" | "missing" | "failed", problem: string, session: any, history: import("../state/series.js").History, waiting: any[] | null}} Entry
 * waiting has the updates that come while the history is being read */

/** @param {() => void} onChange */
export function createChosen(onChange) {
  /** @type {Map<string, Entry>} */
  let entries = new Map();

  /** @param {Entry} entry @param {(entry: Entry) => Promise<boolean>} read whether that made a difference */
  async function update(entry, read) {
    if (await read(entry) && entries.get(entry.id) === entry) onChange();
  }

  return {
    ids: () => [...entries.keys()],
    all: () => [...entries.values()],
    /** @param {string[]} ids */
    choose(ids) {
      const old = entries;
      entries = new Map(ids.map((id) => [id, old.get(id) ?? { id, status: "loading", problem: "", session: null, history: emptyHistory(), waiting: null }]));
      for (const entry of entries.values()) if (entry.status !== "ready") update(entry, readAll);
      onChange();
    },
    /** Read all of them again. */
    reload() {
      for (const entry of entries.values()) update(entry, readAll);
    },
    /** Something happened to a run, which may be one of these. @param {string} id */
    refresh(id) {
      const entry = entries.get(id);
      if (entry?.status === "ready") update(entry, readSession);
    },
    /** A training_update; whether it changes one of these runs. @param {any} update */
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

/** Read a run and its history; false when it was asked for again meanwhile. @param {Entry} entry */
async function readAll(entry) {
  const mine = /** @type {any[]} */ ([]);
  entry.waiting = mine;
  try {
    const [session, metrics] = await Promise.all([getSession(entry.id), getMetrics(entry.id, { max_points: MAX_POINTS })]);
    if (entry.waiting !== mine) return false;
    Object.assign(entry, { status: "ready", session: named(session), history: fromColumns(metrics.columns) });
    for (const update of mine) append(entry.history, update, Date.now() / 1000);
  } catch (error) {
    if (entry.waiting !== mine) return false;
    const isMissing = error instanceof ApiError && error.code === "not_found";
    Object.assign(entry, { status: isMissing ? "missing" : "failed", problem: explain(error) });
  }
  entry.waiting = null;
  return true;
}

/** Read what may have changed beside the history; false when that failed. @param {Entry} entry */
async function readSession(entry) {
  try {
    entry.session = named(await getSession(entry.id));
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return false; // the next connection reads everything again
  }
}

/** A session under the name that its configuration gives it, as lists have it. @param {any} session */
const named = (session) => ({ ...session, name: session.config.name });

/** @param {Entry[]} entries @returns {import("../state/compare.js").Run[]} */
function runsOf(entries) {
  const ready = entries.map((entry, index) => ({ ...entry, index })).filter((entry) => entry.status === "ready");
  const sessions = ready.map((entry) => entry.session);
  return ready.map(({ id, index, session, history }) => {
    const startedAt = session.started_at ?? at(history, "t", 0);
    return { id, index, session, history, startedAt, heldOut: heldOutHistory(session.evaluations, history, startedAt, fullReward(session.config)), label: labelAmong(session, sessions) };
  });
}
