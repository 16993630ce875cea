// @ts-check
/** Exports in words: targets, room, progress, proofs; pure. */

import { bytes, counted, duration, number, percent, words } from "../lib/format.js";

export const RECOMMENDED = "q4_k_m";

/** @typedef {{name: string, title: string, kind: string, summary: string, file: string, size_bytes: number | null, available: boolean, reason: string | null, is_made: boolean}} Offer */

/** Offers on two shelves. @param {Offer[]} offers */
export const shelves = (offers) => ({
  run: offers.filter((one) => one.kind === "gguf").sort((a, b) => Number(b.name === RECOMMENDED) - Number(a.name === RECOMMENDED)),
  share: offers.filter((one) => one.kind !== "gguf"),
});

/** What stands on the card of an offer, beside its title. @param {Offer} offer @returns {string[]} */
export function chipsOf(offer) {
  const size = offer.size_bytes === null ? "size not known" : `about ${bytes(offer.size_bytes)}`;
  return [size, ...(offer.name === RECOMMENDED ? ["Recommended"] : []), ...(offer.is_made ? ["There already"] : [])];
}

/** What is chosen and the room it takes. @param {any} plan @param {string[]} chosen */
export function roomText(plan, chosen) {
  if (!chosen.length) return "Choose at least one form.";
  const sizes = plan.targets.filter((/** @type {Offer} */ one) => chosen.includes(one.name)).map((/** @type {Offer} */ one) => one.size_bytes);
  const total = sizes.includes(null) ? "of unknown size" : `about ${bytes(sizes.reduce((/** @type {number} */ sum, /** @type {number} */ size) => sum + size, 0))}`;
  const needed = plan.needed_bytes === null ? "" : `; ${bytes(plan.needed_bytes)} needed while working`;
  return `${counted(chosen.length, "form")}, ${total}${needed}, ${bytes(plan.free_bytes)} free.`;
}

/** What is wrong with the room, or nothing. @param {any} plan */
export const roomProblem = (plan) => (plan.fits ? "" : `The disk is too full: ${bytes(plan.needed_bytes)} are needed while working and ${bytes(plan.free_bytes)} are free. Choose less, or delete old runs and exports.`);

/** @typedef {{name: string, state: "done" | "now" | "waiting" | "failed"}} Stage */

const PHASES = /** @type {Record<string, string>} */ ({ starting: "Start", merging: "Merge", converting: "Convert", quantising: "Quantise", proving: "Prove", scoring: "Score", packing: "Finish" });

/** The phases an export goes through, in its words. @param {string[]} targets */
export function phasesFor(targets) {
  const needsModel = targets.some((name) => name !== "adapter");
  const ggufs = targets.filter((name) => !["adapter", "merged", "adapter_gguf"].includes(name));
  const needsFile = ggufs.length > 0 || targets.includes("adapter_gguf");
  return [
    ...(needsModel ? ["merging"] : []), ...(needsFile ? ["converting"] : []), ...(ggufs.some((name) => name !== "f16") ? ["quantising"] : []),
    ...(needsModel ? ["proving"] : []), ...(ggufs.length ? ["scoring"] : []), "packing",
  ];
}

/** How far a running export is, phase by phase; quantising and proving go on until the last file.
 * @param {any} one its state @returns {Stage[]} */
export function stagesOf(one) {
  const phases = phasesFor(one.targets ?? []);
  const at = phases.indexOf(one.phase);
  return phases.map((phase, index) => {
    const state = at < 0 || index > at ? "waiting" : index < at ? "done" : one.status === "failed" ? "failed" : "now";
    return { name: index === at && one.detail ? `${PHASES[phase]} ${one.detail}` : PHASES[phase], state };
  });
}

/** "62 %, about 20 s left". @param {any} one */
export function progressText(one) {
  const left = one.eta_seconds === null ? "" : `, about ${duration(one.eta_seconds)} left`;
  return `${percent(one.fraction)}${left}${one.text ? `: ${one.text}` : ""}`;
}

/** The badge of a file. @param {any} file @returns {{text: string, status: string}} */
export function badgeOf(file) {
  if (file.is_stale) return { text: "Out of date", status: "warning" };
  return file.kind === "adapter" ? { text: "Complete", status: "good" } : { text: "Proven", status: "good" };
}

/** One line for people about what a proof found. @param {any} file */
export function proofText(file) {
  if (file.is_stale) return "The run has been trained on since: this file holds an earlier adapter. Export again to replace it.";
  if (file.kind === "adapter") return "The adapter as it was trained, with its tokenizer and a model card.";
  if (file.kind === "merged") return "Loaded again and compared with the adapter: the same model.";
  return file.kind === "adapter_gguf" ? "Loaded in llama.cpp on top of the base model: it answers as the adapter does." : "Loaded in llama.cpp and compared with the adapter, and it is not the base model.";
}

/** A proof as name and value pairs. @param {any} file @returns {[string, string][]} */
export function proofFacts(file) {
  /** @type {[string, string | null | false | undefined][]} */
  const pairs = [
    ["Token ids of the probe prompts", typeof file.same_token_ids === "boolean" && (file.same_token_ids ? "the same" : "differ")],
    ["Difference from the adapter", typeof file.difference === "number" && `${number(file.difference, 4)} nats of ${number(file.bound)} allowed, over ${counted(file.probes, "probe")}`],
    ["Difference from the base model", typeof file.base_difference === "number" && `${number(file.base_difference)} nats`],
    ["Held-out questions", scoreText(file.score)],
    ["Kept at higher precision", fallbackText(file)],
    ["Made in", typeof file.seconds === "number" && duration(file.seconds)],
    ["SHA-256", file.sha256],
  ];
  return /** @type {[string, string][]} */ (pairs.filter(([, text]) => text));
}

/** @param {any} score */
function scoreText(score) {
  if (!score || !score.rows) return score?.note ?? "";
  if (typeof score.correct === "number") {
    const adapter = typeof score.adapter_correct === "number" ? `; the adapter itself ${score.adapter_correct}` : "";
    return `${score.correct} of ${score.rows} right${adapter}`;
  }
  const adapter = typeof score.adapter_reward === "number" ? `; the adapter itself ${number(score.adapter_reward)}` : "";
  return `reward ${number(score.reward)} over ${counted(score.rows, "row")}${adapter}`;
}

/** @param {any} file */
function fallbackText(file) {
  if (!file.fallback_tensors) return "";
  const kinds = (file.fallbacks ?? []).map((/** @type {any} */ one) => `${one.count} of ${one.from} as ${one.to}`).join(", ");
  return `${counted(file.fallback_tensors, "tensor")} whose rows do not divide into blocks${kinds ? ` (${kinds})` : ""}`;
}

/** What a push is doing, in words. @param {any} push */
export function pushText(push) {
  if (push.is_running) return `${words(push.phase ?? "starting")}, ${percent(push.fraction)}`;
  return push.failure ? `${push.failure.cause} ${push.failure.cure}` : words(push.status);
}
