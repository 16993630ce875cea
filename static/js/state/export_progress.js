// @ts-check
/** How far an export is, stage by stage, and how it ended; pure. */

import { counted, duration, percent } from "../lib/format.js";
import { nameOf } from "./exports.js";

/** @typedef {"done" | "now" | "waiting" | "failed"} StageState */
/** @typedef {{name: string, state: StageState}} Stage */
/** A phase of the worker, about one target or about all. @typedef {{phase: string, target: string}} Place */

const NOT_FILES = ["adapter", "merged", "adapter_gguf"];
const WIDE = ["f16", "bf16"];
const NAMES = /** @type {Record<string, string>} */ ({
  "packing adapter": "Write the adapter", "merging": "Merge adapter and base model", "converting adapter_gguf": "Convert the adapter to GGUF",
  "converting": "Convert to GGUF", "scoring": "Score on held-out questions", "packing": "Finish",
});
const VERBS = /** @type {Record<string, string>} */ ({ quantising: "Quantise", proving: "Prove" });

/** Whether a target was made by this export, and not by one before it. @param {any} one @returns {(target: string) => boolean} */
const madeBy = (one) => (target) => one.files.some((/** @type {any} */ file) => file.target === target && file.made_at >= one.started_at);

/** What an export was to make and has not made. @param {any} one @returns {string[]} */
export const leftOf = (one) => one.targets.filter((/** @type {string} */ name) => !madeBy(one)(name));

/** What an export of these targets goes through, in the worker's order. @param {string[]} targets @returns {Place[]} */
export function placesOf(targets) {
  const files = targets.filter((name) => !NOT_FILES.includes(name));
  const about = (/** @type {string} */ target, /** @type {string[]} */ ...phases) => (targets.includes(target) ? phases.map((phase) => ({ phase, target })) : []);
  const all = (/** @type {boolean} */ isPart, /** @type {string} */ phase) => (isPart ? [{ phase, target: "" }] : []);
  return [
    ...about("adapter", "packing"),
    ...all(targets.some((name) => name !== "adapter"), "merging"),
    ...about("merged", "proving"),
    ...about("adapter_gguf", "converting", "proving"),
    ...all(files.length > 0, "converting"),
    ...files.flatMap((target) => about(target, ...(WIDE.includes(target) ? [] : ["quantising"]), "proving")),
    ...all(files.length > 0, "scoring"),
    ...all(true, "packing"),
  ];
}

/** The stages of an export; all wait until it has said what it does. @param {any} one its state @returns {Stage[]} */
export function stagesOf(one) {
  const isMade = madeBy(one);
  const places = placesOf(inWorkOrder(one, isMade));
  const at = placeAt(places, one);
  const states = places.map((place, index) => stateOf(place, index - at, at >= 0, isMade(place.target)));
  if (one.status === "completed") states.fill("done");
  const last = states.includes("failed") ? "waiting" : "failed"; // where the work ended: a proof that failed is told at the very end
  return places.map(({ phase, target }, index) => ({
    name: NAMES[target ? `${phase} ${target}` : phase] ?? `${VERBS[phase]} ${nameOf(target)}`,
    state: states[index] === "now" && !one.is_running ? last : states[index],
  }));
}

/** Of the two wide types the worker first makes the one that the checkpoint is stored in. @param {any} one @param {(target: string) => boolean} isMade */
function inWorkOrder(one, isMade) {
  const isSwapped = WIDE.every((name) => one.targets.includes(name)) && !isMade("f16") && (one.detail === "bf16" || isMade("bf16"));
  return isSwapped ? ["bf16", ...one.targets.filter((/** @type {string} */ name) => name !== "bf16")] : one.targets;
}

/** @param {Place[]} places @param {any} one */
function placeAt(places, one) {
  const phase = one.phase === "quantising" && WIDE.includes(one.detail) ? "proving" : one.phase;
  const own = places.findIndex((place) => place.phase === phase && place.target === one.detail);
  return own >= 0 ? own : places.findIndex((place) => place.phase === phase && !place.target);
}

/** @param {Place} place @param {number} past how far behind the present stage it is, below 0 when that has passed it @param {boolean} hasBegun
 * @param {boolean} isMade @returns {StageState} */
function stateOf({ phase, target }, past, hasBegun, isMade) {
  if (!hasBegun || past > 0) return "waiting";
  if (past === 0) return "now";
  if (!target || isMade || phase !== "proving") return target === "adapter" && !isMade ? "waiting" : "done";
  return "failed"; // the worker went on without it: its proof has failed
}

/** A stage's state in a word. @param {StageState} state @param {boolean} isRunning */
export const stateWord = (state, isRunning) => (state === "waiting" && !isRunning ? "not reached" : state);

/** "62 % · about 20 s left · 41 s so far". @param {any} one @param {number} now Unix seconds */
export function progressText(one, now) {
  const left = one.eta_seconds === null ? "" : `about ${duration(one.eta_seconds)} left`;
  const spent = one.started_at === null ? "" : `${duration(now - one.started_at)} so far`;
  return [percent(one.fraction), left, spent].filter(Boolean).join(" · ");
}

/** @param {any} one */
const whatOf = (one) => (one.targets.length === 1 ? nameOf(one.targets[0]) : one.targets.length ? counted(one.targets.length, "file") : "this run");

/** The heading of the card. @param {any} one */
export function headingOf(one) {
  if (one.is_running) return `Exporting ${whatOf(one)}`;
  const failed = leftOf(one).length;
  if (one.status === "failed" && failed > 0 && failed < one.targets.length) return `${failed} of ${one.targets.length} files failed`;
  const ends = /** @type {Record<string, string>} */ ({ completed: "The export is complete", failed: "The export failed", interrupted: "The export was interrupted" });
  return ends[one.status] ?? "The export was cancelled";
}

/** What is said when an export ends, to whoever watches it. @param {any} one */
export function endText(one) {
  if (one.status === "completed") return `The export is complete: ${doneText(one)}.`;
  if (one.status === "stopped") return "The export was cancelled; finished files are kept.";
  return `The export failed. ${one.failure?.cause ?? ""}`.trim();
}

/** "3 files in 40 s". @param {any} one */
export const doneText = (one) => `${whatOf(one)} in ${duration(one.elapsed_seconds)}`;

/** Whether the card has something to tell: work under way, a bad end, what was noticed, or an end that has just been seen.
 * @param {any} one @param {boolean} isFresh */
export const isTold = (one, isFresh) => Boolean(one) && (one.is_running || one.status !== "completed" || one.notices.length > 0 || isFresh);
