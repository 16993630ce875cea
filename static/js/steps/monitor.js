// @ts-check
/** Step 5 with a run: its state, progress, latest numbers and scores, and the views below them. */

import { duration, number, percent, words } from "../lib/format.js";
import { engineText, isSameRun, sessionOf, titleOf, workedSeconds } from "../state/sessions.js";
import { phasesOf, tilesOf } from "../state/progress.js";
import { fillScores } from "../ui/score_list.js";
import { mountTabs } from "../ui/tabs.js";
import { mountCharts } from "./monitor/charts.js";
import { mountControls } from "./monitor/controls.js";
import { mountLog } from "./monitor/log.js";
import { mountRollouts } from "./monitor/rollouts.js";
import { mountSetup } from "./monitor/setup.js";
import { fillList, find, part, setText, show, tell } from "../lib/dom.js";
import { tiles } from "../ui/facts.js";

const LOW_SIGNAL = 0.25;

/** @param {HTMLElement} root @param {Context} context */
export function mount(root, context) {
  const controls = mountControls(root, context);
  const onStep = (/** @type {number} */ step) => openRollouts({ step: String(step) });
  const charts = mountCharts(find("charts-host", root), context, { onStep });
  const rollouts = mountRollouts(find("panel-rollouts-root", root), context);
  const views = { rollouts, log: mountLog(root, context), setup: mountSetup(root, context) };
  const tabs = mountTabs(find("monitor-tabs", root), (tab) => context.putParams(tab === "charts" ? {} : { tab }));
  /** The run that the views show. @type {Session | null} */
  let shown = null;

  /** @param {Record<string, string>} params */
  function openRollouts(params) {
    tabs.select("rollouts");
    context.putParams({ ...params, tab: "rollouts" });
    rollouts.open(params);
  }
  find("flat-why", root).addEventListener("click", () => openRollouts({}));

  /** @param {Route} route */
  function enter(route) {
    tabs.put(route.params.tab ?? "charts");
    const session = sessionOf(context.store.get(), route.session);
    if (session && isSameRun(shown, session)) rollouts.open(route.params);
  }

  /** @param {Session} session @param {Record<string, string>} params */
  function showOther(session, params) {
    charts.show(session.session_id);
    for (const view of Object.values(views)) view.show(session.session_id);
    rollouts.open(params);
  }

  /** @param {State} state */
  function render(state) {
    const session = sessionOf(state, state.route.session);
    const isMissing = state.isLoaded && !session;
    show(find("session-missing", root), isMissing);
    show(find("session-body", root), Boolean(session));
    controls.render(session, state);
    for (const name of ["session-line", "session-about"]) show(find(name, root), Boolean(session));
    if (!session) return setText(find("session-title", root), isMissing ? "Not found" : "Loading");
    const isOther = !isSameRun(shown, session);
    shown = session;
    if (isOther) showOther(session, state.route.params);
    renderHead(root, session);
    renderFailure(root, session);
    renderProgress(root, session, state.queue);
    renderScores(root, session);
    renderTiles(root, session);
    charts.render(state);
    rollouts.render(tabs.selected() === "rollouts");
    views.log.render(tabs.selected() === "log");
    views.setup.render(session);
  }
  return { enter, render };
}

/** @param {HTMLElement} root @param {Session} session */
function renderHead(root, session) {
  setText(find("session-title", root), titleOf(session));
  setText(find("session-id", root), session.session_id);
  const about = [session.model, session.dataset, engineText(session)].filter(Boolean).join(" · ");
  setText(find("session-about", root), about);
  const badge = find("session-status", root);
  badge.dataset.status = session.status;
  setText(badge, words(session.status));
}

/** @param {HTMLElement} root @param {Session} session */
function renderFailure(root, session) {
  const { failure } = session;
  show(find("failure", root), Boolean(failure));
  setText(find("failure-cause", root), failure?.cause ?? "");
  setText(find("failure-cure", root), failure?.cure ?? "");
  setText(find("failure-log", root), failure?.log_tail ?? "");
  show(find("failure-log-part", root), Boolean(failure?.log_tail));
}

/** @param {HTMLElement} root @param {Session} session @param {QueueState | null} queue */
function renderProgress(root, session, queue) {
  const now = Date.now() / 1000;
  const { step = 0, total_steps: total } = session;
  const fraction = total ? step / total : 0;
  find("progress", root, "progress").value = session.status === "completed" ? 1 : fraction;
  const at = queue?.waiting?.indexOf(session.session_id) ?? -1;
  const text = total ? `Step ${step} of ${total}` : "No GRPO step yet";
  setText(find("progress-text", root), at >= 0 ? `Number ${at + 1} in the queue` : text);
  fillList(find("phases", root), "phase", phasesOf(session, now), (row, phase) => {
    row.dataset.current = String(phase.isCurrent);
    row.dataset.final = phase.final;
    setText(part(row, "phase__name"), phase.name);
    setText(part(row, "phase__time"), phase.seconds === null ? "" : duration(phase.seconds));
  });
  setText(find("progress-detail", root), detailOf(session, now));
}

/** @param {Session} session @param {number} now Unix seconds */
function detailOf(session, now) {
  const { progress, eta_seconds: left, ended_at: end, data } = session;
  const share = Number.isFinite(progress?.fraction) ? percent(progress?.fraction) : "";
  return [
    progress ? [progress.text, share].filter(Boolean).join(", ") : "",
    left && !end ? `about ${duration(left)} left in this phase` : "",
    session.started_at ? `${duration(workedSeconds(session, now))} in all` : "",
    data ? `${data.train} rows to train on, ${data.held_out} held out` : "",
  ].filter(Boolean).join(" · ");
}

/** @param {HTMLElement} root @param {Session} session */
function renderScores(root, session) {
  const scores = session.evaluations ?? [];
  show(find("scores-empty", root), scores.length === 0);
  const first = "The base model is scored first, on rows that training never sees.";
  setText(find("scores-empty", root), session.ended_at ? "Nothing was scored on held-out rows." : first);
  setText(find("scores-note", root), scores.length ? `${scores[0].total} rows, greedy answers` : "");
  fillScores(find("scores", root), scores);
  setText(find("verdict", root), session.verdict ?? "");
}

/** @param {HTMLElement} root @param {Session} session */
function renderTiles(root, session) {
  /** @type {StepFigures} */
  const metrics = session.metrics?.phase === "training" ? session.metrics : {};
  tiles(find("tiles", root), tilesOf(metrics));
  const { signal_fraction: fraction, reward } = metrics;
  const signal = fraction ?? 1; // null where the step does not tell it
  const idle = `${percent(1 - signal)} of the groups teach nothing`;
  const why = `${idle}: their completions earned the same (latest mean ${number(reward)}), or too few have a score.`;
  tell(root, "flat-hint", signal < LOW_SIGNAL ? why : "");
}
