// @ts-check
/** The browser of groups: a step, its groups, the completions of one side by side, and why a reward is flat. */

import { counted } from "../../lib/format.js";
import { groupText, isFlat, placeOf, scaleOfStep, shares } from "../../state/rollouts.js";
import { fillCompletions } from "../../ui/completions.js";
import { mountDiagnosis } from "./diagnosis.js";
import { createPages } from "./rollout_pages.js";
import { mountSearch } from "./rollout_search.js";
import { fillList, find, findInput, itemOf, make, part, setText, show, throttled } from "../../lib/dom.js";

const QUIET_MS = 60;
const FOLLOW_MS = 500;
const BACK_KEYS = ["Home", "PageDown", "ArrowLeft", "ArrowDown"];

/** @param {HTMLElement} root @param {Context} context */
export function mountRollouts(root, context) {
  const slider = findInput("step-slider", root);
  const follow = findInput("step-follow", root);
  let isOpen = false;
  const pages = createPages(draw, (problem) => search.say(problem));
  const search = mountSearch(root, pages, { move, jump });
  const diagnosis = mountDiagnosis(root, ({ step, group, completion }) => jump(step, group, completion));
  const refresh = throttled(() => follow.checked && pages.fetch(null), FOLLOW_MS);

  /** @param {number} step @param {number} group @param {number | null} [completion] */
  function jump(step, group, completion = null) {
    follow.checked = false;
    pages.fetch(step, { group, found: completion });
  }
  /** @param {number} by */
  function move(by) {
    const step = pages.stepBeside(by);
    if (step !== undefined) jump(step, 0);
  }
  function slide() {
    follow.checked = false;
    pages.fetch(pages.state.view.steps[Number(slider.value)], { group: 0 }, QUIET_MS);
  }
  function draw() {
    find("rollouts", root).setAttribute("aria-busy", String(pages.isBusy()));
    drawBar(root, slider, pages.state.view, pages.step());
    drawGroups(root, pages);
    diagnosis.about(pages.state.session, pages.state.view.step);
    search.follow();
  }
  /** Who takes hold of the slider chooses the step it stands at, also if it can't go further back. */
  function hold() {
    if (!follow.checked) return;
    follow.checked = false;
    pages.stay();
  }
  listen(root, { move, hold, slide, pick: pages.pick, toFollow: () => (follow.checked ? refresh() : pages.stay()) });

  listenToNews(context, pages, () => isOpen && refresh());

  return {
    /** @param {string | null} session */
    show(session) {
      isOpen = false;
      follow.checked = true;
      search.say("");
      diagnosis.clear();
      pages.reset(session);
    },
    /** @param {Record<string, string>} params */
    open({ step }) {
      if (Number.isInteger(Number(step || NaN))) jump(Number(step), 0);
    },
    /** @param {boolean} isShown */
    render(isShown) {
      if (isShown && !isOpen && pages.isStale()) refresh();
      isOpen = isShown;
    },
  };
}

/** New groups are there: fetched at once when they are looked at, else when the view is opened.
 * @param {Context} context @param {ReturnType<typeof createPages>} pages @param {() => void} onNews */
function listenToNews(context, pages, onNews) {
  const note = (/** @type {Messages["training_completions"] | null} */ message) => {
    if (message && message.session_id !== pages.state.session) return;
    pages.markStale();
    onNews();
  };
  context.live.on("training_completions", note);
  context.live.on("connect", note);
}

/** @typedef {{pick: (group: number) => void, toFollow: () => void}} Chosen */

/** @param {HTMLElement} root @param {Chosen & {move: (by: number) => void, hold: () => void, slide: () => void}} go */
function listen(root, { move, hold, slide, pick, toFollow }) {
  const slider = find("step-slider", root);
  slider.addEventListener("pointerdown", hold);
  slider.addEventListener("keydown", ({ key }) => BACK_KEYS.includes(key) && hold());
  slider.addEventListener("input", slide);
  find("step-back", root).addEventListener("click", () => move(-1));
  find("step-on", root).addEventListener("click", () => move(1));
  find("step-follow", root).addEventListener("change", toFollow);
  find("groups", root).addEventListener("click", (event) => {
    const item = itemOf(event.target);
    if (item) pick(item.index);
  });
}

/** @param {number | null} step @param {number[]} steps */
const labelOf = (step, steps) => (step === null || !steps.length ? "Step" : `Step ${step} of ${steps.at(-1)}`);

/** @param {HTMLElement} root @param {HTMLInputElement} slider @param {import("./rollout_pages.js").View} view
 * @param {number | null} step that is chosen */
function drawBar(root, slider, { steps, groups }, step) {
  show(find("rollouts-empty", root), groups.length === 0);
  show(find("rollouts", root), groups.length > 0);
  slider.max = String(Math.max(0, steps.length - 1));
  if (step !== null) slider.value = String(placeOf(steps, step));
  slider.setAttribute("aria-valuetext", step === null ? "none yet" : `step ${step}`);
  setText(find("step-label", root), labelOf(step, steps));
}

/** @param {HTMLElement} root @param {ReturnType<typeof createPages>} pages */
function drawGroups(root, pages) {
  const { groups, found } = pages.state.view;
  const current = pages.group();
  if (!current) return;
  const scale = scaleOfStep(groups);
  const items = groups.map((group, index) => ({ index, group, isCurrent: group === current }));
  fillList(find("groups", root), "group-item", items, (row, item) => fillGroupItem(row, item, scale));
  const flat = groups.filter(isFlat).length;
  setText(find("group-title", root), `Group ${groups.indexOf(current) + 1} of ${groups.length}`);
  const silent = `${counted(flat, "group")} of this step without signal`;
  setText(find("group-note", root), flat ? silent : "every group of this step carries signal");
  setText(find("group-question", root), current.instruction ?? "");
  setText(find("group-reference", root), current.reference || "none");
  const { prompt } = current;
  setText(find("group-prompt", root), typeof prompt === "string" ? prompt : JSON.stringify(prompt, null, 2));
  fillCompletions(find("completions", root), current, found);
}

/** @param {HTMLElement} row @param {{index: number, group: AnnotatedGroup, isCurrent: boolean}} item
 * @param {[number, number]} scale */
function fillGroupItem(row, { index, group, isCurrent }, scale) {
  part(row, "group-item").setAttribute("aria-current", String(isCurrent));
  setText(part(row, "group-item__name"), `Group ${index + 1}`);
  setText(part(row, "group-item__about"), groupText(group));
  part(row, "group-item__bars").replaceChildren(...shares(group, scale).map((share) => {
    const bar = make("span");
    bar.style.setProperty("--share", String(share));
    return bar;
  }));
}
