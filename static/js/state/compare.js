// @ts-check
/** Several runs beside each other: their charts, their end results, and the settings in which they differ; pure. */

import { duration, number, setting, words } from "../lib/format.js";
import { differences, orDefault } from "./draft.js";
import { asPercent, decimals, lookOf } from "./run_charts.js";
import { at, column, hasValues, last } from "./series.js";
import { changeText } from "./scores.js";
import { titleOf, workedSeconds } from "./sessions.js";

/** A run of the comparison. `index` gives its colour and dash in every chart.
 * @typedef {Placed & {id: string, label: string, index: number, session: Session, heldOut: RunHistory,
 *   isShare: boolean}} Run */

/** The ids in the address, each once. @param {string | undefined} text */
export const idsOf = (text) => [...new Set((text ?? "").split(",").map((id) => id.trim()).filter(Boolean))];

/** What a run is called beside the others: its title, with its id where two have the same.
 * @param {Session} session @param {Session[]} all */
export function labelAmong(session, all) {
  const title = titleOf(session);
  const isOne = all.filter((other) => titleOf(other) === title).length < 2;
  return isOne || title === session.session_id ? title : `${title} (${session.session_id})`;
}

/** One line per run that has the metric. @param {string} name @returns {(runs: Run[]) => Line[]} */
const each = (name) => (runs) => runs
  .filter((run) => hasValues(run.history, name))
  .map((run) => ({ ...lineOf(run), name, isSmooth: true }));

/** @param {Run} run */
const lineOf = ({ label, history, index, startedAt }) => ({ label, history, startedAt, ...lookOf(index) });

/** Whether no run has held-out scores that are shares; runs without them are left out where another has them.
 * @param {Run[]} runs */
const isOfRewards = (runs) => !runs.some((run) => run.isShare && hasValues(run.heldOut, "score"));

/** @param {Run[]} runs @returns {Line[]} */
const heldOutLines = (runs) => runs
  .filter((run) => hasValues(run.heldOut, "score") && run.isShare !== isOfRewards(runs))
  .map((run) => ({
    ...lineOf(run), history: run.heldOut, name: "score", hasPoints: true, whiskers: { low: "low", high: "high" },
  }));

/** @param {string} what */
const none = (what) => () => `None of these runs has logged ${what}.`;

/** @type {ChartSpec<Run[]>[]} */
export const COMPARED = [
  { key: "reward", title: "Reward", format: decimals(3), linesOf: each("reward"), reasonOf: none("a reward") },
  {
    key: "held-out", title: "Held-out score", note: "Bars are 95 % intervals.", isFraction: true, format: asPercent,
    asOf: (runs) => (isOfRewards(runs) ? { isFraction: false, format: decimals(3) } : {}),
    linesOf: heldOutLines, reasonOf: none("a held-out score"),
  },
  {
    key: "kl", title: "KL", hasLog: true, format: decimals(4), linesOf: each("kl"),
    reasonOf: () => "None of these runs has a KL penalty, so there is no reference model to compare with.",
  },
  {
    key: "length", title: "Completion length", note: "Mean, in tokens.", isFromZero: true, format: decimals(0),
    linesOf: each("completion_length.mean"), reasonOf: none("lengths"),
  },
  {
    key: "signal", title: "Signal fraction", note: "Groups whose completions differ in reward.", isFraction: true,
    format: asPercent, linesOf: each("signal_fraction"), reasonOf: none("it"),
  },
  {
    key: "entropy", title: "Entropy", isFromZero: true, format: decimals(3), linesOf: each("entropy"),
    reasonOf: none("it"),
  },
  {
    key: "loss", title: "Loss", note: "A falling loss is no goal in GRPO; watch the reward.", hasLog: true,
    format: decimals(4), linesOf: each("loss"), reasonOf: none("it"),
  },
];

/** The cells of a run's end results, in the order of the table's head: status, last and best reward, held-out score,
 * steps, duration, model, data. @param {Run} run @param {number} now Unix seconds */
export function resultsOf({ session, history }, now) {
  const best = bestOf(history);
  return [
    words(session.status),
    number(last(history, "reward")),
    best ? `${number(best.reward)} at step ${best.step}` : "–",
    changeText(session.evaluations ?? []) || "–",
    session.total_steps ? `${session.step} of ${session.total_steps}` : String(session.step ?? 0),
    session.started_at ? duration(workedSeconds(session, now)) : "–",
    session.config?.model.name ?? "–",
    session.config?.dataset.source ?? "–",
  ];
}

/** The step with the highest mean reward. @param {RunHistory} history */
function bestOf(history) {
  const rewards = column(history, "reward") ?? [];
  let best = -1;
  for (let row = 0; row < Math.min(history.length, rewards.length); row += 1) {
    if (best < 0 ? rewards[row] === rewards[row] : rewards[row] > rewards[best]) best = row;
  }
  return best < 0 ? null : { reward: rewards[best], step: at(history, "step", best) };
}

/** Settings with their value in each run, those that differ or all of them, in the order of the schema.
 * @param {(RunConfig | undefined)[]} configs @param {Section} defaults by dotted name @param {boolean} isAll
 * @returns {{name: string, values: string[], isSame: boolean}[]} */
export function settingRows(configs, defaults, isAll) {
  const [first, ...others] = configs;
  const differing = new Set(others.flatMap((other) => differences(first, other, defaults).map(({ name }) => name)));
  return Object.keys(defaults)
    .filter((name) => isAll || differing.has(name))
    .map((name) => {
      const values = configs.map((config) => setting(orDefault(config, name, defaults)));
      return { name, isSame: !differing.has(name), values };
    });
}
