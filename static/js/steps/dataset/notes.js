// @ts-check
/** Which file each unfinished upload began with, kept in this browser, so that only the same one goes on with it. */

import { keepValue, keptValue } from "../../lib/kept.js";

const KEY = "lora-craft-uploads";

/** @typedef {import("../../state/uploads.js").FileFacts} FileFacts */

/** @param {string} name of the upload @returns {FileFacts | undefined} */
export const noted = (name) => all()[name];

/** @param {string} name of the upload @param {FileFacts} file */
export function note(name, { name: filename, size, lastModified }) {
  keepValue(KEY, { ...all(), [name]: { name: filename, size, lastModified } });
}

/** @param {string} name of the upload */
export function forget(name) {
  const { [name]: _, ...others } = all();
  keepValue(KEY, others);
}

/** Without storage the name alone tells which file it was. @returns {Record<string, FileFacts>} */
const all = () => keptValue(KEY) ?? {};
