// @ts-check
/** Boot: store, connection, panels, and the step that the address names. */

import { mountConfigs } from "./panels/configs.js";
import { mountRail, renderRail, reveal } from "./panels/rail.js";
import { mountSidebar, renderSidebar } from "./panels/sidebar.js";
import { renderStepper } from "./panels/stepper.js";
import { mountTopbar, renderTopbar } from "./panels/topbar.js";
import { ApiError, listModels } from "./lib/api.js";
import { readBoot } from "./lib/boot.js";
import { createLive } from "./lib/live.js";
import { createPlanner, noPlan } from "./lib/planner.js";
import { DRAFT_STEPS, formatRoute, parseRoute, SESSION_STEPS } from "./lib/router.js";
import { createStore } from "./lib/store.js";
import * as drafts from "./state/draft.js";
import { initial, inOrder, patched, sessionOf, titleOf } from "./state/sessions.js";
import { mountBroken, renderBroken } from "./ui/broken.js";
import { mayReplace } from "./ui/dialog.js";
import { say } from "./ui/toast.js";
import { find, setText, show, showText } from "./lib/dom.js";
import { keepDraft, onOtherTab, storedDraft } from "./lib/kept.js";

/** @typedef {{render?: (state: State) => void, enter?: (route: Route) => void, leave?: () => void}} Step */

/** @type {Record<string, () => Promise<{mount: (root: HTMLElement, context: Context) => Step}>>} */
const STEPS = {
  welcome: () => import("./steps/welcome.js"),
  model: () => import("./steps/model.js"),
  dataset: () => import("./steps/dataset.js"),
  config: () => import("./steps/config.js"),
  reward: () => import("./steps/reward.js"),
  train: () => import("./steps/train.js"),
  monitor: () => import("./steps/monitor.js"),
  export: () => import("./steps/export.js"),
  test: () => import("./steps/test.js"),
  compare: () => import("./steps/compare.js"),
};
const TICK_MS = 1000;

const boot = readBoot();
/** @type {Store} */
const store = createStore(/** @type {State} */ ({
  ...initial, route: parseRoute(location.hash), draft: storedDraft(), plan: noPlan, unsaved: {}, lastSession: null,
}));
const planner = createPlanner(store, boot.defaults);
const live = createLive(store, say);
/** @type {Record<string, Step>} */
const mounted = {};
let entered = "";
/** @type {Promise<ListedBaseModel[]> | null} */
let catalogue = null;

/** @type {Context} */
const context = {
  store, boot, live, say,
  set(changes) {
    store.update((state) => ({ ...state, draft: drafts.changed(changes, boot.defaults)(state.draft) }));
  },
  get: (name) => drafts.orDefault(store.get().draft.config, name, boot.defaults),
  replaceDraft(config, more = {}) {
    const own = drafts.sparse({ ...config }, boot.defaults);
    context.patch({ draft: { ...drafts.emptyDraft, mode: "custom", isOwn: true, ...more, config: own } });
  },
  resetDraft() {
    context.patch({ draft: drafts.emptyDraft });
    return beginDraft();
  },
  patchDraft: (patch) => context.patch({ draft: { ...store.get().draft, ...patch } }),
  patch: (patch) => store.update(patched(patch)),
  setUnsaved(what, isUnsaved) {
    const { unsaved } = store.get();
    if (Boolean(unsaved[what]) !== isUnsaved) context.patch({ unsaved: { ...unsaved, [what]: isUnsaved } });
  },
  go(step, session = null, params = {}) {
    location.hash = formatRoute({ step, session, params });
  },
  putParams(params) {
    const { step, session } = store.get().route;
    history.replaceState(null, "", formatRoute({ step, session, params }));
    context.patch({ route: { step, session, params } });
  },
  refreshPlan: () => planner.refresh(),
  async models() {
    catalogue ??= listModels().then((answer) => answer.base);
    try {
      return await catalogue;
    } catch (error) {
      catalogue = null;
      throw error;
    }
  },
};

/** An untouched draft begins with what suits its model on this machine. */
async function beginDraft() {
  if (!drafts.isUntouched(store.get().draft)) return;
  try {
    const model = (await context.models()).find(({ id }) => id === boot.defaults["model.name"]);
    if (model) context.patch({ draft: drafts.begun({ ...model.recommended }, boot.defaults)(store.get().draft) });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error; // the page says by itself that the server does not answer
  }
}

/** Where an address without a step leads: a first visit is welcomed, others see their newest run or their draft. */
function home() {
  const { sessions, draft } = store.get();
  const newest = inOrder({ sessions })[0];
  if (newest) return formatRoute({ step: "monitor", session: newest.session_id });
  return formatRoute({ step: draft.isOwn ? "model" : "welcome" });
}

/** Steps of a session without a session in the address take the one last looked at, else the newest. */
function follow() {
  const state = store.get();
  const route = parseRoute(location.hash);
  if (!route.step && !state.isLoaded) return;
  if (!route.step) return location.replace(home());
  if (SESSION_STEPS.includes(route.step) && !route.session && state.isLoaded) {
    const session = state.lastSession ?? inOrder(state)[0]?.session_id;
    if (session) return location.replace(formatRoute({ ...route, session }));
  }
  context.patch({ route, ...(route.session ? { lastSession: route.session } : {}) });
  live.watch(route.session);
  if (DRAFT_STEPS.includes(route.step)) beginDraft();
  enter(route);
}

/** @param {Route} route */
async function enter(route) {
  for (const name of Object.keys(STEPS)) show(find(`step-${name}`), name === route.step && name in mounted);
  if (!(route.step in mounted) && !(await mountStep(route.step))) return;
  if (store.get().route.step !== route.step) return;
  show(find("loading"), false);
  show(find(`step-${route.step}`), true);
  const isNew = entered !== `${route.step}/${route.session}`;
  if (isNew) arrive(route);
  mounted[route.step].enter?.(route);
  render();
  reveal();
  if (!performance.getEntriesByName("complete").length) performance.mark("complete");
}

/** Fetch a step and put it into the page; whether that worked. @param {string} step */
async function mountStep(step) {
  showText(find("loading"), "Loading");
  try {
    const module = await STEPS[step]();
    mounted[step] ??= module.mount(find(`step-${step}`), context) ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) {
      setText(find("loading"), "LoRA Craft has been updated since this page was opened: reload it.");
      return false;
    }
    if (!(error instanceof TypeError) || !error.message.includes("module")) throw error;
    const text = "This step could not be fetched, since the server does not answer.";
    setText(find("loading"), `${text} It is tried again as soon as it does.`);
    const off = live.on("connect", () => location.reload());
    addEventListener("hashchange", off, { once: true });
    return false;
  }
  return true;
}

/** A step was changed by the user: begin at its top, and say where we are. @param {Route} route */
function arrive(route) {
  const isFirst = entered === "";
  const before = entered.split("/")[0];
  if (before && before !== route.step) mounted[before]?.leave?.();
  entered = `${route.step}/${route.session}`;
  document.body.dataset.menu = "closed";
  if (isFirst) return;
  scrollTo({ top: 0 });
  find("main").focus({ preventScroll: true });
}

function render() {
  const state = store.get();
  const step = state.route.step;
  document.title = titleFor(state);
  renderTopbar(state);
  renderSidebar(state);
  renderStepper(state);
  renderRail(state, boot);
  renderBroken(state);
  show(find("offline"), state.connection === "offline");
  document.body.dataset.shown = step;
  if (step in mounted) mounted[step].render?.(state);
}

/** @param {State} state */
function titleFor(state) {
  const session = sessionOf(state, state.route.session);
  const heading = find(`step-${state.route.step || "welcome"}`).querySelector("h1")?.textContent;
  return `${session ? titleOf(session) : (heading ?? "")} · LoRA Craft`;
}

mountTopbar();
mountSidebar(context);
mountConfigs(context);
mountRail(context);
mountBroken(context);
let last = store.get();
store.subscribe((state) => {
  if (state.draft !== last.draft) keepDraft(state.draft);
  if (state.draft.config !== last.draft.config) planner.refresh();
  const isNowLoaded = state.isLoaded && !last.isLoaded;
  last = state;
  if (isNowLoaded) follow();
  render();
});
setInterval(render, TICK_MS);
addEventListener("hashchange", follow);
onOtherTab((draft) => context.patch({ draft }));
find("new-run").addEventListener("click", async (event) => {
  event.preventDefault();
  if (!(await mayReplace(context))) return;
  context.resetDraft();
  context.go("model");
});
addEventListener("beforeunload", (event) => {
  const { draft, unsaved } = store.get();
  if (draft.isDirty || Object.values(unsaved).some(Boolean)) event.preventDefault();
});
live.refreshAll();
planner.refresh();
follow();
