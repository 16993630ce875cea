// @ts-check
/** Runs beside each other: choosing them, their curves, and what is said while there are too few. */

import { fillList, find, findInput, itemOf, saveFile, setText, show } from "../lib/dom.js";
import { counted, words } from "../lib/format.js";
import { wholeCsv } from "../state/chart_text.js";
import { COMPARED, idsOf } from "../state/compare.js";
import { inOrder, titleOf } from "../state/sessions.js";
import { createGrid } from "../ui/chart_grid.js";
import { createChosen } from "./compare/chosen.js";
import { renderRuns, renderTables } from "./compare/tables.js";

/** Events after which a session's end results may be others. */
const TELLING = ["phase", "evaluation", "resumed", "completed", "stopped", "failed", "interrupted"];

/** @typedef {import("./compare/chosen.js").Entry} Entry */

/** @param {HTMLElement} root @param {any} context */
export function mount(root, context) {
  const chosen = createChosen(changed);
  let isActive = false;
  const grid = mountGrid(root, chosen);
  mountChoice(root, context, chosen);
  findInput("compare-all", root).addEventListener("change", tables);
  context.live.on("connect", () => isActive && chosen.reload());
  context.live.on("training_update", (/** @type {any} */ update) => chosen.take(update) && grid.changed());
  context.live.on("training_status", (/** @type {any} */ message) => isActive && TELLING.includes(message.kind) && chosen.refresh(message.session_id));

  function changed() {
    renderRuns(root, chosen.all());
    tables();
    render(context.store.get());
    grid.changed();
  }

  function tables() {
    renderTables(root, chosen.runs(), context.boot.defaults, findInput("compare-all", root).checked);
  }

  /** @param {any} state */
  function render(state) {
    const ready = chosen.runs().length;
    setText(find("compare-count", root), chosen.all().some((entry) => entry.status === "loading") ? "Reading the runs" : counted(ready, "run"));
    show(find("compare-empty", root), ready < 2);
    show(find("compare-body", root), ready > 1);
    setText(find("compare-empty-text", root), emptyText(chosen.all()));
    renderOthers(root, inOrder(state).filter((session) => !chosen.ids().includes(session.session_id)));
  }

  return {
    /** @param {any} route */
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

/** The curves of the runs above each other. @param {HTMLElement} root @param {ReturnType<typeof createChosen>} chosen */
function mountGrid(root, chosen) {
  return createGrid(find("compare-charts", root), {
    specs: COMPARED, input: chosen.runs,
    historiesOf: (runs) => runs.flatMap((/** @type {any} */ run) => [run, { history: run.heldOut, startedAt: run.startedAt }]),
    fileName: (key) => `compared-${key}`,
    onCsv: () => saveFile("compared-metrics.csv", wholeCsv(chosen.runs().map(({ id, history }) => ({ phase: id, history })), "run"), "text/csv"),
  });
}

/** Adding a run and taking one out. @param {HTMLElement} root @param {any} context @param {ReturnType<typeof createChosen>} chosen */
function mountChoice(root, context, chosen) {
  find("compare-add-form", root).addEventListener("submit", (event) => {
    event.preventDefault();
    choose([...chosen.ids(), findInput("compare-add", root).value].filter(Boolean));
  });
  find("compared", root).addEventListener("click", (event) => {
    const isRemove = event.target instanceof Element && event.target.closest('[data-do="remove"]');
    if (!isRemove) return;
    const { id } = itemOf(event.target);
    choose(chosen.ids().filter((one) => one !== id));
    (chosen.ids().length < Object.keys(context.store.get().sessions).length ? find("compare-add", root) : find("main")).focus();
  });

  /** Compare these, and say so in the address. @param {string[]} ids */
  function choose(ids) {
    chosen.choose(ids);
    context.putParams({ ids: ids.join(",") });
  }
}

/** The runs that can be added. @param {HTMLElement} root @param {any[]} others */
function renderOthers(root, others) {
  const select = /** @type {HTMLSelectElement} */ (find("compare-add", root));
  const before = select.value;
  fillList(select, "option", others, (option, session) => {
    const [title, id] = [titleOf(session), session.session_id];
    /** @type {HTMLOptionElement} */ (option).value = id;
    setText(option, [title === id ? id : `${title} (${id})`, words(session.status).toLowerCase()].join(", "));
  });
  const isThere = others.some((session) => session.session_id === before);
  if (isThere) select.value = before; // a new run moves all others by one
  show(find("compare-add-form", root), others.length > 0);
}

/** @param {Entry[]} all */
function emptyText(all) {
  if (all.some((entry) => entry.status === "loading")) return "Reading the runs.";
  if (all.some((entry) => entry.status !== "ready")) return "A comparison needs two runs that can be read. Take out what is not found and add another run.";
  return all.length ? "One run is chosen. Add another one to see both beside each other." : "No run is chosen yet. Add two or more above, or choose them in the list of sessions with Compare.";
}
