// @ts-check
/** A chart's lines as what the plot draws: columns, strokes, bands and whiskers. */

import { COLUMNS, curve, offsetOf, pick, viewOf } from "../state/curves.js";
import { DASHES, joined } from "./plot.js";

const RAW_ALPHA = 0.25;
/** @typedef {{view: import("../state/curves.js").View, columns: (number | null)[][], lines: Line[]}} Table */
/** @typedef {Pick<import("./plot.js").Picture, "data" | "strokes" | "bands" | "whiskers">} Drawn */

/** Lines to what uPlot draws: one table per history, joined; behind a smoothed line its own values.
 * @param {Line[]} lines @param {Set<string>} hidden @param {ChartSetting} setting @param {boolean} isLog
 * @param {number} width */
export function pictureOf(lines, hidden, { axis, weight, range }, isLog, width) {
  /** @type {Map<RunHistory, Table>} */
  const tables = new Map();
  for (const line of lines) {
    const { history, startedAt } = line;
    const view = tables.get(history)?.view ?? viewOf(history, COLUMNS[axis], offsetOf(axis, startedAt), range, width);
    const table = tables.get(history) ?? { view, columns: [view.x], lines: [] };
    table.lines.push(line);
    tables.set(history, table);
  }
  /** @type {Drawn} */
  const picture = { data: [], strokes: [], bands: [], whiskers: [] };
  for (const table of tables.values()) {
    for (const line of table.lines) {
      const isHidden = hidden.has(line.label);
      addLine(picture, table, line, { weight: line.isSmooth ? weight : 0, isPositive: isLog, isHidden });
    }
  }
  picture.data = joined([...tables.values()].map((table) => table.columns));
  return picture;
}

/** @param {Drawn} picture @param {Table} table @param {Line} line
 * @param {{weight: number, isPositive: boolean, isHidden: boolean}} how */
function addLine(picture, { view, columns }, line, { weight, isPositive, isHidden }) {
  const { history, name, colour, band, whiskers } = line;
  const dash = DASHES[(line.dash ?? 0) % DASHES.length];
  /** @param {Metric} wanted @param {Parameters<typeof pick>[2]} side
   * @param {{width: number} & Partial<Drawn["strokes"][number]>} stroke */
  const add = (wanted, side, stroke) => {
    columns.push(pick(curve(history, { isPositive, ...wanted }), view, side));
    return picture.strokes.push({ colour, dash, isHidden, ...stroke }) - 1;
  };
  const edge = { width: 0, dash: [] };
  /** @param {Metric} low @param {Metric} high @returns {[number, number]} the places of two edges, high first */
  const edges = (low, high) => [add(high, "high", edge), add(low, "low", edge)];
  if (band) picture.bands.push([...edges({ ...band.low, weight }, { ...band.high, weight }), colour]);
  if (whiskers && !isHidden) {
    const [high, low] = edges({ name: whiskers.low }, { name: whiskers.high });
    picture.whiskers.push([low, high, colour]);
  }
  if (weight > 0 && !line.isThin) add({ name }, "both", { width: 1, alpha: RAW_ALPHA, dash: [] });
  const look = { width: line.isThin ? 1.25 : 1.75, hasPoints: Boolean(line.hasPoints), isHovered: !isHidden };
  add({ name, weight }, line.side ?? (weight > 0 ? "ends" : "both"), look);
}
