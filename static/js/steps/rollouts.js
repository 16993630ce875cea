// @ts-check
/** The browser of groups: a step, its groups, the completions of one side by side, search, and why a reward is flat. */

import { ApiError, explain, getCompletions } from "../lib/api.js";
import { debounced, fillList, find, findInput, itemOf, part, setText, show, throttled } from "../lib/dom.js";
import { counted } from "../lib/format.js";
import { groupText, isFlat, mostOf, placeOf, shares } from "../state/rollouts.js";
import { fillCompletions } from "../ui/completions.js";
import { findCompletion } from "../lib/completion_search.js";
import { mountDiagnosis } from "./diagnosis.js";

const QUIET_MS = 60;
const FOLLOW_MS = 500;

/** @param {HTMLElement} root @param {any} context */
export function mountRollouts(root, context) {
  const slider = findInput("step-slider", root);
  const follow = findInput("step-follow", root);
  const view = {
    /** @type {string | null} */ session: null,
    /** @type {number[]} */ steps: [],
    /** @type {any[]} */ groups: [],
    /** @type {number | null} */ step: null,
    group: 0,
    /** @type {number | null} a completion that a search found */ found: null,
    isOpen: false,
    isStale: true,
  };
  /** @type {AbortController | null} */
  let asking = null;
  /** Counts searches; one that another has overtaken, or that the user has left, is given up. */
  let searches = 0;
  const diagnosis = mountDiagnosis(root, context, (example) => jump(example.step, example.group, example.completion));

  /** Fetch one step, the newest when null. @param {number | null} step @param {Partial<typeof view>} [then] */
  async function fetchStep(step, then = {}) {
    const id = view.session;
    if (!id) return;
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    try {
      const answer = await getCompletions(id, step, view.isStale || !view.steps.length, mine.signal);
      if (id !== view.session || mine.signal.aborted) return;
      const steps = answer.steps ?? view.steps;
      Object.assign(view, { steps, groups: answer.groups, step: answer.step, found: null, isStale: false }, then);
      draw();
    } catch (error) {
      if (mine.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      if (error.code !== "offline") setText(find("find-result", root), error.message);
    }
  }
  const fetchSoon = debounced((/** @type {number} */ step) => fetchStep(step, { group: 0 }), QUIET_MS);

  /** @param {number} step @param {number} group @param {number | null} [completion] */
  function jump(step, group, completion = null) {
    follow.checked = false;
    fetchStep(step, { group, found: completion });
  }

  /** @param {number} by */
  function move(by) {
    const at = Math.min(view.steps.length - 1, Math.max(0, placeOf(view.steps, view.step ?? 0) + by));
    follow.checked = false;
    if (view.steps[at] !== undefined) fetchStep(view.steps[at], { group: 0 });
  }

  slider.addEventListener("input", () => {
    follow.checked = false;
    const step = view.steps[Number(slider.value)];
    labelStep(step);
    fetchSoon(step);
  });
  find("step-back", root).addEventListener("click", () => move(-1));
  find("step-on", root).addEventListener("click", () => move(1));
  follow.addEventListener("change", () => {
    view.isStale = true;
    if (follow.checked) fetchStep(null);
  });
  find("groups", root).addEventListener("click", (event) => {
    const item = itemOf(event.target);
    if (item) Object.assign(view, { group: item.index, found: null });
    draw();
  });
  find("rollout-filter", root).addEventListener("change", () => setText(find("find-result", root), ""));
  find("find-on", root).addEventListener("click", () => search("next"));
  find("find-back", root).addEventListener("click", () => search("previous"));

  /** @param {"next" | "previous"} direction */
  async function search(direction) {
    const filter = /** @type {HTMLSelectElement} */ (find("rollout-filter", root)).value;
    if (!filter) return move(direction === "next" ? 1 : -1);
    const result = find("find-result", root);
    setText(result, "Searching");
    searches += 1;
    const mine = searches;
    const isWanted = () => mine === searches;
    try {
      const place = { session: view.session ?? "", step: view.step ?? 0, group: view.group, completion: view.found };
      const match = await findCompletion(place, filter, direction, isWanted);
      if (!isWanted()) return;
      setText(result, match ? `Found in step ${match.step}.` : `None ${direction === "next" ? "after" : "before"} this place.`);
      if (match) jump(match.step, match.group, match.completion);
    } catch (error) {
      if (isWanted()) setText(result, explain(error));
    }
  }

  /** @param {number | undefined} step */
  const labelStep = (step) => setText(find("step-label", root), step === undefined ? "Step" : `Step ${step} of ${view.steps[view.steps.length - 1]}`);

  function draw() {
    const { steps, groups, step } = view;
    show(find("rollouts-empty", root), groups.length === 0);
    show(find("rollouts", root), groups.length > 0);
    slider.max = String(Math.max(0, steps.length - 1));
    if (step !== null) slider.value = String(placeOf(steps, step));
    slider.setAttribute("aria-valuetext", step === null ? "none yet" : `step ${step}`);
    labelStep(step ?? undefined);
    const group = groups[Math.min(view.group, groups.length - 1)];
    if (!group) return;
    const most = mostOf(groups);
    fillList(find("groups", root), "group-item", groups.map((one, index) => ({ index, one, isCurrent: one === group })), (row, item) => fillGroupItem(row, item, most));
    const flat = groups.filter(isFlat).length;
    setText(find("group-title", root), `Group ${groups.indexOf(group) + 1} of ${groups.length}`);
    setText(find("group-note", root), flat ? `${counted(flat, "group")} of this step without signal` : "every group of this step carries signal");
    setText(find("group-question", root), group.instruction ?? "");
    setText(find("group-reference", root), group.reference || "none");
    setText(find("group-prompt", root), typeof group.prompt === "string" ? group.prompt : JSON.stringify(group.prompt, null, 2));
    fillCompletions(find("completions", root), group, view.found);
    diagnosis.about(view.session, step);
  }

  context.live.on("training_completions", noteNews);
  context.live.on("connect", () => noteNews({ session_id: view.session }));

  /** New groups are there: fetched at once when they are looked at, else when the view is opened. @param {any} message */
  function noteNews(message) {
    if (message.session_id !== view.session) return;
    view.isStale = true;
    if (view.isOpen) refresh();
  }
  const refresh = throttled(() => {
    if (follow.checked) fetchStep(null);
  }, FOLLOW_MS);

  return {
    /** @param {string | null} session */
    show(session) {
      Object.assign(view, { session, steps: [], groups: [], step: null, group: 0, found: null, isStale: true, isOpen: false });
      follow.checked = true;
      searches += 1;
      setText(find("find-result", root), "");
      diagnosis.clear();
      draw();
    },
    /** @param {Record<string, string>} params */
    open(params) {
      const step = Number(params.step);
      if (params.step && Number.isInteger(step)) jump(step, 0);
    },
    /** @param {any} _session @param {boolean} isOpen */
    render(_session, isOpen) {
      if (isOpen && !view.isOpen && view.isStale) refresh();
      view.isOpen = isOpen;
    },
  };
}

/** @param {HTMLElement} row @param {{index: number, one: any, isCurrent: boolean}} item @param {number} most */
function fillGroupItem(row, { index, one, isCurrent }, most) {
  part(row, "group-item").setAttribute("aria-current", String(isCurrent));
  setText(part(row, "group-item__name"), `Group ${index + 1}`);
  setText(part(row, "group-item__about"), groupText(one));
  const bars = part(row, "group-item__bars");
  bars.replaceChildren(...shares(one, most).map((/** @type {number} */ share) => {
    const bar = document.createElement("span");
    bar.style.setProperty("--share", String(share));
    return bar;
  }));
}
