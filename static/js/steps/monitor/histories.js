// @ts-check
/** The histories of the run that the monitor charts: read over REST, then continued update by update. */

import { explain, getMetrics } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { append, emptyHistory, fromColumns } from "../../state/series.js";

/** Of the training and of the warm-up before it. @typedef {{history: RunHistory, warmUp: RunHistory}} Histories */

const MAX_POINTS = 20_000;
const MAX_WARM_UP_POINTS = 2000;

/** @param {{onBegin: (isFirst: boolean) => void, onRead: (problem: string) => void}} told
 *   onBegin hears whether nothing is there to be shown meanwhile, onRead what went wrong, "" when nothing did */
export function createReader({ onBegin, onRead }) {
  /** @type {string | null} */
  let id = null;
  let [history, warmUp] = [emptyHistory(), emptyHistory()];
  /** Updates that came while the history was being read. @type {TrainingUpdate[] | null} */
  let waiting = null;
  const latest = createLatest(() => id);

  /** @param {TrainingUpdate} update */
  const add = (update) => append(update.phase === "training" ? history : warmUp, update, Date.now() / 1000);

  function load() {
    const wanted = id;
    if (!wanted) return;
    waiting = [];
    onBegin(history.length === 0);
    latest.drop(); // what came before this reading is in it
    latest.ask(() => Promise.all([
      getMetrics(wanted, { max_points: MAX_POINTS }),
      getMetrics(wanted, { max_points: MAX_WARM_UP_POINTS, phase: "pre_training" }),
    ]), {
      answered([training, before]) {
        [history, warmUp] = [fromColumns(training.columns), fromColumns(before.columns)];
        goOn("");
      },
      refused: (error) => goOn(explain(error)),
    });
  }

  /** @param {string} problem what went wrong, or nothing */
  function goOn(problem) {
    for (const update of waiting ?? []) add(update);
    waiting = null;
    onRead(problem);
  }

  return {
    id: () => id,
    /** @returns {Histories} */
    histories: () => ({ history, warmUp }),
    load,
    /** Begin with another session. @param {string | null} wanted */
    reset(wanted) {
      id = wanted;
      [history, warmUp, waiting] = [emptyHistory(), emptyHistory(), null];
    },
    /** A training_update; whether it changes what is shown now. @param {TrainingUpdate} update */
    take(update) {
      if (update.session_id !== id) return false;
      if (!waiting) return add(update);
      waiting.push(update);
      return false;
    },
  };
}
