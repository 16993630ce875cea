// @ts-check
/** How far an export is, stage by stage, and how it ended; pure. */

import { counted, duration, percent } from "../lib/format.js";
import { nameOf } from "./exports.js";

/** @typedef {"done" | "now" | "waiting" | "failed"} StageState */
/** @typedef {{name: string, state: StageState}} ShownStage */

const WIDE = ["f16", "bf16"];

/** Whether a target was made by this export, and not by one before it.
 * @param {ExportState} exportState @returns {(target: string) => boolean} */
const madeBy = ({ files, started_at: began }) => (target) =>
  files.some((file) => file.target === target && file.made_at >= Number(began));

/** What an export was to make and has not made. @param {ExportState} exportState @returns {string[]} */
export const leftOf = (exportState) => exportState.targets.filter((name) => !madeBy(exportState)(name));

/** The stages of an export; all wait until it has said what it does.
 * @param {ExportState} exportState @returns {ShownStage[]} */
export function stagesOf(exportState) {
  const isMade = madeBy(exportState);
  const places = inWorkOrder(exportState, isMade);
  const at = placeAt(places, exportState);
  const states = places.map((place, index) => stateOf(place, index - at, at >= 0, isMade(place.target)));
  if (exportState.status === "completed") states.fill("done");
  // Where the work ended: a proof that failed is told at the very end.
  const last = states.includes("failed") ? "waiting" : "failed";
  return places.map(({ title }, index) => ({
    name: title,
    state: states[index] === "now" && !exportState.is_running ? last : states[index],
  }));
}

/** Of the two wide types the worker first makes the one that the checkpoint is stored in.
 * @param {ExportState} exportState @param {(target: string) => boolean} isMade */
function inWorkOrder(exportState, isMade) {
  const hasBoth = WIDE.every((name) => exportState.targets.includes(name));
  const isSwapped = hasBoth && !isMade("f16") && (exportState.detail === "bf16" || isMade("bf16"));
  if (!isSwapped) return exportState.stages;
  const others = exportState.stages.filter((stage) => stage.target !== "bf16");
  const first = others.findIndex((stage) => stage.target === "f16");
  return others.toSpliced(first, 0, ...exportState.stages.filter((stage) => stage.target === "bf16"));
}

/** @param {Stage[]} places @param {ExportState} exportState */
function placeAt(places, exportState) {
  const phase = exportState.phase === "quantising" && WIDE.includes(exportState.detail) ? "proving" : exportState.phase;
  const own = places.findIndex((place) => place.phase === phase && place.target === exportState.detail);
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

/** "62 % · about 20 s left · 41 s so far". @param {ExportState} exportState @param {number} now Unix seconds */
export function progressText(exportState, now) {
  const left = exportState.eta_seconds === null ? "" : `about ${duration(exportState.eta_seconds)} left`;
  const spent = exportState.started_at === null ? "" : `${duration(now - exportState.started_at)} so far`;
  return [percent(exportState.fraction), left, spent].filter(Boolean).join(" · ");
}

/** @param {ExportState} exportState */
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

/** The heading of the card. @param {ExportState} exportState */
export function headingOf(exportState) {
  if (exportState.is_running) return `Exporting ${whatOf(exportState)}`;
  const [failed, all] = [leftOf(exportState).length, exportState.targets.length];
  if (exportState.status === "failed" && failed > 0 && failed < all) return `${failed} of ${all} files failed`;
  return ENDS[exportState.status] ?? "The export was cancelled";
}

/** What is said when an export ends, to whoever watches it. @param {ExportState} exportState */
export function endText(exportState) {
  if (exportState.status === "completed") return `The export is complete: ${doneText(exportState)}.`;
  if (exportState.status === "stopped") return "The export was cancelled; finished files are kept.";
  return `The export failed. ${exportState.failure?.cause ?? ""}`.trim();
}

/** "3 files in 40 s". @param {ExportState} exportState */
export const doneText = (exportState) => `${whatOf(exportState)} in ${duration(exportState.elapsed_seconds)}`;

/** Whether the card has something to tell: work under way, a bad end, what was noticed, or an end that has just been
 * seen. @param {ExportState | null} exportState @param {boolean} isFresh */
export const isTold = (exportState, isFresh) =>
  exportState !== null
  && (exportState.is_running || exportState.status !== "completed" || exportState.notices.length > 0 || isFresh);
