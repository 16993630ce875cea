// @ts-check
/** Which charts a run has, what is drawn in each, and why one is empty; pure. */

import { number, percent, count } from "../lib/format.js";
import { valueAt } from "./draft.js";
import { hasValues, lastKnown, rewardNames } from "./series.js";

/** What is known of one run.
 * @typedef {Placed & {warmUp: RunHistory, heldOut: RunHistory, config?: RunConfig | null,
 *   isOnPolicy?: boolean, engine?: string, isShare?: boolean,
 *   isOver: boolean}} Run */

export const decimals = (/** @type {number} */ digits) => (/** @type {number} */ value) => number(value, digits);
export const asPercent = (/** @type {number} */ value) => percent(value, 1);

/** @param {number} value */
const scientific = (value) =>
  (value !== 0 && Math.abs(value) < 1e-3 ? Number(value.toPrecision(3)).toExponential() : number(value, 4));

/** A line of the run's own history. Colours are those of tokens.css: 1 violet, 2 pink, 3 cyan, 4 amber, 5 green,
 * 6 blue, 7 red, 8 grey.
 * @param {Run} run @param {string} label @param {string} name @param {Partial<Line>} more @returns {Line} */
const line = ({ history, startedAt }, label, name, more) =>
  ({ label, history, name, startedAt, colour: 1, isSmooth: true, ...more });

/** @param {Run} run */
const noStepYet = ({ isOver }) =>
  (isOver ? "The run ended before its first GRPO step." : "Begins with the first GRPO step.");

/** Empty because there is no step yet, else because of `why`.
 * @param {string | ((run: Run) => string)} why @returns {(run: Run) => string} */
const reason = (why) => (run) => (run.history.length ? (typeof why === "string" ? why : why(run)) : noStepYet(run));

/** Only lines that have a value. @param {Line[]} lines */
const present = (lines) => lines.filter(({ history, name }) => hasValues(history, name));

/** @type {ChartSpec<Run>[]} */
export const RUN_CHARTS = [
  {
    key: "reward", title: "Reward", note: "Mean of a step; the band is one deviation up and down.", format: decimals(3),
    linesOf: (run) => present([line(run, "Mean reward", "reward", { band: {
      low: { name: "reward", other: "reward_std", sign: -1 }, high: { name: "reward", other: "reward_std", sign: 1 },
    } })]),
    reasonOf: reason("No step was scored."),
  },
  {
    key: "parts", title: "Reward parts", note: "Mean of each reward before weights.", format: decimals(3),
    linesOf: (run) => partsOf(run),
    reasonOf: reason("There is one reward."),
  },
  {
    key: "held-out", title: "Held-out score", note: "Rows that training never sees; bars are 95 % intervals.",
    isFraction: true, format: asPercent,
    asOf: (run) => (run.isShare === false ? { isFraction: false, format: decimals(3) } : {}),
    linesOf: (run) => present([
      line(run, "Score", "score", { ...ofHeldOut(run), hasPoints: true, whiskers: { low: "low", high: "high" } }),
      line(run, "Base model", "base", { ...ofHeldOut(run), colour: 8, dash: 1, isThin: true }),
    ]),
    reasonOf: (run) => {
      if (run.isOver) return "Nothing was scored on held-out rows.";
      if (run.config?.dataset?.validation_fraction === 0) {
        return "Off: validation_fraction is 0, so no rows are held out.";
      }
      return "The base model is scored first. Its score appears here.";
    },
  },
  {
    key: "signal", title: "Signal and truncation", isFraction: true, format: asPercent,
    note: "Share of groups that teach, and of completions cut off or without a score.",
    linesOf: (run) => present([
      line(run, "Signal fraction", "signal_fraction", {}),
      line(run, "Truncated", "truncated_fraction", { colour: 4, dash: 1 }),
      ...(hasValues(run.history, "unscored_fraction", true)
        ? [line(run, "Without a score", "unscored_fraction", { colour: 2, dash: 2 })] : []),
    ]),
    reasonOf: reason("This run logs neither."),
  },
  {
    key: "groups", title: "Groups sampled and kept", isFromZero: true, format: decimals(0),
    note: "A step learns from the kept ones; the others scored all the same.",
    linesOf: (run) => present([
      line(run, "Sampled", "groups.sampled", { colour: 3 }),
      line(run, "Kept", "groups.kept", { colour: 1, dash: 1 }),
    ]),
    reasonOf: reason("Dynamic sampling is off."),
  },
  {
    key: "length", title: "Completion length", note: "Tokens; the band runs from the shortest to the longest.",
    isFromZero: true, format: decimals(0),
    linesOf: (run) => present([
      line(run, "Mean", "completion_length.mean", { colour: 3, band: {
        low: { name: "completion_length.min" }, high: { name: "completion_length.max" },
      } }),
      line(run, "Shortest", "completion_length.min", { colour: 8, dash: 2, isThin: true, side: "low" }),
      line(run, "Longest", "completion_length.max", { colour: 6, dash: 1, isThin: true, side: "high" }),
    ]),
    reasonOf: reason("This run logs no lengths."),
  },
  {
    key: "kl", title: "KL", note: "How far the policy has moved from the base model.", hasLog: true, format: scientific,
    linesOf: (run) => present([line(run, "KL divergence", "kl", { colour: 2 })]),
    reasonOf: reason(({ config }) => (config?.grpo?.kl_penalty
      ? "No value yet."
      : "Off: kl_penalty is 0, so there is no reference model to compare with.")),
  },
  {
    key: "clip", title: "Policy clip ratios", note: "Share of tokens whose change was cut back.",
    isFromZero: true, format: scientific,
    linesOf: (run) => (hasClipping(run) ? clipLines(run) : []),
    reasonOf: reason(clipReason),
  },
  {
    key: "sampler", title: "Sampler gap", isFromZero: true, format: scientific,
    note: "Between vLLM's and the trainer's log-probability of a token, in nats.",
    linesOf: (run) => present([
      line(run, "Mean", "sampler_gap.mean", { colour: 3 }),
      line(run, "Largest", "sampler_gap.max", { colour: 4, dash: 1, isThin: true, side: "high" }),
    ]),
    reasonOf: reason("The model that learns samples by itself."),
  },
  {
    key: "entropy", title: "Entropy", note: "A fall to 0 means that all answers become alike.",
    isFromZero: true, format: decimals(3),
    linesOf: (run) => present([line(run, "Entropy", "entropy", { colour: 6 })]),
    reasonOf: reason((run) => (run.engine === "unsloth" ? "Not reported by Unsloth." : "This run logs no entropy.")),
  },
  {
    key: "loss", title: "Loss", note: "A falling loss is no goal in GRPO; watch the reward.",
    hasLog: true, format: scientific,
    linesOf: (run) => present([
      line(run, "GRPO loss", "loss", { colour: 7 }),
      line(run, "Warm-up loss", "loss", { history: run.warmUp, colour: 4, dash: 1 }),
    ]),
    reasonOf: reason("This run logs no loss."),
  },
  {
    key: "learning-rate", title: "Learning rate", hasLog: true, isFromZero: true, format: scientific,
    linesOf: (run) => present([line(run, "Learning rate", "learning_rate", { colour: 5, isSmooth: false })]),
    reasonOf: reason("This run logs no learning rate."),
  },
  {
    key: "gradient", title: "Gradient norm", note: "Before clipping to max_grad_norm.",
    hasLog: true, isFromZero: true, format: decimals(3),
    linesOf: (run) => present([line(run, "Gradient norm", "grad_norm", { colour: 4 })]),
    reasonOf: reason("This run logs no gradient norm."),
  },
  {
    key: "tokens", title: "Tokens per second", isFromZero: true,
    format: (value) => (value < 100 ? number(value, 1) : count(value)),
    linesOf: (run) => present([line(run, "Tokens per second", "tokens_per_second", { colour: 3 })]),
    reasonOf: reason("This run logs no token counts."),
  },
  {
    key: "seconds", title: "Seconds per step", note: "What is neither sampling nor rewards is learning.",
    isFromZero: true, hasLog: true, format: decimals(2),
    linesOf: (run) => present([
      line(run, "Whole step", "step_seconds", { colour: 1 }),
      line(run, "Sampling", "sampling_seconds", { colour: 3, dash: 2 }),
      line(run, "Rewards", "reward_seconds", { colour: 2, dash: 1 }),
    ]),
    reasonOf: reason("This run logs no times."),
  },
];

/** @param {Run} run */
const ofHeldOut = (run) => ({ history: run.heldOut, isSmooth: false });

/** One line per reward, unless there is only one. @param {Run} run @returns {Line[]} */
function partsOf(run) {
  const names = rewardNames(run.history);
  if (names.length < 2) return [];
  return present(names.map((name, index) => line(run, name, `rewards.${name}.mean`, lookOf(index))));
}

/** Colour and dash of the line at a place among many. @param {number} index */
export const lookOf = (index) => ({ colour: (index % 8) + 1, dash: index % 6 });

/** Whether a chart is worth its place: the parts of a single reward are the reward, and only some runs have the others.
 * @param {ChartSpec<Run>} spec @param {Run} run */
export const isWorthShowing = (spec, run) => (spec.key !== "parts" || rewardNames(run.history).length > 1)
  && (!["sampler", "groups"].includes(spec.key) || spec.linesOf(run).length > 0);

const CLIPS = ["low", "high", "region"];

/** @param {Run} run */
const hasClipping = (run) => CLIPS.some((side) => hasValues(run.history, `clip_ratio.${side}`, true));

/** @param {Run} run */
const clipLines = (run) => present([
  line(run, "Lower bound", "clip_ratio.low", { colour: 3, dash: 1 }),
  line(run, "Upper bound", "clip_ratio.high", { colour: 2, dash: 2 }),
  line(run, "Either", "clip_ratio.region", { colour: 1 }),
]);

/** @param {Run} run */
function clipReason(run) {
  if (!Number.isFinite(lastKnown(run.history, "clip_ratio.region"))) return "This run logs no clip ratios.";
  if (run.isOnPolicy === false) return "0 so far: no token’s ratio has left the clip range.";
  return "0 by construction: training is on-policy. " +
    "Each batch is used once, by the policy that wrote it, so there is nothing to clip.";
}
