// @ts-check
/** The reward curve: columns from REST, one point per training_update; pure. */

/** @typedef {{step: number[], reward: (number | null)[], signal: (number | null)[]}} Series */

/** @type {Series} */
export const empty = { step: [], reward: [], signal: [] };

/** @param {any} columns @returns {Series} */
export function fromColumns(columns) {
  const step = columns.step ?? [];
  const absent = step.map(() => null);
  return { step, reward: columns.reward ?? absent, signal: columns.signal_fraction ?? absent };
}

/** The series with one more update; a step seen before replaces itself and what came after it, as a resume does.
 * @param {Series} series @param {any} update @returns {Series} */
export function withUpdate(series, update) {
  if (update.phase !== "training") return series;
  const end = series.step.findIndex((step) => step >= update.step);
  const keep = end < 0 ? series.step.length : end;
  return {
    step: [...series.step.slice(0, keep), update.step],
    reward: [...series.reward.slice(0, keep), update.reward],
    signal: [...series.signal.slice(0, keep), update.signal_fraction],
  };
}
