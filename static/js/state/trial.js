// @ts-check
/** The trial of a custom reward in words; pure. */

import { rangeText } from "./rewards_text.js";

export const KINDS = { right: "The right answer", wrong: "A wrong one", nonsense: "Nonsense" };

/** Which row it was tried on, and what scores it gave. @param {Trial} trial */
export function whereText({ instruction, is_sample: isSample, note, seen, declared }) {
  const row = `Tried on ${isSample ? "a sample" : "a row of your data"}: ${shortened(instruction)}`;
  const why = isSample && note ? ` ${note}` : "";
  const range = declared ? `, of ${rangeText(declared)}` : "";
  return `${row}${why}${seen ? ` Scores seen: ${rangeText(seen)}${range}.` : ""}`;
}

/** @param {string} text */
const shortened = (text) => (text.length > 90 ? `${text.slice(0, 87)}…` : text);
