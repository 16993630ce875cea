// @ts-check
/** What an exported file has proven, in one line for people and in facts; pure. */

import { bytes, counted, duration, moment, number } from "../lib/format.js";

/** The badge of a file. @param {any} file @returns {{text: string, status: "good" | "warning"}} */
export function badgeOf(file) {
  if (file.is_stale) return { text: "Out of date", status: "warning" };
  return { text: typeof file.difference === "number" ? "Proven" : "Complete", status: "good" };
}

/** How near a file is to the adapter, in one line. @param {any} file */
export function proofLine(file) {
  if (typeof file.difference !== "number") return "The adapter as it was trained, with its tokenizer.";
  const near = `${nats(file.difference)} nats from your adapter (${number(file.bound)} allowed)`;
  const base = typeof file.base_difference === "number" ? `, ${nats(file.base_difference)} from the base model` : "";
  const score = scoreLine(file.score);
  return `${loadedBy(file)}: ${near}${base}.${score ? ` ${score}.` : ""}`;
}

/** @param {any} file */
function loadedBy(file) {
  if (file.kind === "merged") return "Loaded in transformers and compared";
  return file.kind === "adapter_gguf" ? "Loaded in llama.cpp on the base model and compared" : "Loaded in llama.cpp and compared";
}

/** Small differences in a form that people can read. @param {number} value */
const nats = (value) => (value < 0.0005 ? "under 0.001" : number(value));

/** @param {any} score */
function scoreLine(score) {
  if (!score?.rows) return "";
  const own = isNumber(score.correct) ? `${score.correct} of ${score.rows} held-out questions right` : `Mean reward ${number(score.reward)} on ${counted(score.rows, "held-out question")}`;
  const adapter = isNumber(score.correct) && isNumber(score.adapter_correct) ? score.adapter_correct : isNumber(score.correct) ? null : score.adapter_reward;
  return isNumber(adapter) ? `${own}, the adapter itself ${number(adapter)}` : own;
}

/** @param {unknown} value @returns {value is number} */
const isNumber = (value) => typeof value === "number";

/** A proof as name and value pairs; what was not measured is left out. @param {any} file @returns {[string, string][]} */
export function proofFacts(file) {
  /** @type {[string, string | false | null | undefined][]} */
  const pairs = [
    ["Distance from the adapter", isNumber(file.difference) && `${number(file.difference, 4)} nats, ${number(file.bound)} allowed`],
    ["Distance from the base model", isNumber(file.base_difference) && `${number(file.base_difference)} nats`],
    ["Compared at", isNumber(file.probes) && counted(file.probes, "place")],
    ["Token ids", typeof file.same_token_ids === "boolean" && (file.same_token_ids ? "the same as in training" : "differ from training")],
    ["Held-out questions", [scoreLine(file.score), file.score?.note].filter(Boolean).join(". ")],
    ["Kept at higher precision", fallbackText(file)],
    ["Made", isNumber(file.made_at) && `${moment(file.made_at)}${isNumber(file.seconds) ? `, in ${duration(file.seconds)}` : ""}`],
    ["Size", isNumber(file.size_bytes) && bytes(file.size_bytes)],
    ["SHA-256", file.sha256],
  ];
  return /** @type {[string, string][]} */ (pairs.filter(([, text]) => text));
}

/** @param {any} file */
function fallbackText(file) {
  if (!file.fallback_tensors) return "";
  const kinds = (file.fallbacks ?? []).map((/** @type {any} */ one) => `${one.count} as ${one.to} in place of ${one.from}`).join(", ");
  return `${counted(file.fallback_tensors, "matrix", "matrices")} whose rows do not divide into blocks of 256${kinds ? `: ${kinds}` : ""}`;
}

/** How far a file is from the adapter and from the base model, and how far it may be from the adapter, as parts of the largest;
 * null without a comparison. @param {any} file @returns {{adapter: number, base: number, limit: number} | null} */
export function distancesOf(file) {
  if (!isNumber(file.difference) || !isNumber(file.base_difference) || !isNumber(file.bound)) return null;
  const whole = Math.max(file.difference, file.bound, file.base_difference);
  return { adapter: file.difference / whole, base: file.base_difference / whole, limit: file.bound / whole };
}
