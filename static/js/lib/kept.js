// @ts-check
/** What the browser keeps between visits: the draft and the theme; without storage they last as long as the page. */

import { emptyDraft, MODES } from "../state/draft.js";

const DRAFT = "lora-craft-draft";
const THEME = "lora-craft-theme";

/** Told to the document when the theme has changed, for what draws by itself. */
export const THEME_EVENT = "themechange";

/** @returns {Draft} */
export function storedDraft() {
  const kept = keptValue(DRAFT);
  const isDraft = kept?.config && typeof kept.config === "object" && !Array.isArray(kept.config);
  if (!isDraft) return emptyDraft;
  return { ...emptyDraft, ...kept, mode: MODES.includes(kept.mode) ? kept.mode : emptyDraft.mode };
}

/** @param {Draft} draft */
export const keepDraft = (draft) => keepValue(DRAFT, draft);

/** Hear of the draft being changed in another tab. @param {(draft: Draft) => void} listener */
export const onOtherTab = (listener) =>
  addEventListener("storage", (event) => event.key === DRAFT && listener(storedDraft()));

/** @returns {"dark" | "light"} */
export function storedTheme() {
  const kept = read(THEME);
  if (kept === "dark" || kept === "light") return kept;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/** @param {string} theme */
export const keepTheme = (theme) => write(THEME, theme);

/** A value that was kept, or null. @param {string} key @param {Where} [where] @returns {any} */
export function keptValue(key, where) {
  try {
    return JSON.parse(read(key, where) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} key @param {unknown} value @param {Where} [where] */
export const keepValue = (key, value, where) => write(key, JSON.stringify(value), where);

/** @typedef {"localStorage" | "sessionStorage"} Where for all visits, or for this tab across a reload */

/** @param {string} key @param {Where} [where] */
function read(key, where = "localStorage") {
  try {
    return window[where].getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value @param {Where} [where] */
function write(key, value, where = "localStorage") {
  try {
    window[where].setItem(key, value);
  } catch {
    // A browser that keeps nothing, or has no room left, still shows everything.
  }
}
