// @ts-check
/** Texts to the clipboard, and the dialog in which a long text is read. */

import { dialog, open } from "./dialog.js";
import { find, setText } from "../lib/dom.js";

/** @param {string} text @param {Say} say */
export async function copy(text, say) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    say("The browser does not let pages copy here; select the text and copy it.", "error");
  }
}

/** @param {string} title @param {string} text @param {Say} say */
export function read(title, text, say) {
  const box = dialog("reader");
  setText(find("reader-title", box), title);
  setText(find("reader-text", box), text);
  find("reader-copy", box).onclick = () => copy(text, say);
  open(box);
}
