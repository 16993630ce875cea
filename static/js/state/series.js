// @ts-check
/** The history of one run in typed columns: from REST, one row per update, bounded in memory; no DOM. */

/** Rows that a history holds at most; of a longer run the older half is thinned, the newest rows stay exact. */
export const CAPACITY = 32_768;
const FIRST_ROWS = 64;

/** @param {number} [capacity] @returns {RunHistory} */
export const emptyHistory = (capacity = CAPACITY) =>
  ({ length: 0, capacity, version: 0, columns: new Map(), curves: new Map() });

/** Columns as GET /training/sessions/<id>/metrics gives them; what is given is held whole, however long.
 * @param {Record<string, ArrayLike<unknown>>} columns @returns {RunHistory} */
export function fromColumns(columns) {
  const length = columns.step?.length ?? 0;
  const history = emptyHistory(Math.max(CAPACITY, powerOfTwoAbove(length)));
  history.length = length;
  for (const [name, given] of Object.entries(columns)) {
    const values = columnOf(history, name);
    for (let row = 0; row < length; row += 1) values[row] = asNumber(given[row]);
  }
  return history;
}

/** Add a training_update, in place. A step seen before replaces itself and what came after it, as a resume does; an
 * update that the history holds already changes nothing.
 * @param {RunHistory} history @param {TrainingUpdate} update
 * @param {number} now Unix seconds, the update's time if it has none
 * @returns {boolean} whether it was new */
export function append(history, update, now) {
  if (update.seq <= last(history, "seq")) return false;
  const row = rowFrom(history, "step", update.step);
  if (row < history.length) history.version += 1;
  history.length = row;
  if (history.length === history.capacity) thinOlderHalf(history);
  const at = history.length;
  history.length += 1;
  for (const name of history.columns.keys()) columnOf(history, name)[at] = NaN;
  put(history, at, "t", update.t ?? now);
  putAll(history, at, update, "");
  return true;
}

/** The values of a metric, of which the first `length` count; undefined when no row has it.
 * @param {RunHistory} history @param {string} name */
export const column = (history, name) => history.columns.get(name);

/** A metric in a row; NaN when absent. @param {RunHistory} history @param {string} name @param {number} row */
export const at = (history, name, row) => history.columns.get(name)?.[row] ?? NaN;

/** The newest row's value, NaN when there is none. @param {RunHistory} history @param {string} name */
export const last = (history, name) => (history.length ? at(history, name, history.length - 1) : NaN);

/** The newest value that a metric has. @param {RunHistory} history @param {string} name */
export function lastKnown(history, name) {
  for (let row = history.length - 1; row >= 0; row -= 1) {
    const value = at(history, name, row);
    if (Number.isFinite(value)) return value;
  }
  return NaN;
}

/** Whether a metric has a number in any row, and one other than 0 if so asked.
 * @param {RunHistory} history @param {string} name @param {boolean} [beyondZero] */
export function hasValues(history, name, beyondZero = false) {
  const values = column(history, name);
  if (!values) return false;
  for (let row = 0; row < history.length; row += 1) {
    if (values[row] === values[row] && (!beyondZero || values[row] !== 0)) return true;
  }
  return false;
}

/** The first row whose value in an ascending column is at least `value`; `length` when there is none.
 * @param {RunHistory} history @param {string} name @param {number} value */
export function rowFrom(history, name, value) {
  const values = column(history, name);
  let [low, high] = [0, values ? history.length : 0];
  while (values && low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The row nearest to a value of an ascending column; -1 when there are no rows.
 * @param {RunHistory} history @param {string} name @param {number} value */
export function rowNear(history, name, value) {
  const row = Math.min(rowFrom(history, name, value), history.length - 1);
  return row > 0 && value - at(history, name, row - 1) < at(history, name, row) - value ? row - 1 : row;
}

/** The names of the rewards, each of which has its own mean. @param {RunHistory} history */
export function rewardNames(history) {
  const names = [...history.columns.keys()].filter((name) => name.startsWith("rewards.") && name.endsWith(".mean"));
  return names.map((name) => name.slice("rewards.".length, -".mean".length)).sort();
}

/** Keep every second row of the older half. @param {RunHistory} history */
function thinOlderHalf(history) {
  const half = history.length >> 1;
  const kept = half >> 1;
  for (const values of history.columns.values()) {
    for (let row = 0; row < kept; row += 1) values[row] = values[2 * row];
    values.copyWithin(kept, half, history.length);
  }
  history.length = kept + history.length - half;
  history.version += 1;
}

/** The numbers of an update under dotted names, without the updates that were batched before it.
 * @param {RunHistory} history @param {number} row @param {object} values @param {string} prefix */
function putAll(history, row, values, prefix) {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "number") put(history, row, prefix + name, value);
    else if (value && typeof value === "object" && name !== "earlier") putAll(history, row, value, `${prefix}${name}.`);
  }
}

/** @param {RunHistory} history @param {number} row @param {string} name @param {number} value */
function put(history, row, name, value) {
  columnOf(history, name)[row] = value;
}

/** The column with room for every row, made or enlarged as needed.
 * @param {RunHistory} history @param {string} name @returns {Float64Array} */
function columnOf(history, name) {
  const old = history.columns.get(name);
  if (old && old.length >= history.length) return old;
  const room = Math.min(history.capacity, Math.max(FIRST_ROWS, powerOfTwoAbove(history.length - 1)));
  const values = new Float64Array(room).fill(NaN);
  if (old) values.set(old);
  history.columns.set(name, values);
  return values;
}

/** @param {number} count */
const powerOfTwoAbove = (count) => 2 ** Math.ceil(Math.log2(Math.max(1, count + 1)));

/** @param {unknown} value */
const asNumber = (value) => (typeof value === "number" ? value : NaN);
