// @ts-check
/** Which file each unfinished upload began with, kept in this browser, so that only the same one goes on with it. */

const KEY = "lora-craft-uploads";

/** @typedef {import("../../state/uploads.js").FileFacts} FileFacts */

/** @param {string} name of the upload @returns {FileFacts | undefined} */
export const noted = (name) => all()[name];

/** @param {string} name of the upload @param {FileFacts} file */
export const note = (name, { name: filename, size, lastModified }) => keep({ ...all(), [name]: { name: filename, size, lastModified } });

/** @param {string} name of the upload */
export function forget(name) {
  const { [name]: _, ...others } = all();
  keep(others);
}

/** @returns {Record<string, FileFacts>} */
function all() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

/** @param {Record<string, FileFacts>} notes */
function keep(notes) {
  try {
    localStorage.setItem(KEY, JSON.stringify(notes));
  } catch {
    // Without storage the name alone tells which file it was.
  }
}
