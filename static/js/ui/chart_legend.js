// @ts-check
/** A chart's legend: a switch for each line, and its value at the cursor. */

import { count, duration } from "../lib/format.js";
import { COLUMNS, offsetOf } from "../state/curves.js";
import { at, lastKnown, rowNear } from "../state/series.js";
import { DASHES } from "./plot.js";
import { child, fillList, part, setText } from "../lib/dom.js";

/** @param {HTMLElement} list @param {Line[]} lines @param {Set<string>} hidden */
export function fillLegend(list, lines, hidden) {
  fillList(list, "chart-key", lines, (row, line) => {
    const button = child(row, "button");
    const isShown = String(!hidden.has(line.label));
    if (button.getAttribute("aria-pressed") !== isShown) button.setAttribute("aria-pressed", isShown);
    const look = `${line.colour}/${line.dash ?? 0}`;
    if (button.dataset.label === line.label && button.dataset.look === look) return;
    Object.assign(button.dataset, { label: line.label, look, series: line.colour });
    button.querySelector("line")?.setAttribute("stroke-dasharray", DASHES[(line.dash ?? 0) % DASHES.length].join(" "));
    setText(part(row, "chart__name"), line.label);
  });
}

/** The values at the cursor, else the newest.
 * @param {HTMLElement} node @param {import("./chart.js").Shown} shown @param {Axis} axis @param {Format} format */
export function fillValues(node, { lines, hovered }, axis, format) {
  const keys = part(node, "chart__legend").children;
  lines.forEach((line, index) => {
    const place = keys[index]?.querySelector(".chart__value");
    setText(place, valueText(line, hovered, axis, format));
  });
  setText(part(node, "chart__at"), hovered === null ? "" : placeText(lines[0], hovered, axis));
}

/** @param {Line} line @param {number | null} x @param {Axis} axis @param {Format} format */
function valueText({ history, name, startedAt }, x, axis, format) {
  const row = x === null ? -1 : rowNear(history, COLUMNS[axis], x + offsetOf(axis, startedAt));
  const value = x === null ? lastKnown(history, name) : at(history, name, row);
  return Number.isFinite(value) ? format(value) : "–";
}

/** @param {Line} line @param {number} x @param {Axis} axis */
function placeText({ history, startedAt }, x, axis) {
  if (axis === "time") return duration(x);
  const row = rowNear(history, "step", x + offsetOf(axis, startedAt));
  return row < 0 ? "" : `step ${count(at(history, "step", row))}`;
}
