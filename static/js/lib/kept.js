// @ts-check
/** What the browser keeps between visits: the draft and the theme; without storage they last as long as the page. */

import { emptyDraft, MODES } from "../state/draft.js";

const DRAFT = "lora-craft-draft";
const THEME = "lora-craft-theme";

/** Told to the document when the theme has changed, for what draws by itself. */
export const THEME_EVENT = "themechange";

/** @returns {import("../state/draft.js").Draft} */
export function storedDraft() {
  try {
    const kept = JSON.parse(read(DRAFT) ?? "null");
    const isDraft = kept && kept.config && typeof kept.config === "object" && !Array.isArray(kept.config);
    return isDraft ? { ...emptyDraft, ...kept, mode: MODES.includes(kept.mode) ? kept.mode : emptyDraft.mode } : emptyDraft;
  } catch {
    return emptyDraft;
  }
}

/** @param {import("../state/draft.js").Draft} draft */
export const keepDraft = (draft) => write(DRAFT, JSON.stringify(draft));

/** Hear of the draft being changed in another tab. @param {(draft: import("../state/draft.js").Draft) => void} listener */
export const onOtherTab = (listener) => addEventListener("storage", (event) => event.key === DRAFT && listener(storedDraft()));

/** @returns {"dark" | "light"} */
export function storedTheme() {
  const kept = read(THEME);
  if (kept === "dark" || kept === "light") return kept;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/** @param {string} theme */
export const keepTheme = (theme) => write(THEME, theme);

/** @param {string} key */
function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value */
function write(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing still shows everything.
  }
}
