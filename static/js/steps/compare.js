// @ts-check
/** Runs beside each other: choosing them, their curves, and what is said while there are too few. */

import { doOf, fillList, find, findInput, itemOf, onSubmit, saveFile, setText, show } from "../lib/dom.js";
import { counted, words } from "../lib/format.js";
import { wholeCsv } from "../state/chart_text.js";
import { COMPARED, idsOf } from "../state/compare.js";
import { inOrder } from "../state/sessions.js";
import { createGrid } from "../ui/chart_grid.js";
import { labelOf } from "../ui/session_select.js";
import { createChosen } from "./compare/chosen.js";
import { renderRuns, renderTables } from "./compare/tables.js";

/** Events after which a session's end results may be others. */
const TELLING = ["phase", "evaluation", "resumed", "completed", "stopped", "failed", "interrupted"];

/** @typedef {import("./compare/chosen.js").Entry} Entry */

/** @param {HTMLElement} root @param {Context} context */
export function mount(root, context) {
  const chosen = createChosen(changed);
  let isActive = false;
  const grid = mountGrid(root, chosen);
  mountChoice(root, context, chosen);
  findInput("compare-all", root).addEventListener("change", tables);
  context.live.on("connect", () => isActive && chosen.reload());
  context.live.on("training_update", (update) => chosen.take(update) && grid.changed());
  context.live.on("training_status", ({ kind, session_id: id }) =>
    isActive && TELLING.includes(kind) && chosen.refresh(id));
  function changed() {
    renderRuns(root, chosen.all());
    tables();
    render(context.store.get());
    grid.changed();
  }

  function tables() {
    renderTables(root, chosen.runs(), context.boot.defaults, findInput("compare-all", root).checked);
  }

  /** @param {State} state */
  function render(state) {
    const ready = chosen.runs().length;
    const isReading = chosen.all().some((entry) => entry.status === "loading");
    setText(find("compare-count", root), isReading ? "Reading the runs" : counted(ready, "run"));
    show(find("compare-empty", root), ready < 2);
    show(find("compare-body", root), ready > 1);
    setText(find("compare-empty-text", root), emptyText(chosen.all()));
    renderOthers(root, inOrder(state).filter((session) => !chosen.ids().includes(session.session_id)));
  }

  return {
    /** @param {Route} route */
    enter(route) {
      if (!isActive) chosen.reload(); // what happened while another step was shown
      isActive = true;
      chosen.choose(idsOf(route.params.ids));
    },
    leave() {
      isActive = false;
    },
    render,
  };
}

/** The curves of the runs above each other.
 * @param {HTMLElement} root @param {ReturnType<typeof createChosen>} chosen */
function mountGrid(root, chosen) {
  return createGrid(find("compare-charts", root), {
    specs: COMPARED, input: chosen.runs,
    historiesOf: (runs) => runs.flatMap((run) => [run, { history: run.heldOut, startedAt: run.startedAt }]),
    fileName: (key) => `compared-${key}`,
    onCsv() {
      const runs = chosen.runs().map(({ id, history }) => ({ phase: id, history }));
      saveFile("compared-metrics.csv", wholeCsv(runs, "run"), "text/csv");
    },
  });
}

/** Adding a run and taking one out.
 * @param {HTMLElement} root @param {Context} context @param {ReturnType<typeof createChosen>} chosen */
function mountChoice(root, context, chosen) {
  onSubmit(find("compare-add-form", root), () => {
    choose([...chosen.ids(), find("compare-add", root, "select").value].filter(Boolean));
  });
  find("compared", root).addEventListener("click", (event) => {
    if (doOf(event) !== "remove") return;
    const { id } = itemOf(event.target);
    choose(chosen.ids().filter((other) => other !== id));
    const hasOthers = chosen.ids().length < Object.keys(context.store.get().sessions).length;
    find(hasOthers ? "compare-add" : "main").focus();
  });

  /** Compare these, and say so in the address. @param {string[]} ids */
  function choose(ids) {
    chosen.choose(ids);
    context.putParams({ ids: ids.join(",") });
  }
}

/** The runs that can be added. @param {HTMLElement} root @param {Session[]} others */
function renderOthers(root, others) {
  const select = find("compare-add", root, "select");
  const before = select.value;
  fillList(select, "option", others, (option, session) => {
    Object.assign(option, { value: session.session_id });
    setText(option, `${labelOf(session)}, ${words(session.status).toLowerCase()}`);
  });
  const isThere = others.some((session) => session.session_id === before);
  if (isThere) select.value = before; // a new run moves all others by one
  show(find("compare-add-form", root), others.length > 0);
}

/** @param {Entry[]} all */
function emptyText(all) {
  if (all.some((entry) => entry.status === "loading")) return "Reading the runs.";
  if (all.some((entry) => entry.status !== "ready")) {
    return "A comparison needs two runs that can be read. Take out what is not found and add another run.";
  }
  if (all.length) return "One run is chosen. Add another one to see both beside each other.";
  return "No run is chosen yet. Add two or more above, or choose them in the list of sessions with Compare.";
}
