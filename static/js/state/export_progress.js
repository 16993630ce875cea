// @ts-check
/** How far an export is, stage by stage, and how it ended; pure. */

import { counted, duration, percent } from "../lib/format.js";
import { nameOf } from "./exports.js";

/** @typedef {"done" | "now" | "waiting" | "failed"} StageState */
/** @typedef {{name: string, state: StageState}} ShownStage */

const WIDE = ["f16", "bf16"];

/** Whether a target was made by this export, and not by one before it.
 * @param {ExportState} one @returns {(target: string) => boolean} */
const madeBy = ({ files, started_at: began }) => (target) =>
  files.some((file) => file.target === target && file.made_at >= Number(began));

/** What an export was to make and has not made. @param {ExportState} one @returns {string[]} */
export const leftOf = (one) => one.targets.filter((name) => !madeBy(one)(name));

/** The stages of an export; all wait until it has said what it does.
 * @param {ExportState} one @returns {ShownStage[]} */
export function stagesOf(one) {
  const isMade = madeBy(one);
  const places = inWorkOrder(one, isMade);
  const at = placeAt(places, one);
  const states = places.map((place, index) => stateOf(place, index - at, at >= 0, isMade(place.target)));
  if (one.status === "completed") states.fill("done");
  // Where the work ended: a proof that failed is told at the very end.
  const last = states.includes("failed") ? "waiting" : "failed";
  return places.map(({ title }, index) => ({
    name: title,
    state: states[index] === "now" && !one.is_running ? last : states[index],
  }));
}

/** Of the two wide types the worker first makes the one that the checkpoint is stored in.
 * @param {ExportState} one @param {(target: string) => boolean} isMade */
function inWorkOrder(one, isMade) {
  const hasBoth = WIDE.every((name) => one.targets.includes(name));
  const isSwapped = hasBoth && !isMade("f16") && (one.detail === "bf16" || isMade("bf16"));
  if (!isSwapped) return one.stages;
  const others = one.stages.filter((stage) => stage.target !== "bf16");
  const first = others.findIndex((stage) => stage.target === "f16");
  return others.toSpliced(first, 0, ...one.stages.filter((stage) => stage.target === "bf16"));
}

/** @param {Stage[]} places @param {ExportState} one */
function placeAt(places, one) {
  const phase = one.phase === "quantising" && WIDE.includes(one.detail) ? "proving" : one.phase;
  const own = places.findIndex((place) => place.phase === phase && place.target === one.detail);
  return own >= 0 ? own : places.findIndex((place) => place.phase === phase && !place.target);
}

/** @param {Stage} place
 * @param {number} past how far behind the present stage it is, below 0 when that has passed it
 * @param {boolean} hasBegun @param {boolean} isMade @returns {StageState} */
function stateOf({ phase, target }, past, hasBegun, isMade) {
  if (!hasBegun || past > 0) return "waiting";
  if (past === 0) return "now";
  if (!target || isMade || phase !== "proving") return target === "adapter" && !isMade ? "waiting" : "done";
  return "failed"; // the worker went on without it: its proof has failed
}

/** A stage's state in a word. @param {StageState} state @param {boolean} isRunning */
export const stateWord = (state, isRunning) => (state === "waiting" && !isRunning ? "not reached" : state);

/** "62 % · about 20 s left · 41 s so far". @param {ExportState} one @param {number} now Unix seconds */
export function progressText(one, now) {
  const left = one.eta_seconds === null ? "" : `about ${duration(one.eta_seconds)} left`;
  const spent = one.started_at === null ? "" : `${duration(now - one.started_at)} so far`;
  return [percent(one.fraction), left, spent].filter(Boolean).join(" · ");
}

/** @param {ExportState} one */
function whatOf({ targets }) {
  if (targets.length === 1) return nameOf(targets[0]);
  return targets.length ? counted(targets.length, "file") : "this run";
}

/** @type {Record<string, string>} */
const ENDS = {
  completed: "The export is complete",
  failed: "The export failed",
  interrupted: "The export was interrupted",
};

/** The heading of the card. @param {ExportState} one */
export function headingOf(one) {
  if (one.is_running) return `Exporting ${whatOf(one)}`;
  const [failed, all] = [leftOf(one).length, one.targets.length];
  if (one.status === "failed" && failed > 0 && failed < all) return `${failed} of ${all} files failed`;
  return ENDS[one.status] ?? "The export was cancelled";
}

/** What is said when an export ends, to whoever watches it. @param {ExportState} one */
export function endText(one) {
  if (one.status === "completed") return `The export is complete: ${doneText(one)}.`;
  if (one.status === "stopped") return "The export was cancelled; finished files are kept.";
  return `The export failed. ${one.failure?.cause ?? ""}`.trim();
}

/** "3 files in 40 s". @param {ExportState} one */
export const doneText = (one) => `${whatOf(one)} in ${duration(one.elapsed_seconds)}`;

/** Whether the card has something to tell: work under way, a bad end, what was noticed, or an end that has just been
 * seen. @param {ExportState | null} one @param {boolean} isFresh */
export const isTold = (one, isFresh) =>
  one !== null && (one.is_running || one.status !== "completed" || one.notices.length > 0 || isFresh);
