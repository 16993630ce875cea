// @ts-check
/** What an exported file has proven, in one line for people and in facts; pure. */

import { bytes, counted, duration, moment, number } from "../lib/format.js";

/** The badge of a file. @param {ListedFile} file @returns {{text: string, status: "good" | "warning"}} */
export function badgeOf(file) {
  if (file.is_stale) return { text: "Out of date", status: "warning" };
  return { text: typeof file.difference === "number" ? "Proven" : "Complete", status: "good" };
}

/** How near a file is to the adapter, in one line. @param {ListedFile} file */
export function proofLine(file) {
  if (typeof file.difference !== "number") return "The adapter as it was trained, with its tokenizer.";
  const near = `${nats(file.difference)} nats from your adapter (${number(file.bound)} allowed)`;
  const base = typeof file.base_difference === "number" ? `, ${nats(file.base_difference)} from the base model` : "";
  const score = scoreLine(file.score);
  return `${loadedBy(file)}: ${near}${base}.${score ? ` ${score}.` : ""}`;
}

/** @param {ListedFile} file */
function loadedBy(file) {
  if (file.kind === "merged") return "Loaded in transformers and compared";
  return `Loaded in llama.cpp ${file.kind === "adapter_gguf" ? "on the base model " : ""}and compared`;
}

/** Small differences in a form that people can read. @param {number} value */
const nats = (value) => (value < 0.0005 ? "under 0.001" : number(value));

/** @param {ListedFile["score"]} score */
function scoreLine(score) {
  if (!score?.rows) return "";
  const [own, adapter] = isNumber(score.correct)
    ? [`${score.correct} of ${score.rows} held-out questions right`, score.adapter_correct]
    : [`Mean reward ${number(score.reward)} on ${counted(score.rows, "held-out question")}`, score.adapter_reward];
  return isNumber(adapter) ? `${own}, the adapter itself ${number(adapter)}` : own;
}

/** @param {unknown} value @returns {value is number} */
const isNumber = (value) => typeof value === "number";

/** A proof as name and value pairs; what was not measured is left out. @param {ListedFile} file */
export function proofFacts(file) {
  const { difference, base_difference: base, probes, same_token_ids: isSame, made_at: madeAt, seconds } = file;
  const distance = isNumber(difference) && `${number(difference, 4)} nats, ${number(file.bound)} allowed`;
  /** @type {[string, string | false | null | undefined][]} */
  const pairs = [
    ["Distance from the adapter", distance],
    ["Distance from the base model", isNumber(base) && `${number(base)} nats`],
    ["Compared at", isNumber(probes) && counted(probes, "place")],
    ["Token ids", typeof isSame === "boolean" && (isSame ? "the same as in training" : "differ from training")],
    ["Held-out questions", [scoreLine(file.score), file.score?.note].filter(Boolean).join(". ")],
    ["Kept at higher precision", fallbackText(file)],
    ["Made", isNumber(madeAt) && `${moment(madeAt)}${isNumber(seconds) ? `, in ${duration(seconds)}` : ""}`],
    ["Size", isNumber(file.size_bytes) && bytes(file.size_bytes)],
    ["SHA-256", file.sha256],
  ];
  return /** @type {[string, string][]} */ (pairs.filter(([, text]) => text));
}

/** @param {ListedFile} file */
function fallbackText(file) {
  if (!file.fallback_tensors) return "";
  const kinds = (file.fallbacks ?? []).map(({ count, from, to }) => `${count} as ${to} in place of ${from}`).join(", ");
  const matrices = counted(file.fallback_tensors, "matrix", "matrices");
  return `${matrices} whose rows do not divide into blocks of 256${kinds ? `: ${kinds}` : ""}`;
}

/** How far a file is from the adapter and from the base model, and how far it may be from the adapter, as parts of the
 * largest; null without a comparison.
 * @param {ListedFile} file @returns {{adapter: number, base: number, limit: number} | null} */
export function distancesOf(file) {
  if (!isNumber(file.difference) || !isNumber(file.base_difference) || !isNumber(file.bound)) return null;
  const whole = Math.max(file.difference, file.bound, file.base_difference);
  return { adapter: file.difference / whole, base: file.base_difference / whole, limit: file.bound / whole };
}
