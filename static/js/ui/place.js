// @ts-check
/** Where a model or a data set is: on this machine, or still on the hub. */

import { bytes } from "../lib/format.js";
import { setText } from "../lib/dom.js";

/** @param {boolean} isHere @param {number | null} [size] of the download, in bytes */
export const placeText = (isHere, size = null) =>
  isHere ? "On this machine" : `Needs download${size === null ? "" : `, ${bytes(size)}`}`;

/** @param {HTMLElement} badge @param {boolean} isHere @param {number | null} [size] */
export function showPlace(badge, isHere, size) {
  setText(badge, placeText(isHere, size));
  badge.dataset.status = isHere ? "good" : "plain";
}
