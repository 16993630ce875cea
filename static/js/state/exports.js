// @ts-check
/** What can be exported of a run and what is chosen of it, in words; pure. */

import { RECOMMENDED_TARGET } from "../facts.js";
import { bytes, counted } from "../lib/format.js";

/** What is known of one run's export before it begins; `asked` are the targets that needed_bytes is about.
 * @typedef {OfferedPlan & {asked: string}} Plan */
/** @typedef {{title: string, text: string, size: string, share: number, isRecommended: boolean, isOff: boolean,
 *   made: "" | "Made" | "Out of date"}} Card */

/** Offers on three shelves: the usual files to run, the rarer ones, and what is shared or trained on.
 * @param {TargetOffer[]} offers @returns {{usual: TargetOffer[], rare: TargetOffer[], share: TargetOffer[]}} */
export function shelves(offers) {
  const files = offers.filter((offer) => offer.kind === "gguf");
  const usual = files.filter((offer) => offer.is_usual).toReversed(); // the smallest first
  const rare = files.filter((offer) => !offer.is_usual);
  return { usual, rare, share: offers.filter((offer) => offer.kind !== "gguf") };
}

/** What is chosen before anybody has chosen: the recommended file, unless it is there and up to date.
 * @param {TargetOffer[]} offers @param {ListedFile[]} files */
export function firstChoice(offers, files) {
  const offer = offers.find(({ name }) => name === RECOMMENDED_TARGET);
  const isThere = files.some((file) => file.target === RECOMMENDED_TARGET && !file.is_stale);
  return offer?.available && !isThere ? [RECOMMENDED_TARGET] : [];
}

/** Of what is chosen, what can be made; in the order in which it is made.
 * @param {TargetOffer[]} offers @param {string[]} chosen */
export const makeable = (offers, chosen) =>
  offers.filter((offer) => offer.available && chosen.includes(offer.name)).map((offer) => offer.name);

/** Why nothing at all can be made, when one reason holds for everything. @param {TargetOffer[]} offers */
export function commonReason(offers) {
  const reasons = new Set(offers.map((offer) => offer.reason ?? ""));
  return offers.length > 0 && reasons.size === 1 ? [...reasons][0] : "";
}

/** An offer as its card shows it.
 * @param {TargetOffer} offer @param {TargetOffer[]} offers all of them
 * @param {ListedFile[]} files those that are there @returns {Card} */
export function cardOf(offer, offers, files) {
  const file = files.find(({ target }) => target === offer.name);
  const sizes = offers.map((other) => other.size_bytes ?? 0);
  const size = file?.size_bytes ?? offer.size_bytes;
  const isCommon = commonReason(offers) !== "";
  return {
    title: shortTitle(offer.title),
    text: offer.reason && !isCommon ? offer.reason : offer.summary,
    size: size === null ? "size not known" : file ? bytes(size) : `about ${bytes(size)}`,
    share: size === null ? 0 : Math.min(1, size / Math.max(1, ...sizes)),
    isRecommended: offer.name === RECOMMENDED_TARGET && offer.available,
    made: !file ? "" : file.is_stale ? "Out of date" : "Made",
    isOff: !offer.available,
  };
}

/** "Q4_K_M" where it is clear that a GGUF file is meant. @param {string} title */
export const shortTitle = (title) => title.replace(/^GGUF /, "");

/** @type {Record<string, string>} */
const ADAPTERS = { adapter: "the adapter", merged: "the merged model", adapter_gguf: "the adapter as GGUF" };

/** A target inside a sentence. @param {string} name */
export const nameOf = (name) => ADAPTERS[name] ?? name.toUpperCase();

/** How much is chosen and the room it takes. @param {Plan} plan @param {string[]} chosen that can be made */
export function summaryOf(plan, chosen) {
  if (!chosen.length) return "Nothing is chosen yet.";
  const offers = plan.targets.filter((offer) => chosen.includes(offer.name));
  const total = offers.reduce((sum, offer) => sum + (offer.size_bytes ?? NaN), 0);
  const size = Number.isNaN(total) ? "of unknown size" : `about ${bytes(total)}`;
  const needed = plan.needed_bytes === null ? "" : `${bytes(plan.needed_bytes)} needed while working, `;
  return `${counted(chosen.length, "file")}, ${size}; ${needed}${bytes(plan.free_bytes)} free.`;
}

/** What happens to files that are there, or nothing. @param {Plan} plan @param {string[]} chosen */
export function replacingText(plan, chosen) {
  const again = plan.targets.filter((offer) => offer.is_made && chosen.includes(offer.name)).length;
  if (!again) return "";
  if (again === chosen.length) return "It takes the place of what is there, once it is proven.";
  return `${counted(again, "file")} of them ${again === 1 ? "takes" : "take"} the place of what is there, once proven.`;
}

/** Why the disk does not do, or nothing. @param {Plan} plan */
export function roomProblem(plan) {
  if (plan.fits || plan.needed_bytes === null) return "";
  const [needed, free] = [bytes(plan.needed_bytes), bytes(plan.free_bytes)];
  const short = bytes(plan.needed_bytes - plan.free_bytes);
  return `It does not fit: ${needed} are needed while working and ${free} are free, ${short} too little. ` +
    "Choose fewer or smaller files, or delete old exports and runs.";
}

/** Why nothing can be started now, or nothing.
 * @param {{isOffline: boolean, isExporting: boolean, isPushing: boolean, isTraining: boolean}} now */
export function blockedText({ isOffline, isExporting, isPushing, isTraining }) {
  if (isOffline) return "The server does not answer.";
  if (isTraining) return "This run is being trained: it can be exported when it has ended.";
  if (isExporting) return "An export is under way: the next can start when it has ended.";
  return isPushing ? "Files are being pushed: export again when that has ended." : "";
}

/** Of two states of one export the later: an answer of REST can be overtaken by the socket.
 * @param {ExportState | null | undefined} held what is known @param {ExportState} answer */
export function later(held, answer) {
  if (!held || held.started_at !== answer.started_at) return answer;
  const isFurther = held.ended_at ? !answer.ended_at : !answer.ended_at && held.fraction > answer.fraction;
  return isFurther || isPushFurther(held.push, answer.push) ? held : answer;
}

/** @param {PushState | null} held @param {PushState | null} answer */
const isPushFurther = (held, answer) => held !== null && answer !== null &&
  held.started_at === answer.started_at && !held.is_running && answer.is_running;
