// @ts-check
/** Charts that belong together: one cursor, one zoom, one smoothing, drawn at most once a frame and only where they are seen. */

import { clone, find, findInput, setText, show } from "../lib/dom.js";
import { THEME_EVENT } from "../panels/topbar.js";
import { at, last, rowNear } from "../state/series.js";
import { createChart } from "./chart.js";

const CLICK_MS = 250;
let grids = 0;

/** @param {HTMLElement} host
 * @param {{specs: import("./chart.js").Spec[], input: () => any, historiesOf: (input: any) => {history: import("../state/series.js").History, startedAt: number}[],
 *   isShown?: (spec: any, input: any) => boolean, fileName: (key: string) => string, onStep?: (step: number) => void, onCsv: () => void}} options */
export function createGrid(host, { specs, input, historiesOf, isShown = () => true, fileName, onStep, onCsv }) {
  /** @type {import("./chart.js").Setting} */
  const setting = { axis: "step", weight: 0, range: null };
  /** how many of the newest steps are shown; 0 for all, or for a chosen part */
  let newest = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let picking;
  let isAsked = false;
  const bar = clone("chart-bar");
  const grid = clone("chart-grid");
  host.append(bar, grid);
  grids += 1;
  const told = { syncKey: `charts-${grids}`, onZoom: zoom, onPick: pickLater };
  const charts = specs.map((spec) => {
    const chart = createChart(spec, { setting, told, fileName, onChange: () => ask(entry) });
    const entry = { chart, isDirty: true, isSeen: false };
    return entry;
  });
  grid.append(...charts.map(({ chart }) => chart.node));

  const seen = new IntersectionObserver((changes) => {
    for (const change of changes) {
      const entry = charts.find(({ chart }) => chart.node === change.target);
      if (entry) entry.isSeen = change.isIntersecting;
    }
    ask();
  }, { rootMargin: "160px" });
  for (const { chart } of charts) seen.observe(chart.node);
  document.addEventListener(THEME_EVENT, () => changed());
  mountBar();

  /** Draw in the next frame; a hidden tab has no frames, so it catches up when it is shown again. @param {{isDirty: boolean}} [entry] */
  function ask(entry) {
    if (entry) entry.isDirty = true;
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      draw();
    });
  }

  function draw() {
    const given = input();
    const extent = extentOf(historiesOf(given), setting.axis);
    if (newest) setting.range = newestRange(historiesOf(given), newest, setting.axis);
    for (const entry of charts) {
      if (!entry.isDirty) continue;
      show(entry.chart.node, isShown(entry.chart.spec, given));
      if (!entry.isSeen) continue;
      entry.isDirty = false;
      entry.chart.draw(given, extent);
    }
  }

  function changed() {
    for (const entry of charts) entry.isDirty = true;
    ask();
  }

  /** Show a part of x in every chart, or all of it. @param {{min: number, max: number} | null} range */
  function zoom(range) {
    clearTimeout(picking);
    newest = 0;
    setting.range = range;
    findInput("chart-part", bar).value = range ? "zoom" : "0";
    renderBar();
    changed();
  }

  /** A click opens its step; while zoomed it may be the first half of a double click. @param {number} x */
  function pickLater(x) {
    clearTimeout(picking);
    const { history, startedAt } = historiesOf(input())[0] ?? {};
    if (!onStep || !history?.length) return;
    const row = setting.axis === "time" ? rowNear(history, "t", x + startedAt) : rowNear(history, "step", x);
    picking = setTimeout(() => onStep(at(history, "step", row)), setting.range ? CLICK_MS : 0);
  }

  function mountBar() {
    for (const radio of bar.querySelectorAll("input[type=radio]")) /** @type {HTMLInputElement} */ (radio).name = `chart-axis-${grids}`;
    const slider = findInput("chart-smoothing", bar);
    slider.addEventListener("input", () => {
      setting.weight = Number(slider.value);
      renderBar();
      changed();
    });
    find("chart-axis", bar).addEventListener("change", (event) => {
      setting.axis = /** @type {any} */ (event.target).value;
      zoom(null);
    });
    findInput("chart-part", bar).addEventListener("change", () => {
      const count = Number(findInput("chart-part", bar).value);
      zoom(null);
      newest = count;
      findInput("chart-part", bar).value = String(count);
      renderBar();
    });
    find("chart-reset", bar).addEventListener("click", () => zoom(null));
    find("chart-csv", bar).addEventListener("click", onCsv);
    show(find("chart-hint-click", bar), Boolean(onStep));
    renderBar();
  }

  function renderBar() {
    setText(find("chart-smoothing-value", bar), setting.weight ? setting.weight.toFixed(2) : "off");
    /** @type {HTMLButtonElement} */ (find("chart-reset", bar)).disabled = !setting.range && !newest;
  }

  return {
    /** The data changed: draw what is seen in the next frame. */
    changed,
    /** Draw what is seen now. */
    draw() {
      for (const entry of charts) entry.isDirty = true;
      draw();
    },
    zoom,
  };
}

const COLUMNS = { step: "step", time: "t" };

/** From the first row of all histories to the last. @param {{history: any, startedAt: number}[]} histories @param {"step" | "time"} axis */
function extentOf(histories, axis) {
  let [min, max] = [Infinity, -Infinity];
  for (const { history, startedAt } of histories) {
    if (!history.length) continue;
    const offset = axis === "time" ? startedAt : 0;
    min = Math.min(min, at(history, COLUMNS[axis], 0) - offset);
    max = Math.max(max, last(history, COLUMNS[axis]) - offset);
  }
  return min <= max ? { min, max } : { min: 0, max: 1 };
}

/** @param {{history: any, startedAt: number}[]} histories @param {number} newest steps @param {"step" | "time"} axis */
function newestRange(histories, newest, axis) {
  const [first] = histories;
  if (!first?.history.length) return null;
  const offset = axis === "time" ? first.startedAt : 0;
  const from = rowNear(first.history, "step", last(first.history, "step") - newest);
  return { min: at(first.history, COLUMNS[axis], from) - offset, max: extentOf(histories, axis).max };
}
