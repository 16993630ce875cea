// @ts-check
/** A chart's lines as what the plot draws: columns, strokes, bands and whiskers. */

import { COLUMNS, curve, offsetOf, pick, viewOf } from "../state/curves.js";
import { DASHES, joined } from "./plot.js";

/** @typedef {import("../state/run_charts.js").Line} Line */
/** @typedef {import("./chart.js").Setting} Setting */

const RAW_ALPHA = 0.25;

/** Lines to what uPlot draws: one table per history, joined; behind a smoothed line its own values.
 * @param {Line[]} lines @param {Set<string>} hidden @param {Setting} setting @param {boolean} isLog @param {number} width */
export function pictureOf(lines, hidden, { axis, weight, range }, isLog, width) {
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
