// @ts-check
/** Runs beside each other: which ones are chosen, and what is read of them. */

import { ApiError, explain, getMetrics, getSession } from "../lib/api.js";
import { fillList, find, findInput, itemOf, saveFile, setText, show } from "../lib/dom.js";
import { counted, words } from "../lib/format.js";
import { wholeCsv } from "../state/chart_text.js";
import { COMPARED, idsOf, labelAmong } from "../state/compare.js";
import { fullReward, heldOutHistory } from "../state/held_out.js";
import { append, at, emptyHistory, fromColumns } from "../state/series.js";
import { inOrder, titleOf } from "../state/sessions.js";
import { createGrid } from "../ui/chart_grid.js";
import { renderRuns, renderTables } from "./compare_tables.js";

const MAX_POINTS = 8000;
/** Events after which a session's end results may be others. */
const TELLING = ["phase", "evaluation", "resumed", "completed", "stopped", "failed", "interrupted"];

/** A chosen run: what is known of it, or why nothing is.
 * @typedef {{id: string, status: "loading" | "ready" | "missing" | "failed", problem: string, session: any, history: import("../state/series.js").History, waiting: any[] | null}} Entry
 * waiting has the updates that come while the history is being read */

/** @param {HTMLElement} root @param {any} context */
export function mount(root, context) {
  const chosen = createChosen(changed);
  let isActive = false;
  const grid = createGrid(find("compare-charts", root), {
    specs: COMPARED, input: chosen.runs,
    historiesOf: (runs) => runs.flatMap((/** @type {any} */ run) => [run, { history: run.heldOut, startedAt: run.startedAt }]),
    fileName: (key) => `compared-${key}`,
    onCsv: () => saveFile("compared-metrics.csv", wholeCsv(chosen.runs().map(({ id, history }) => ({ phase: id, history })), "run"), "text/csv"),
  });
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
  findInput("compare-all", root).addEventListener("change", tables);
  context.live.on("connect", () => isActive && chosen.reload());
  context.live.on("training_update", (/** @type {any} */ update) => chosen.take(update) && grid.changed());
  context.live.on("training_status", (/** @type {any} */ message) => isActive && TELLING.includes(message.kind) && chosen.refresh(message.session_id));

  /** Compare these, and say so in the address. @param {string[]} ids */
  function choose(ids) {
    chosen.choose(ids);
    context.putParams({ ids: ids.join(",") });
  }

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

/** The chosen runs with their histories. @param {() => void} onChange */
function createChosen(onChange) {
  /** @type {Map<string, Entry>} */
  let entries = new Map();

  /** @param {Entry} entry */
  async function load(entry) {
    const mine = /** @type {any[]} */ ([]);
    entry.waiting = mine;
    try {
      const [session, metrics] = await Promise.all([getSession(entry.id), getMetrics(entry.id, { max_points: MAX_POINTS })]);
      if (entry.waiting !== mine) return; // asked again meanwhile
      Object.assign(entry, { status: "ready", session: named(session), history: fromColumns(metrics.columns) });
      for (const update of mine) append(entry.history, update, Date.now() / 1000);
    } catch (error) {
      if (entry.waiting !== mine) return;
      const isMissing = error instanceof ApiError && error.code === "not_found";
      Object.assign(entry, { status: isMissing ? "missing" : "failed", problem: explain(error) });
    }
    entry.waiting = null;
    if (entries.get(entry.id) === entry) onChange();
  }

  /** Read what may have changed beside the history. @param {Entry} entry */
  async function refresh(entry) {
    try {
      entry.session = named(await getSession(entry.id));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return; // the next connection reads everything again
    }
    if (entries.get(entry.id) === entry) onChange();
  }

  return {
    ids: () => [...entries.keys()],
    all: () => [...entries.values()],
    /** @param {string[]} ids */
    choose(ids) {
      const old = entries;
      entries = new Map(ids.map((id) => [id, old.get(id) ?? { id, status: "loading", problem: "", session: null, history: emptyHistory(), waiting: null }]));
      for (const entry of entries.values()) if (entry.status !== "ready") load(entry);
      onChange();
    },
    /** Read all of them again. */
    reload() {
      for (const entry of entries.values()) load(entry);
    },
    /** Something happened to a run, which may be one of these. @param {string} id */
    refresh(id) {
      const entry = entries.get(id);
      if (entry?.status === "ready") refresh(entry);
    },
    /** A training_update; whether it changes one of these runs. @param {any} update */
    take(update) {
      const entry = entries.get(update.session_id);
      if (!entry || update.phase !== "training") return false;
      entry.waiting?.push(update);
      return entry.status === "ready" && append(entry.history, update, Date.now() / 1000);
    },
    /** Those that could be read, as charts and tables take them. @returns {import("../state/compare.js").Run[]} */
    runs() {
      const ready = [...entries.values()].map((entry, index) => ({ ...entry, index })).filter((entry) => entry.status === "ready");
      const sessions = ready.map((entry) => entry.session);
      return ready.map(({ id, index, session, history }) => {
        const startedAt = session.started_at ?? at(history, "t", 0);
        return { id, index, session, history, startedAt, heldOut: heldOutHistory(session.evaluations, history, startedAt, fullReward(session.config)), label: labelAmong(session, sessions) };
      });
    },
  };
}

/** A session under the name that its configuration gives it, as lists have it. @param {any} session */
const named = (session) => ({ ...session, name: session.config.name });

/** The runs that can be added. @param {HTMLElement} root @param {any[]} others */
function renderOthers(root, others) {
  fillList(find("compare-add", root), "option", others, (option, session) => {
    const [title, id] = [titleOf(session), session.session_id];
    /** @type {HTMLOptionElement} */ (option).value = id;
    setText(option, [title === id ? id : `${title} (${id})`, words(session.status).toLowerCase()].join(", "));
  });
  show(find("compare-add-form", root), others.length > 0);
}

/** @param {Entry[]} all */
function emptyText(all) {
  if (all.some((entry) => entry.status === "loading")) return "Reading the runs.";
  if (all.some((entry) => entry.status !== "ready")) return "A comparison needs two runs that can be read. Take out what is not found and add another run.";
  return all.length ? "One run is chosen. Add another one to see both beside each other." : "No run is chosen yet. Add two or more above, or choose them in the list of sessions with Compare.";
}
