// @ts-check
/** The charts of one run in the monitor: its history, the held-out results, and what became of reading them. */

import { clone, find, make, saveFile, setText, show } from "../../lib/dom.js";
import { wholeCsv } from "../../state/chart_text.js";
import { fullReward, heldOutHistory } from "../../state/held_out.js";
import { isWorthShowing, RUN_CHARTS } from "../../state/run_charts.js";
import { at } from "../../state/series.js";
import { isFinal } from "../../state/sessions.js";
import { createGrid } from "../../ui/chart_grid.js";
import { createReader } from "./histories.js";

/** @typedef {import("./histories.js").Histories} Histories */

/** @param {HTMLElement} root @param {any} context @param {{onStep?: (step: number) => void}} [told] onStep hears of a step that was clicked */
export function mountCharts(root, context, { onStep } = {}) {
  const box = clone("chart-state");
  const host = make("div");
  root.append(box, host);
  /** @type {any} the session as the store has it */
  let session = null;
  const reader = createReader({
    onBegin(isFirst) {
      show(find("charts-error", box), false);
      show(find("charts-busy", box), isFirst);
    },
    onRead(problem) {
      show(find("charts-busy", box), false);
      show(find("charts-error", box), problem !== "");
      setText(find("charts-error-text", box), problem);
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
  context.live.on("training_update", (/** @type {any} */ update) => reader.take(update) && grid.changed());

  return {
    /** Show the charts of a session. @param {string | null} wanted */
    show(wanted) {
      reader.reset(wanted);
      session = null;
      grid.zoom(null);
      reader.load();
    },
    /** Take over what the store knows of the session. @param {any} state */
    render(state) {
      const id = reader.id();
      const next = id ? state.sessions[id] : null;
      if (next === session) return;
      const before = session;
      session = next;
      if (before?.evaluations !== next?.evaluations || before?.config !== next?.config || before?.status !== next?.status) grid.changed();
    },
  };
}

/** What the charts are drawn from. @param {any} session @param {Histories} histories @returns {import("../../state/run_charts.js").Run} */
function runOf(session, { history, warmUp }) {
  const startedAt = session?.started_at ?? at(history, "t", 0);
  const heldOut = heldOutHistory(session?.evaluations ?? [], history, startedAt, fullReward(session?.config));
  return { history, warmUp, heldOut, config: session?.config, engine: session?.engine?.engine, isOver: Boolean(session && isFinal(session)), startedAt };
}

/** @param {string | null} id @param {Histories} histories */
function saveCsv(id, { history, warmUp }) {
  saveFile(`${id}-metrics.csv`, wholeCsv([{ phase: "pre_training", history: warmUp }, { phase: "training", history }]), "text/csv");
}
