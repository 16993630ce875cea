// @ts-check
/** What a chart says without its picture: a sentence, a table of its newest points, and CSV; pure. */

import { at, column, rowFrom } from "./series.js";

/** One column of a table: a metric of a history, under a title.
 * @typedef {{title: string, history: RunHistory, name: string}} Part */

const TREND_ROWS = 50;
const STEADY = 0.25;

/** "Mean reward 0.52 at step 300, rising: 0.41 on average over 50 points, 0.35 over the 50 before."
 * @param {Part} part @param {Format} format */
export function sentenceOf({ title, history, name }, format) {
  const [rows, values] = knownRows(history, name, 2 * TREND_ROWS);
  if (!values.length) return `${title}: no value.`;
  const start = `${title} ${format(values[values.length - 1])} at step ${at(history, "step", rows[rows.length - 1])}`;
  const half = Math.min(TREND_ROWS, values.length >> 1);
  if (half < 2) return `${start}.`;
  const [before, now] = [values.slice(-2 * half, -half), values.slice(-half)];
  const change = `${format(mean(now))} on average over ${half} points, ${format(mean(before))} over the ${half} before`;
  return `${start}, ${trendOf(before, now)}: ${change}.`;
}

/** @param {number[]} before @param {number[]} now */
function trendOf(before, now) {
  const change = mean(now) - mean(before);
  const spread = Math.max(deviation(before), deviation(now));
  if (change === 0 || Math.abs(change) < STEADY * spread) return "steady";
  return change > 0 ? "rising" : "falling";
}

/** The newest rows in which a metric has a number, oldest first.
 * @param {RunHistory} history @param {string} name @param {number} count @returns {[number[], number[]]} */
function knownRows(history, name, count) {
  const values = column(history, name);
  const rows = [];
  for (let row = history.length - 1; values && row >= 0 && rows.length < count; row -= 1) {
    if (values[row] === values[row]) rows.push(row);
  }
  rows.reverse();
  return [rows, rows.map((row) => /** @type {Float64Array} */ (values)[row])];
}

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** @param {number[]} values */
function deviation(values) {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** Rows by step, each with a value per part, NaN where it has none.
 * @param {Part[]} parts @param {number} [newest] how many of the newest steps; all when left out
 * @returns {{step: number, values: number[]}[]} */
export function rowsOf(parts, newest = Infinity) {
  const steps = new Set();
  for (const history of new Set(parts.map((part) => part.history))) {
    const first = Math.max(0, history.length - newest);
    for (let row = first; row < history.length; row += 1) steps.add(at(history, "step", row));
  }
  const ordered = [...steps].sort((a, b) => a - b).slice(-newest);
  return ordered.map((step) => ({ step, values: parts.map((part) => valueAtStep(part, step)) }));
}

/** @param {Part} part @param {number} step */
function valueAtStep({ history, name }, step) {
  const row = rowFrom(history, "step", step);
  return row < history.length && at(history, "step", row) === step ? at(history, name, row) : NaN;
}

/** Every row that is held, not those that are drawn. @param {Part[]} parts */
export function csvOf(parts) {
  const lines = [["step", ...parts.map((part) => part.title)].map(quoted).join(",")];
  for (const { step, values } of rowsOf(parts)) lines.push([step, ...values].map(plain).join(","));
  return `${lines.join("\n")}\n`;
}

/** All metrics of several histories, one after the other; the first column, under `heading`, says of which one a row
 * is.
 * @param {{phase: string, history: RunHistory}[]} phases @param {string} [heading] */
export function wholeCsv(phases, heading = "phase") {
  const known = new Set(phases.flatMap(({ history }) => [...history.columns.keys()]));
  const names = [...known].filter((name) => name !== "step").sort();
  const lines = [[heading, "step", ...names].map(quoted).join(",")];
  for (const { phase, history } of phases) {
    for (let row = 0; row < history.length; row += 1) {
      lines.push([quoted(phase), ...["step", ...names].map((name) => plain(at(history, name, row)))].join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** @param {number} value */
const plain = (value) => (Number.isFinite(value) ? String(value) : "");

/** @param {string} text */
const quoted = (text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
