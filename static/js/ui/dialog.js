// @ts-check
/** Native dialogs: open, close, and a question with two answers; focus returns to where it was. */

import { find, setText } from "../lib/dom.js";

/** @param {string} ref @returns {HTMLDialogElement} */
export const dialog = (ref) => find(ref, document, "dialog");

/** Open a dialog; a click beside it or on one of its closing buttons closes it. @param {HTMLDialogElement} box */
export function open(box) {
  if (box.open) return;
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  const closing = new AbortController();
  box.addEventListener("click", (event) => {
    const wants = event.target instanceof Element && event.target.closest("[data-close]");
    if (wants || event.target === box) box.close();
  }, { signal: closing.signal });
  box.addEventListener("close", () => {
    closing.abort();
    before?.focus();
  }, { once: true });
  box.returnValue = "";
  box.showModal();
}

/** Ask before something that can't be undone.
 * @param {{title: string, text: string, yes: string, danger?: boolean}} question @returns {Promise<boolean>} */
export function ask({ title, text, yes, danger = true }) {
  const box = dialog("confirm");
  if (box.open) return Promise.resolve(false); // one question at a time
  setText(find("confirm-title", box), title);
  setText(find("confirm-text", box), text);
  const button = find("confirm-yes", box);
  setText(button, yes);
  button.className = `button ${danger ? "button--danger" : "button--primary"}`;
  open(box);
  return new Promise((resolve) => {
    box.addEventListener("close", () => resolve(box.returnValue === "yes"), { once: true });
  });
}

/** Whether the draft may be given up: asked only when it holds changes that are saved nowhere.
 * @param {Context} context */
export async function mayReplace(context) {
  if (!context.store.get().draft.isDirty) return true;
  const text = "It has changes that are saved nowhere else.";
  return ask({ title: "Replace your draft?", text, yes: "Replace it" });
}
