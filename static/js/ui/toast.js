// @ts-check
/** Short messages in a live region; errors stay longer. */

import { find, setText } from "../lib/dom.js";

const SHOWN_MS = 7000;
const ERROR_SHOWN_MS = 20_000;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {string} text @param {"info" | "error"} [level] */
export function say(text, level = "info") {
  const toast = find("toast");
  toast.dataset.level = level;
  setText(find("toast-text"), "");
  requestAnimationFrame(() => setText(find("toast-text"), text)); // said again, even if it is the same
  toast.dataset.open = "true";
  clearTimeout(timer);
  timer = setTimeout(() => (toast.dataset.open = "false"), level === "error" ? ERROR_SHOWN_MS : SHOWN_MS);
}
