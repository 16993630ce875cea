// @ts-check
/** Short messages in a live region; one stays until read or replaced. */

import { find, setText } from "../lib/dom.js";

const SHOWN_MS = 7000;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {string} text @param {"info" | "error"} [level] */
export function say(text, level = "info") {
  const toast = find("toast");
  toast.dataset.level = level;
  setText(find("toast-text"), text);
  toast.dataset.open = String(text !== "");
  clearTimeout(timer);
  timer = setTimeout(() => say(""), SHOWN_MS);
}
