// @ts-check
/** The charts of one run in the monitor: its history over REST, then update by update. */

import { explain, getMetrics } from "../lib/api.js";
import { clone, find, make, saveFile, setText, show } from "../lib/dom.js";
import { wholeCsv } from "../state/chart_text.js";
import { fullReward, heldOutHistory } from "../state/held_out.js";
import { isWorthShowing, RUN_CHARTS } from "../state/run_charts.js";
import { append, at, emptyHistory, fromColumns } from "../state/series.js";
import { isFinal } from "../state/sessions.js";
import { createGrid } from "../ui/chart_grid.js";

const MAX_POINTS = 20_000;
const MAX_WARM_UP_POINTS = 2000;

/** @param {HTMLElement} root @param {any} context @param {{onStep?: (step: number) => void}} [told] onStep hears of a step that was clicked */
export function mountCharts(root, context, { onStep } = {}) {
  const box = clone("chart-state");
  const host = make("div");
  root.append(box, host);
  /** @type {string | null} */
  let id = null;
  let [history, warmUp] = [emptyHistory(), emptyHistory()];
  /** @type {any} the session as the store has it */
  let session = null;
  /** @type {any[] | null} updates that came while the history was being read */
  let waiting = null;

  const grid = createGrid(host, {
    specs: RUN_CHARTS, input: run, isShown: isWorthShowing, onStep,
    historiesOf: (input) => [input, { history: input.heldOut, startedAt: input.startedAt }],
    fileName: (key) => `${id}-${key}`,
    onCsv: () => saveFile(`${id}-metrics.csv`, wholeCsv([{ phase: "pre_training", history: warmUp }, { phase: "training", history }]), "text/csv"),
  });
  find("charts-again", box).addEventListener("click", () => load());
  context.live.on("connect", () => load());
  context.live.on("training_update", (/** @type {any} */ update) => {
    if (update.session_id !== id) return;
    if (waiting) waiting.push(update);
    else if (take(update)) grid.changed();
  });

  /** What the charts are drawn from. @returns {import("../state/run_charts.js").Run} */
  function run() {
    const startedAt = session?.started_at ?? at(history, "t", 0);
    const heldOut = heldOutHistory(session?.evaluations ?? [], history, startedAt, fullReward(session?.config));
    return { history, warmUp, heldOut, config: session?.config, isOver: Boolean(session && isFinal(session)), startedAt };
  }

  /** @param {any} update */
  const take = (update) => append(update.phase === "training" ? history : warmUp, update, Date.now() / 1000);

  async function load() {
    const wanted = id;
    if (!wanted) return;
    const mine = /** @type {any[]} */ ([]);
    waiting = mine;
    show(find("charts-error", box), false);
    show(find("charts-busy", box), history.length === 0);
    const problem = await read(wanted, mine);
    if (waiting !== mine) return;
    for (const update of mine) take(update);
    waiting = null;
    show(find("charts-busy", box), false);
    show(find("charts-error", box), problem !== "");
    setText(find("charts-error-text", box), problem);
    grid.changed();
  }

  /** @param {string} wanted @param {any[]} mine @returns {Promise<string>} what went wrong */
  async function read(wanted, mine) {
    try {
      const [training, before] = await Promise.all([
        getMetrics(wanted, { max_points: MAX_POINTS }), getMetrics(wanted, { max_points: MAX_WARM_UP_POINTS, phase: "pre_training" }),
      ]);
      if (waiting === mine) [history, warmUp] = [fromColumns(training.columns), fromColumns(before.columns)];
      return "";
    } catch (error) {
      return explain(error);
    }
  }

  return {
    /** Show the charts of a session. @param {string | null} wanted */
    show(wanted) {
      id = wanted;
      [history, warmUp, session, waiting] = [emptyHistory(), emptyHistory(), null, null];
      grid.zoom(null);
      load();
    },
    /** Take over what the store knows of the session. @param {any} state */
    render(state) {
      const next = id ? state.sessions[id] : null;
      if (next === session) return;
      const before = session;
      session = next;
      if (before?.evaluations !== next?.evaluations || before?.config !== next?.config || before?.status !== next?.status) grid.changed();
    },
  };
}
