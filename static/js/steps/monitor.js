// @ts-check
/** Step 5 with a run: its state, progress, latest numbers and scores, and the views below them. */

import { fillList, find, part, setText, show } from "../lib/dom.js";
import { duration, number, percent, words } from "../lib/format.js";
import { engineText, isSameRun, sessionOf, titleOf } from "../state/sessions.js";
import { phasesOf, tilesOf } from "../state/progress.js";
import { fillScores } from "../ui/score_list.js";
import { mountTabs } from "../ui/tabs.js";
import { mountCharts } from "./monitor/charts.js";
import { mountControls } from "./monitor/controls.js";
import { mountLog } from "./monitor/log.js";
import { mountRollouts } from "./monitor/rollouts.js";
import { mountSetup } from "./monitor/setup.js";

const LOW_SIGNAL = 0.25;

/** @param {HTMLElement} root @param {any} context */
export function mount(root, context) {
  const controls = mountControls(root, context);
  const charts = mountCharts(find("charts-host", root), context, { onStep: (/** @type {number} */ step) => openRollouts({ step: String(step) }) });
  const views = { rollouts: mountRollouts(find("panel-rollouts-root", root), context), log: mountLog(root, context), setup: mountSetup(root, context) };
  const tabs = mountTabs(find("monitor-tabs", root), (tab) => context.putParams(tab === "charts" ? {} : { tab }));
  /** The run that the views show. @type {any} */
  let shown = null;

  /** @param {Record<string, string>} params */
  function openRollouts(params) {
    tabs.select("rollouts");
    context.putParams({ ...params, tab: "rollouts" });
    views.rollouts.open(params);
  }
  find("flat-why", root).addEventListener("click", () => openRollouts({}));

  /** @param {any} route */
  function enter(route) {
    tabs.put(route.params.tab ?? "charts");
    const one = sessionOf(context.store.get(), route.session);
    if (one && isSameRun(shown, one)) views.rollouts.open(route.params);
  }

  /** @param {any} one @param {Record<string, string>} params */
  function showOther(one, params) {
    charts.show(one.session_id);
    for (const view of Object.values(views)) view.show(one.session_id);
    views.rollouts.open(params);
  }

  /** @param {any} state */
  function render(state) {
    const one = sessionOf(state, state.route.session);
    const isMissing = state.isLoaded && !one;
    show(find("session-missing", root), isMissing);
    show(find("session-body", root), Boolean(one));
    controls.render(one, state);
    for (const name of ["session-line", "session-about"]) show(find(name, root), Boolean(one));
    if (!one) return setText(find("session-title", root), isMissing ? "Not found" : "Loading");
    const isOther = !isSameRun(shown, one);
    shown = one;
    if (isOther) showOther(one, state.route.params);
    renderHead(root, one);
    renderFailure(root, one);
    renderProgress(root, one, state.queue);
    renderScores(root, one);
    renderTiles(root, one);
    charts.render(state);
    views.rollouts.render(one, tabs.selected() === "rollouts");
    views.log.render(one, tabs.selected() === "log");
    views.setup.render(one);
  }
  return { enter, render };
}

/** @param {HTMLElement} root @param {any} session */
function renderHead(root, session) {
  setText(find("session-title", root), titleOf(session));
  setText(find("session-id", root), session.session_id);
  setText(find("session-about", root), [session.model, session.dataset, engineText(session)].filter(Boolean).join(" · "));
  const badge = find("session-status", root);
  badge.dataset.status = session.status;
  setText(badge, words(session.status));
}

/** @param {HTMLElement} root @param {any} session */
function renderFailure(root, session) {
  const { failure } = session;
  show(find("failure", root), Boolean(failure));
  setText(find("failure-cause", root), failure?.cause ?? "");
  setText(find("failure-cure", root), failure?.cure ?? "");
  setText(find("failure-log", root), failure?.log_tail ?? "");
  show(find("failure-log-part", root), Boolean(failure?.log_tail));
}

/** @param {HTMLElement} root @param {any} session @param {any} queue */
function renderProgress(root, session, queue) {
  const now = Date.now() / 1000;
  const isDone = session.status === "completed";
  const meter = /** @type {HTMLProgressElement} */ (find("progress", root));
  meter.value = isDone ? 1 : session.total_steps ? session.step / session.total_steps : 0;
  const at = queue?.waiting?.indexOf(session.session_id) ?? -1;
  setText(find("progress-text", root), at >= 0 ? `Number ${at + 1} in the queue` : session.total_steps ? `Step ${session.step} of ${session.total_steps}` : "No GRPO step yet");
  fillList(find("phases", root), "phase", phasesOf(session, now), (row, phase) => {
    row.dataset.current = String(phase.isCurrent);
    row.dataset.final = phase.final;
    setText(part(row, "phase__name"), phase.name);
    setText(part(row, "phase__time"), phase.seconds === null ? "" : duration(phase.seconds));
  });
  setText(find("progress-detail", root), detailOf(session, now));
}

/** @param {any} session @param {number} now Unix seconds */
function detailOf(session, now) {
  const parts = [];
  if (session.progress) parts.push([session.progress.text, Number.isFinite(session.progress.fraction) ? percent(session.progress.fraction) : ""].filter(Boolean).join(", "));
  if (session.eta_seconds && !session.ended_at) parts.push(`about ${duration(session.eta_seconds)} left in this phase`);
  if (session.started_at) parts.push(`${duration((session.ended_at ?? now) - session.started_at)} in all`);
  if (session.data) parts.push(`${session.data.train} rows to train on, ${session.data.held_out} held out`);
  return parts.filter(Boolean).join(" · ");
}

/** @param {HTMLElement} root @param {any} session */
function renderScores(root, session) {
  const scores = session.evaluations ?? [];
  show(find("scores-empty", root), scores.length === 0);
  setText(find("scores-empty", root), session.ended_at ? "Nothing was scored on held-out rows." : "The base model is scored first, on rows that training never sees.");
  setText(find("scores-note", root), scores.length ? `${scores[0].total} rows, greedy answers` : "");
  fillScores(find("scores", root), scores);
  setText(find("verdict", root), session.verdict ?? "");
}

/** @param {HTMLElement} root @param {any} session */
function renderTiles(root, session) {
  const metrics = session.metrics?.phase === "training" ? session.metrics : {};
  fillList(find("tiles", root), "tile", tilesOf(metrics), (tile, { name, value, level }) => {
    tile.dataset.level = level;
    setText(tile.querySelector("dt"), name);
    setText(tile.querySelector("dd"), value);
  });
  const signal = metrics.signal_fraction;
  const isFlat = Number.isFinite(signal) && signal < LOW_SIGNAL;
  show(find("flat-hint", root), isFlat);
  setText(find("flat-hint-text", root), `In ${percent(1 - (signal ?? 0))} of the groups all completions earned the same reward (latest mean ${number(metrics.reward)}). Such groups teach nothing.`);
}
