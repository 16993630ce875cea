// @ts-check
/** A chart's card: title, tools, legend, the plot, and in its stead the reason why it is empty. */

import { sentenceOf } from "../state/chart_text.js";
import { extentOf } from "../state/curves.js";
import { saveCsv, savePng, showTable } from "./chart_files.js";
import { fillLegend, fillValues } from "./chart_legend.js";
import { pictureOf } from "./chart_picture.js";
import { createPlot } from "./plot.js";
import { around, child, clone, part, setText, show } from "../lib/dom.js";

/** @typedef {ReturnType<typeof createPlot>} Plot */
/** What one chart shows: `hidden` has the labels of lines that are switched off, `hovered` is x at the cursor.
 * @typedef {{lines: Line[], hidden: Set<string>, isLog: boolean, hovered: number | null}} Shown */

/** @template I @param {ChartSpec<I>} spec
 * @param {{setting: ChartSetting, told: Omit<import("./plot.js").Told, "onCursor" | "onResize">,
 *   fileName: (key: string) => string, onChange: () => void}} grid */
export function createChart(spec, { setting, told, fileName, onChange }) {
  const node = clone("chart");
  /** @type {Shown} */
  const shown = { lines: [], hidden: new Set(), isLog: false, hovered: null };
  const plot = createPlot(part(node, "chart__plot"), { ...told, onResize: onChange, onCursor: hover });
  let format = spec.format;
  fillHead(node, spec);
  node.addEventListener("click", (event) => {
    const button = around(event.target, "button");
    if (button?.dataset.do) act(button.dataset.do, button);
    else if (button?.dataset.label) toggle(button.dataset.label);
  });

  /** @param {number | null} x */
  function hover(x) {
    shown.hovered = x;
    fillValues(node, shown, setting.axis, format);
  }

  /** @param {string} label */
  function toggle(label) {
    if (!shown.hidden.delete(label)) shown.hidden.add(label);
    onChange();
  }

  /** @param {string} what @param {HTMLElement} button */
  function act(what, button) {
    if (what === "table") showTable(spec.title, partsOf(shown.lines), format);
    if (what === "csv") saveCsv(fileName(spec.key), partsOf(shown.lines));
    if (what === "png") savePng(fileName(spec.key), spec.title, node, plot.canvas());
    if (what === "log" || what === "large") press(what, button);
  }

  /** @param {"log" | "large"} what @param {HTMLElement} button */
  function press(what, button) {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isOn));
    if (what === "log") shown.isLog = isOn;
    else node.dataset.large = String(isOn);
    onChange();
  }

  return {
    node, spec,
    /** @param {I} input @param {Placed[]} common histories that give all charts their extent of x */
    draw(input, common) {
      shown.lines = spec.linesOf(input);
      showEmpty(node, shown.lines.length === 0);
      const now = { ...spec, ...spec.asOf?.(input) };
      format = now.format;
      if (shown.lines.length) return drawLines(node, plot, { spec: now, setting, shown, common });
      setText(part(node, "chart__empty"), spec.reasonOf(input));
      plot.clear();
    },
  };
}

/** @param {HTMLElement} node @param {ChartSpec<never>} spec */
function fillHead(node, spec) {
  node.setAttribute("aria-label", spec.title);
  setText(part(node, "chart__title"), spec.title);
  setText(part(node, "chart__note"), spec.note ?? "");
  show(tool(node, "log"), Boolean(spec.hasLog));
  for (const button of node.querySelectorAll("[data-do]")) {
    button.setAttribute("aria-label", `${spec.title}: ${button.getAttribute("title")}`);
  }
}

/** @param {HTMLElement} node @param {boolean} isEmpty */
function showEmpty(node, isEmpty) {
  show(part(node, "chart__empty"), isEmpty);
  show(part(node, "chart__legend"), !isEmpty);
  for (const name of ["table", "png", "csv", "log"]) tool(node, name).disabled = isEmpty;
}

/** @param {HTMLElement} node @param {Plot} plot
 * @param {{spec: ChartSpec<never>, setting: ChartSetting, shown: Shown, common: Placed[]}} what */
function drawLines(node, plot, { spec, setting, shown, common }) {
  const { lines, hidden, isLog } = shown;
  fillLegend(part(node, "chart__legend"), lines, hidden);
  const extent = extentOf([...common, ...lines], setting.axis);
  const how = { ...flags(spec, isLog), axis: setting.axis, range: setting.range, extent, format: spec.format };
  plot.draw({ ...pictureOf(lines, hidden, setting, isLog, plot.width()), ...how });
  const said = partsOf(lines).map((line) => sentenceOf(line, spec.format)).join(" ");
  plot.canvas()?.setAttribute("aria-label", `${spec.title}. ${said}`);
  fillValues(node, shown, setting.axis, spec.format);
}

/** @param {HTMLElement} node @param {string} name */
const tool = (node, name) => child(node, "button", `[data-do="${name}"]`);

/** @param {Line[]} lines */
const partsOf = (lines) => lines.map(({ label, history, name }) => ({ title: label, history, name }));

/** @param {ChartSpec<never>} spec @param {boolean} isLog */
const flags = (spec, isLog) => ({ isLog, isFraction: Boolean(spec.isFraction), isFromZero: Boolean(spec.isFromZero) });
