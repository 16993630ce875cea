// @ts-check
/** What is drawn of a history: smoothed and combined columns, thinned to pairs of extremes per pixel; kept up to date
 * row by row. */

import { at, column, last, rowFrom } from "./series.js";

/** Values that follow the rows of a history, and their lowest and highest per bucket of `size` rows.
 * @typedef {{values: Float64Array, rows: number, version: number, weight: number, mean: number, share: number,
 *   size: number, bucketRows: number, low: Float64Array, high: Float64Array, isLowFirst: Uint8Array}} Curve */

/** The part of a history that is in view: whole buckets of `size` rows, and x at both ends of each.
 * @typedef {{first: number, end: number, size: number, x: number[]}} View */

/** The column that gives x. */
export const COLUMNS = { step: "step", time: "t" };

const NO_NUMBERS = new Float64Array(0);
const NO_FLAGS = new Uint8Array(0);

/** The curve that is wanted, up to the newest row.
 * @param {RunHistory} history @param {Metric} wanted @returns {Curve} */
export function curve(history, wanted) {
  const { name, other = "", sign = 1, weight = 0, isPositive = false } = wanted;
  const key = `${name}|${other}|${sign}|${weight > 0}|${isPositive}`;
  let kept = history.curves.get(key);
  if (!kept || kept.version !== history.version || kept.weight !== weight) {
    kept = fresh(history, weight, kept);
    history.curves.set(key, kept);
  }
  if (kept.rows < history.length) extend(kept, history, wanted);
  return kept;
}

/** Times are shown since the start of the run. @param {Axis} axis @param {number} startedAt */
export const offsetOf = (axis, startedAt) => (axis === "time" ? startedAt : 0);

/** From the first x of all histories to the last. @param {Placed[]} histories @param {Axis} axis */
export function extentOf(histories, axis) {
  let [min, max] = [Infinity, -Infinity];
  for (const { history, startedAt } of histories) {
    if (!history.length) continue;
    min = Math.min(min, at(history, COLUMNS[axis], 0) - offsetOf(axis, startedAt));
    max = Math.max(max, last(history, COLUMNS[axis]) - offsetOf(axis, startedAt));
  }
  return min <= max ? { min, max } : { min: 0, max: 1 };
}

/** The rows with x in a range and one more on each side, in at most about `width` buckets.
 * @param {RunHistory} history @param {string} axis an ascending column
 * @param {number} offset what is taken off its values
 * @param {Extent | null} range null for all @param {number} width @returns {View} */
export function viewOf(history, axis, offset, range, width) {
  const low = range ? Math.max(0, rowFrom(history, axis, range.min + offset) - 1) : 0;
  const high = range ? Math.min(history.length, rowFrom(history, axis, range.max + offset) + 2) : history.length;
  const size = 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, high - low) / Math.max(1, width))));
  const first = Math.floor(low / size);
  const end = Math.ceil(high / size);
  const values = column(history, axis) ?? NO_NUMBERS;
  const x = [];
  for (let bucket = first; bucket < end; bucket += 1) {
    x.push(values[bucket * size] - offset);
    if (size > 1) x.push(values[Math.min(history.length, (bucket + 1) * size) - 1] - offset);
  }
  return { first, end, size, x };
}

/** The values of a curve in a view, as uPlot takes them. Per bucket "both" gives its extremes in their order, so that
 * spikes stay, "low" and "high" one of them twice, and "ends" the first and the last value, which is enough for a
 * smooth curve.
 * @param {Curve} drawn @param {View} view @param {"both" | "low" | "high" | "ends"} [side]
 * @returns {(number | null)[]} */
export function pick(drawn, view, side = "both") {
  const { first, end, size } = view;
  const y = [];
  if (size === 1) {
    for (let row = first; row < end; row += 1) y.push(known(drawn.values[row]));
    return y;
  }
  if (side === "ends") return endsOf(drawn, view);
  fillBuckets(drawn, size);
  for (let bucket = first; bucket < end; bucket += 1) {
    const isLowFirst = drawn.isLowFirst[bucket] === 1;
    y.push(known((side === "both" ? isLowFirst : side === "low") ? drawn.low[bucket] : drawn.high[bucket]));
    y.push(known((side === "both" ? !isLowFirst : side === "low") ? drawn.low[bucket] : drawn.high[bucket]));
  }
  return y;
}

/** @param {Curve} drawn @param {View} view */
function endsOf({ values, rows }, { first, end, size }) {
  const y = [];
  for (let bucket = first; bucket < end; bucket += 1) {
    let [low, high] = [bucket * size, Math.min(rows, (bucket + 1) * size) - 1];
    while (low < high && values[low] !== values[low]) low += 1;
    while (high > low && values[high] !== values[high]) high -= 1;
    y.push(known(values[low]), known(values[high]));
  }
  return y;
}

/** uPlot's gap is null. @param {number} value */
const known = (value) => (value === value ? value : null);

/** @param {RunHistory} history @param {number} weight @param {Curve} [old] whose arrays are used again
 * @returns {Curve} */
function fresh(history, weight, old) {
  return {
    values: old?.values ?? NO_NUMBERS, rows: 0, version: history.version, weight, mean: 0, share: 1,
    size: 0, bucketRows: 0, low: old?.low ?? NO_NUMBERS, high: old?.high ?? NO_NUMBERS,
    isLowFirst: old?.isLowFirst ?? NO_FLAGS,
  };
}

/** Compute the rows that are new. The smoothing is an exponential moving average without its bias towards 0 at the
 * start: the mean so far over the share of weight that real values have in it (Kingma and Ba, arXiv:1412.6980, section
 * 3).
 * @param {Curve} kept @param {RunHistory} history @param {Metric} wanted */
function extend(kept, history, { name, other, sign = 1, isPositive }) {
  const left = column(history, name);
  const right = other ? column(history, other) : null;
  if (left && !other && !isPositive && kept.weight === 0) return follow(kept, left, history.length);
  const room = left?.length ?? history.length;
  if (kept.values.length < room) kept.values = enlarged(kept.values, room);
  const { values, weight } = kept;
  for (let row = kept.rows; row < history.length; row += 1) {
    let value = left ? left[row] : NaN;
    if (other) value += sign * (right ? right[row] : NaN);
    if (weight > 0 && value === value) value = smoothed(kept, value);
    values[row] = isPositive && !(value > 0) ? NaN : value;
  }
  kept.rows = history.length;
}

/** A metric as it is needs no copy. @param {Curve} kept @param {Float64Array} values @param {number} rows */
function follow(kept, values, rows) {
  kept.values = values;
  kept.rows = rows;
}

/** @param {Curve} kept @param {number} value */
function smoothed(kept, value) {
  kept.mean = kept.weight * kept.mean + (1 - kept.weight) * value;
  kept.share *= kept.weight;
  return kept.mean / (1 - kept.share);
}

/** Bring the buckets up to the newest row; only the last one and new ones are read.
 * @param {Curve} kept @param {number} size */
function fillBuckets(kept, size) {
  if (kept.size !== size) [kept.size, kept.bucketRows] = [size, 0];
  const count = Math.ceil(kept.values.length / size);
  if (kept.low.length < count) {
    kept.low = enlarged(kept.low, count);
    kept.high = enlarged(kept.high, count);
    kept.isLowFirst = new Uint8Array(count);
    kept.bucketRows = 0;
  }
  const first = Math.floor(kept.bucketRows / size);
  for (let bucket = first; bucket * size < kept.rows; bucket += 1) fillBucket(kept, bucket);
  kept.bucketRows = kept.rows;
}

/** @param {Curve} kept @param {number} bucket */
function fillBucket(kept, bucket) {
  const { values, size } = kept;
  const end = Math.min(kept.rows, (bucket + 1) * size);
  let [low, high, lowRow, highRow] = [Infinity, -Infinity, 0, 0];
  for (let row = bucket * size; row < end; row += 1) {
    const value = values[row];
    if (value < low) {
      low = value;
      lowRow = row;
    }
    if (value > high) {
      high = value;
      highRow = row;
    }
  }
  kept.low[bucket] = low === Infinity ? NaN : low;
  kept.high[bucket] = high === -Infinity ? NaN : high;
  kept.isLowFirst[bucket] = lowRow <= highRow ? 1 : 0;
}

/** @param {Float64Array} old @param {number} length */
function enlarged(old, length) {
  const next = new Float64Array(length);
  next.set(old);
  return next;
}
