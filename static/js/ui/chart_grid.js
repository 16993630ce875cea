// @ts-check
/** Charts that belong together: one cursor, one zoom, one smoothing, drawn at most once a frame and only where they are
 * seen. */

import { THEME_EVENT } from "../lib/kept.js";
import { COLUMNS, extentOf, offsetOf } from "../state/curves.js";
import { at, last, rowNear } from "../state/series.js";
import { createBar } from "./chart_bar.js";
import { createChart } from "./chart.js";
import { createFrames, watchSeen } from "./chart_frames.js";
import { clone, show } from "../lib/dom.js";

/** @template I @typedef {{isDirty: boolean, isSeen: boolean, chart: ReturnType<typeof createChart<I>>}} Entry */

/** What a grid shows. `input` is handed to each chart's spec; `historiesOf` gives the histories that every chart's x
 * spans, first the one whose steps are meant by a click. @template I
 * @typedef {{specs: ChartSpec<I>[], input: () => I, historiesOf: (input: I) => Placed[], onCsv: () => void,
 *   isShown?: (spec: ChartSpec<I>, input: I) => boolean, fileName: (key: string) => string,
 *   onStep?: (step: number) => void}} Shown */

const CLICK_MS = 250;
const START_WEIGHT = 0.6;
let grids = 0;

/** @template I @param {HTMLElement} host @param {Shown<I>} shown */
export function createGrid(host, shown) {
  /** @type {ChartSetting} */
  const setting = { axis: "step", weight: START_WEIGHT, range: null };
  const frames = createFrames(draw);
  const picker = createPicker(shown, setting);
  let newest = 0;
  const bar = createBar({ weight: START_WEIGHT, hasClick: Boolean(shown.onStep) }, {
    onWeight: (weight) => change({ weight }),
    onAxis: (axis) => change({ axis }, 0),
    onNewest: (steps) => change({ range: null }, steps),
    onCsv: shown.onCsv,
  });
  grids += 1;
  const entries = createEntries(shown, setting, { syncKey: `charts-${grids}`, onZoom: zoom, onPick: picker.pick }, ask);
  const list = clone("chart-grid");
  list.append(...entries.map(({ chart }) => chart.node));
  host.append(bar.node, list);
  watchSeen(entries, frames.ask);
  document.addEventListener(THEME_EVENT, () => ask());
  bar.showPart(0, false);

  /** @param {Entry<I>[]} [some] all when left out */
  function ask(some = entries) {
    for (const entry of some) entry.isDirty = true;
    frames.ask();
  }

  /** @param {Partial<ChartSetting>} patch @param {number} [steps] the newest steps that are to be shown, 0 for all */
  function change(patch, steps = newest) {
    if (steps !== newest || patch.axis) setting.range = null;
    newest = steps;
    Object.assign(setting, patch);
    bar.showPart(newest, setting.range !== null && newest === 0);
    ask();
  }

  /** Show a part of x in every chart, or all of it. @param {Extent | null} range */
  function zoom(range) {
    picker.cancel();
    change({ range }, 0);
  }

  function draw() {
    const given = shown.input();
    const histories = shown.historiesOf(given);
    if (newest) setting.range = newestRange(histories, newest, setting.axis);
    drawEntries(entries, shown, given, histories);
  }

  return {
    /** The data changed: draw what is seen in the next frame. */
    changed: () => ask(),
    /** Draw what is seen now. */
    draw() {
      ask();
      draw();
    },
    zoom,
  };
}

/** The charts, each with whether it is to be drawn again and whether it is seen. @template I
 * @param {Shown<I>} shown @param {ChartSetting} setting @param {Parameters<typeof createChart>[1]["told"]} told
 * @param {(entries: Entry<I>[]) => void} ask @returns {Entry<I>[]} */
function createEntries({ specs, fileName }, setting, told, ask) {
  return specs.map((spec) => {
    const chart = createChart(spec, { setting, told, fileName, onChange: () => ask([entry]) });
    const entry = { isDirty: true, isSeen: false, chart };
    return entry;
  });
}

/** Draw what is dirty and seen; whether a chart is shown at all is settled for those not seen too. @template I
 * @param {Entry<I>[]} entries @param {Shown<I>} shown @param {I} given @param {Placed[]} histories */
function drawEntries(entries, { isShown }, given, histories) {
  for (const entry of entries.filter(({ isDirty }) => isDirty)) {
    show(entry.chart.node, isShown?.(entry.chart.spec, given) ?? true);
    if (!entry.isSeen) continue;
    entry.isDirty = false;
    entry.chart.draw(given, histories);
  }
}

/** A click tells its step; while a part is shown it may be the first half of a double click, which resets that.
 * @template I @param {Shown<I>} shown @param {ChartSetting} setting */
function createPicker({ onStep, input, historiesOf }, setting) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return {
    cancel: () => clearTimeout(timer),
    /** @param {number} x */
    pick(x) {
      clearTimeout(timer);
      const [first] = historiesOf(input());
      if (!onStep || !first?.history.length) return;
      const row = rowNear(first.history, COLUMNS[setting.axis], x + offsetOf(setting.axis, first.startedAt));
      const step = at(first.history, "step", row);
      timer = setTimeout(() => onStep(step), setting.range ? CLICK_MS : 0);
    },
  };
}

/** @param {Placed[]} histories @param {number} newest steps @param {Axis} axis */
function newestRange(histories, newest, axis) {
  const [first] = histories;
  if (!first?.history.length) return null;
  const from = rowNear(first.history, "step", last(first.history, "step") - newest);
  const min = at(first.history, COLUMNS[axis], from) - offsetOf(axis, first.startedAt);
  return { min, max: extentOf(histories, axis).max };
}
