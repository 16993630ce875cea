// @ts-check
/** Boot: store, socket, panels; one session is shown, named by the address. */

import * as api from "./lib/api.js";
import { find, setText } from "./lib/dom.js";
import { connect } from "./lib/socket.js";
import { createStore } from "./lib/store.js";
import { renderCompletions, renderSession } from "./panels/session.js";
import { mountSidebar, renderSidebar } from "./panels/sidebar.js";
import { mountTopbar, renderTopbar } from "./panels/topbar.js";
import { explain, mountWelcome } from "./panels/welcome.js";
import * as series from "./state/series.js";
import * as state from "./state/sessions.js";
import { rewardChart } from "./ui/chart.js";

const LOG_CHARACTERS = 100_000;
const TOAST_MS = 6000;

const store = createStore(state.initial);
const chart = rewardChart(find("reward-chart"));
let curve = series.empty;

const say = (/** @type {string} */ text) => {
  setText(find("toast"), text);
  setTimeout(() => setText(find("toast"), ""), TOAST_MS);
};

const drawCurve = () => {
  chart.draw(curve);
  find("reward-empty").hidden = curve.step.length > 0;
};

const isShown = (/** @type {{session_id: string}} */ message) => message.session_id === store.get().shown;

const socket = connect(
  {
    system_update: (sample) => store.update(state.patched({ system: sample })),
    training_update(update) {
      for (const one of [...(update.earlier ?? []), update]) {
        store.update(state.updated(one));
        if (isShown(one)) curve = series.withUpdate(curve, one);
      }
      if (isShown(update)) drawCurve();
    },
    training_status(message) {
      for (const one of [...(message.earlier ?? []), message]) store.update(state.statusChanged(one));
      if (isShown(message)) refreshShown();
    },
    training_completions: (message) => isShown(message) && renderCompletions(message.sample),
    training_log: (message) => isShown(message) && appendLog(message.text),
  },
  (status) => store.update(state.patched({ connection: status })),
  () => refreshAll(),
);

async function refreshAll() {
  try {
    store.update(state.listed((await api.listSessions()).sessions));
    await show(new URLSearchParams(location.hash.slice(1)).get("session") ?? store.get().shown ?? running());
  } catch (error) {
    say(explain(error).join(" "));
  }
}

const running = () => state.inOrder(store.get())[0]?.session_id ?? null;

/** Fetch the shown session's snapshot; the socket brings what changes after it. */
async function refreshShown() {
  const id = store.get().shown;
  if (!id) return;
  try {
    store.update(state.snapshot(await api.getSession(id)));
  } catch (error) {
    say(explain(error).join(" "));
  }
}

/** @param {string | null} id */
async function show(id) {
  const before = store.get().shown;
  if (before && before !== id) socket.unsubscribe(before);
  const known = id && id in store.get().sessions ? id : null;
  store.update(state.shown(known));
  history.replaceState(null, "", known ? `#session=${encodeURIComponent(known)}` : location.pathname);
  if (!known) return;
  socket.subscribe(known, Number.MAX_SAFE_INTEGER);
  const [, metrics, log, completions] = await Promise.all([
    refreshShown(), api.getMetrics(known), api.getLog(known), api.getCompletions(known),
  ]);
  if (store.get().shown !== known) return;
  curve = series.fromColumns(metrics.columns);
  drawCurve();
  setText(find("log"), log.text);
  renderCompletions(bestAndWorst(completions.groups));
}

/** The two completions of a step that say most, as training_completions picks them. @param {any[]} groups */
function bestAndWorst(groups) {
  const all = groups.flatMap(({ instruction, reference, completions }) =>
    completions.map((/** @type {any} */ item) => ({ ...item, instruction, reference })));
  all.sort((a, b) => b.reward - a.reward);
  return all.length > 1 ? [all[0], all[all.length - 1]] : all;
}

/** @param {string} text */
function appendLog(text) {
  const log = find("log");
  const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
  log.textContent = ((log.textContent ?? "") + text).slice(-LOG_CHARACTERS);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

/** @param {(id: string) => Promise<unknown>} action @param {string} done */
const onShown = (action, done) => async () => {
  const id = store.get().shown;
  if (!id) return;
  try {
    await action(id);
    say(done);
    await refreshShown();
  } catch (error) {
    say(explain(error).join(" "));
  }
};

function render() {
  const now = store.get();
  renderTopbar(now);
  renderSidebar(now);
  const session = now.shown ? now.sessions[now.shown] : null;
  find("welcome").hidden = session !== null || !now.isLoaded;
  find("session").hidden = session === null;
  if (session) renderSession(session, Date.now() / 1000);
}

const started = async (/** @type {string} */ id) => {
  store.update(state.listed((await api.listSessions()).sessions));
  await show(id);
};

mountTopbar(() => {
  chart.clear();
  drawCurve();
});
mountSidebar((id) => show(id).catch((error) => say(explain(error).join(" "))));
mountWelcome(started, say);
find("stop").addEventListener("click", onShown(api.stopRun, "Asked to save and stop."));
find("resume").addEventListener("click", onShown(api.resumeRun, "Queued to resume."));
find("delete").addEventListener("click", async () => {
  const id = store.get().shown;
  if (!id || !confirm(`Delete ${id} with its adapter and checkpoints?`)) return;
  await onShown(async () => {
    await api.deleteSession(id);
    store.update(state.removed(id));
  }, "Deleted.")();
});
store.subscribe(render);
setInterval(render, 1000);
