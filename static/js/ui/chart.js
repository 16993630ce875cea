// @ts-check
/** A chart's card: title, tools, legend with switches and values, the plot, and in its stead the reason why it is empty. */

import { clone, fillList, part, setText, show } from "../lib/dom.js";
import { count, duration } from "../lib/format.js";
import { sentenceOf } from "../state/chart_text.js";
import { COLUMNS, curve, extentOf, offsetOf, pick, viewOf } from "../state/curves.js";
import { at, lastKnown, rowNear } from "../state/series.js";
import { saveCsv, savePng, showTable } from "./chart_files.js";
import { createPlot, DASHES, joined } from "./plot.js";

/** @typedef {import("../state/run_charts.js").Line} Line */
/** @typedef {{key: string, title: string, note?: string, isFraction?: boolean, isFromZero?: boolean, hasLog?: boolean,
 *   format: (value: number) => string, linesOf: (input: any) => Line[], reasonOf: (input: any) => string}} Spec */
/** What the charts of a grid have in common. @typedef {{axis: "step" | "time", weight: number, range: {min: number, max: number} | null}} Setting */

const RAW_ALPHA = 0.25;

/** @param {Spec} spec @param {{setting: Setting, told: Omit<import("./plot.js").Told, "onCursor" | "onResize">,
 *   fileName: (key: string) => string, onChange: () => void}} grid */
export function createChart(spec, { setting, told, fileName, onChange }) {
  const node = clone("chart");
  const host = part(node, "chart__plot");
  /** @type {Set<string>} labels of lines that are switched off */
  const hidden = new Set();
  let isLog = false;
  /** @type {Line[]} */
  let lines = [];
  /** @type {number | null} x at the cursor */
  let hovered = null;
  const plot = createPlot(host, { ...told, onResize: onChange, onCursor: hover });

  node.setAttribute("aria-label", spec.title);
  setText(part(node, "chart__title"), spec.title);
  setText(part(node, "chart__note"), spec.note ?? "");
  show(tool(node, "log"), Boolean(spec.hasLog));
  for (const button of node.querySelectorAll("[data-do]")) {
    button.setAttribute("aria-label", `${spec.title}: ${button.getAttribute("title")}`);
  }
  node.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.dataset.do) act(button.dataset.do, button);
    else if (button?.dataset.label) toggle(button.dataset.label);
  });

  /** @param {number | null} x */
  function hover(x) {
    hovered = x;
    fillValues();
  }

  /** @param {string} label */
  function toggle(label) {
    if (!hidden.delete(label)) hidden.add(label);
    onChange();
  }

  /** @param {string} what @param {HTMLElement} button */
  function act(what, button) {
    if (what === "table") showTable(spec.title, partsOf(lines), spec.format);
    if (what === "csv") saveCsv(fileName(spec.key), partsOf(lines));
    if (what === "png") savePng(fileName(spec.key), spec.title, node, plot.canvas());
    if (what === "log" || what === "large") press(what, button);
  }

  /** @param {"log" | "large"} what @param {HTMLElement} button */
  function press(what, button) {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isOn));
    if (what === "log") isLog = isOn;
    else node.dataset.large = String(isOn);
    onChange();
  }

  /** The values at the cursor, else the newest. */
  function fillValues() {
    const keys = part(node, "chart__legend").children;
    lines.forEach((line, index) => setText(keys[index]?.querySelector(".chart__value"), valueText(line, hovered, setting.axis, spec.format)));
    setText(part(node, "chart__at"), hovered === null ? "" : placeText(lines[0], hovered, setting.axis));
  }

  return {
    node, spec,
    /** @param {any} input @param {import("../state/curves.js").Placed[]} common histories that give all charts their extent of x */
    draw(input, common) {
      lines = spec.linesOf(input);
      const isEmpty = lines.length === 0;
      show(part(node, "chart__empty"), isEmpty);
      show(part(node, "chart__legend"), !isEmpty);
      for (const name of ["table", "png", "csv", "log"]) /** @type {HTMLButtonElement} */ (tool(node, name)).disabled = isEmpty;
      if (isEmpty) {
        setText(part(node, "chart__empty"), spec.reasonOf(input));
        return plot.clear();
      }
      fillLegend(part(node, "chart__legend"), lines, hidden);
      const extent = extentOf([...common, ...lines], setting.axis);
      const how = { ...flags(spec, isLog), axis: setting.axis, range: setting.range, extent, format: spec.format };
      plot.draw({ ...pictureOf(lines, hidden, setting, isLog, plot.width()), ...how });
      plot.canvas()?.setAttribute("aria-label", `${spec.title}. ${partsOf(lines).map((one) => sentenceOf(one, spec.format)).join(" ")}`);
      fillValues();
    },
  };
}

/** @param {HTMLElement} node @param {string} name */
const tool = (node, name) => /** @type {HTMLElement} */ (node.querySelector(`[data-do="${name}"]`));

/** @param {Line[]} lines */
const partsOf = (lines) => lines.map(({ label, history, name }) => ({ title: label, history, name }));

/** @param {Spec} spec @param {boolean} isLog */
const flags = (spec, isLog) => ({ isLog, isFraction: Boolean(spec.isFraction), isFromZero: Boolean(spec.isFromZero) });

/** @param {HTMLElement} list @param {Line[]} lines @param {Set<string>} hidden */
function fillLegend(list, lines, hidden) {
  fillList(list, "chart-key", lines, (row, line) => {
    const button = /** @type {HTMLElement} */ (row.firstElementChild);
    const isShown = String(!hidden.has(line.label));
    if (button.getAttribute("aria-pressed") !== isShown) button.setAttribute("aria-pressed", isShown);
    const look = `${line.colour}/${line.dash ?? 0}`;
    if (button.dataset.label === line.label && button.dataset.look === look) return;
    Object.assign(button.dataset, { label: line.label, look, series: line.colour });
    button.querySelector("line")?.setAttribute("stroke-dasharray", DASHES[(line.dash ?? 0) % DASHES.length].join(" "));
    setText(part(row, "chart__name"), line.label);
  });
}

/** @param {Line} line @param {number | null} x @param {Setting["axis"]} axis @param {(value: number) => string} format */
function valueText(line, x, axis, format) {
  const { history, name, startedAt } = line;
  const value = x === null ? lastKnown(history, name) : at(history, name, rowNear(history, COLUMNS[axis], x + offsetOf(axis, startedAt)));
  return Number.isFinite(value) ? format(value) : "–";
}

/** @param {Line} line @param {number} x @param {Setting["axis"]} axis */
function placeText({ history, startedAt }, x, axis) {
  if (axis === "time") return duration(x);
  const row = rowNear(history, "step", x + offsetOf(axis, startedAt));
  return row < 0 ? "" : `step ${count(at(history, "step", row))}`;
}

/** Lines to what uPlot draws: one table per history, joined; behind a smoothed line its own values.
 * @param {Line[]} lines @param {Set<string>} hidden @param {Setting} setting @param {boolean} isLog @param {number} width */
function pictureOf(lines, hidden, { axis, weight, range }, isLog, width) {
  /** @type {Map<any, {view: any, columns: any[], lines: Line[]}>} */
  const tables = new Map();
  for (const line of lines) {
    const view = tables.get(line.history)?.view ?? viewOf(line.history, COLUMNS[axis], offsetOf(axis, line.startedAt), range, width);
    const table = tables.get(line.history) ?? { view, columns: [view.x], lines: [] };
    table.lines.push(line);
    tables.set(line.history, table);
  }
  const picture = { data: /** @type {any[]} */ ([]), strokes: /** @type {any[]} */ ([]), bands: /** @type {any[]} */ ([]), whiskers: /** @type {any[]} */ ([]) };
  for (const table of tables.values()) {
    for (const line of table.lines) {
      addLine(picture, table, line, { weight: line.isSmooth ? weight : 0, isPositive: isLog, isHidden: hidden.has(line.label) });
    }
  }
  picture.data = joined([...tables.values()].map((table) => table.columns));
  return picture;
}

/** @param {any} picture @param {{view: any, columns: any[]}} table @param {Line} line
 * @param {{weight: number, isPositive: boolean, isHidden: boolean}} how */
function addLine(picture, { view, columns }, line, { weight, isPositive, isHidden }) {
  const { history, name, colour, band, whiskers } = line;
  const dash = DASHES[(line.dash ?? 0) % DASHES.length];
  const add = (/** @type {any} */ wanted, /** @type {any} */ side, /** @type {any} */ stroke) => {
    columns.push(pick(curve(history, { isPositive, ...wanted }), view, side));
    return picture.strokes.push({ colour, dash, isHidden, ...stroke }) - 1;
  };
  const edge = { width: 0, dash: [] };
  if (band) picture.bands.push([add({ ...band.high, weight }, "high", edge), add({ ...band.low, weight }, "low", edge), colour]);
  if (whiskers && !isHidden) picture.whiskers.push([add({ name: whiskers.low }, "low", edge), add({ name: whiskers.high }, "high", edge), colour]);
  if (weight > 0 && !line.isThin) add({ name }, "both", { width: 1, alpha: RAW_ALPHA, dash: [] });
  add({ name, weight }, line.side ?? (weight > 0 ? "ends" : "both"), { width: line.isThin ? 1.25 : 1.75, hasPoints: Boolean(line.hasPoints), isHovered: !isHidden });
}
