// @ts-check
/** The charts of one run in the monitor: its history, the held-out results, and what became of reading them. */

import { clone, find, make, saveFile, show, tell } from "../../lib/dom.js";
import { wholeCsv } from "../../state/chart_text.js";
import { areShares, heldOutHistory } from "../../state/held_out.js";
import { isWorthShowing, RUN_CHARTS } from "../../state/run_charts.js";
import { at } from "../../state/series.js";
import { isFinal } from "../../state/sessions.js";
import { createGrid } from "../../ui/chart_grid.js";
import { createReader } from "./histories.js";

/** @typedef {import("./histories.js").Histories} Histories */

/** What of a session the charts show. */
const SHOWN = /** @type {const} */ (["evaluations", "config", "status"]);

/** @param {HTMLElement} root @param {Context} context
 * @param {{onStep?: (step: number) => void}} [told] onStep hears of a step that was clicked */
export function mountCharts(root, context, { onStep } = {}) {
  const box = clone("chart-state");
  const host = make("div");
  root.append(box, host);
  /** The session as the store has it. @type {Session | null | undefined} */
  let session = null;
  const reader = createReader({
    onBegin(isFirst) {
      show(find("charts-error", box), false);
      show(find("charts-busy", box), isFirst);
    },
    onRead(problem) {
      show(find("charts-busy", box), false);
      tell(box, "charts-error", problem);
      grid.changed();
    },
  });
  const grid = createGrid(host, {
    specs: RUN_CHARTS, input: () => runOf(session, reader.histories()), isShown: isWorthShowing, onStep,
    historiesOf: (input) => [input, { history: input.heldOut, startedAt: input.startedAt }],
    fileName: (key) => `${reader.id()}-${key}`,
    onCsv: () => saveCsv(reader.id(), reader.histories()),
  });
  find("charts-again", box).addEventListener("click", () => reader.load());
  context.live.on("connect", () => reader.load());
  context.live.on("training_update", (update) => reader.take(update) && grid.changed());

  return {
    /** Show the charts of a session. @param {string | null} wanted */
    show(wanted) {
      reader.reset(wanted);
      session = null;
      grid.zoom(null);
      reader.load();
    },
    /** Take over what the store knows of the session. @param {State} state */
    render(state) {
      const id = reader.id();
      const [before, next] = [session, id ? state.sessions[id] : null];
      session = next;
      if (SHOWN.some((key) => before?.[key] !== next?.[key])) grid.changed();
    },
  };
}

/** What the charts are drawn from.
 * @param {Session | null | undefined} session @param {Histories} histories
 * @returns {import("../../state/run_charts.js").Run} */
function runOf(session, { history, warmUp }) {
  const startedAt = session?.started_at ?? at(history, "t", 0);
  const { config, engine, evaluations = [], is_on_policy: isOnPolicy } = session ?? {};
  const heldOut = heldOutHistory(evaluations, history, startedAt);
  const isOver = Boolean(session && isFinal(session));
  return { history, warmUp, heldOut, config, isOnPolicy, engine: engine?.engine, isOver, startedAt,
    isShare: areShares(evaluations) };
}

/** @param {string | null} id @param {Histories} histories */
function saveCsv(id, { history, warmUp }) {
  const csv = wholeCsv([{ phase: "pre_training", history: warmUp }, { phase: "training", history }]);
  saveFile(`${id}-metrics.csv`, csv, "text/csv");
}
