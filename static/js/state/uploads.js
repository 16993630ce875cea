// @ts-check
/** Arithmetic of uploads: names, pieces, rate, time left, and which file goes on with which unfinished upload; pure. */

import { MAX_UPLOAD_BYTES } from "../facts.js";
import { gib } from "../lib/format.js";

export const PIECE_BYTES = 8 * 1024 ** 2;
export const SUFFIX = /\.(json|jsonl|ndjson|csv|tsv|parquet)(\.gz)?$/i;
const NAME_CHARACTERS = 60;
const RATE_SPAN_MS = 5000;

/** @typedef {{name: string, size: number, lastModified: number}} FileFacts */
/** @typedef {{at: number, sent: number}} Mark when so much had been sent, in milliseconds */

/** Why a file is not worth sending; empty when it is. @param {FileFacts} file */
export function refusal(file) {
  if (!SUFFIX.test(file.name)) return `${file.name} is no JSON, JSONL, CSV or Parquet file. Convert it to one of them.`;
  if (file.size === 0) return `${file.name} is empty.`;
  const most = gib(MAX_UPLOAD_BYTES / 1024 ** 3);
  return file.size > MAX_UPLOAD_BYTES ? `${file.name} is larger than ${most}. Split it.` : "";
}

/** A name for an upload in pieces: the user's, less what file systems object to, with a number where it is taken.
 * @param {string} filename @param {string[]} taken */
export function uploadName(filename, taken) {
  const suffix = (SUFFIX.exec(filename)?.[0] ?? "").toLowerCase();
  const bare = filename.slice(0, filename.length - suffix.length).replace(/[^A-Za-z0-9._-]+/g, "-");
  const stem = trimmed(trimmed(bare).slice(0, NAME_CHARACTERS - suffix.length - 4)) || "data";
  for (let number = 1; ; number += 1) {
    const name = number > 1 ? `${stem}-${number}${suffix}` : `${stem}${suffix}`;
    if (!taken.includes(name)) return name;
  }
}

/** @param {string} text */
const trimmed = (text) => text.replace(/^[._-]+|[._-]+$/g, "");

/** The end of the piece that begins at `offset`. @param {number} offset @param {number} size */
export const pieceEnd = (offset, size) => Math.min(size, offset + PIECE_BYTES);

/** The marks of the last seconds with one more. @param {Mark[]} marks @param {Mark} mark @returns {Mark[]} */
export function withMark(marks, mark) {
  const recent = marks.filter((earlier) => mark.at - earlier.at <= RATE_SPAN_MS);
  return [...(recent.length ? recent : marks.slice(-1)), mark];
}

/** Bytes a second over the marks; null before two of them. @param {Mark[]} marks */
export function rateOf(marks) {
  const [first, last] = [marks[0], marks.at(-1)];
  if (!first || !last || last.at <= first.at) return null;
  return ((last.sent - first.sent) / (last.at - first.at)) * 1000;
}

/** Seconds until all is sent; null where the rate is not known.
 * @param {number} sent @param {number} size @param {number | null} rate */
export const secondsLeft = (sent, size, rate) => (rate ? Math.max(0, size - sent) / rate : null);

/** Whether a chosen file is the one that an unfinished upload began with. What was noted then decides; without a note
 * the name does, and the file must be longer than what has been received.
 * @param {FileFacts} file @param {{name: string, received: number}} unfinished @param {FileFacts | undefined} noted */
export function continues(file, unfinished, noted) {
  if (noted) return file.name === noted.name && file.size === noted.size && file.lastModified === noted.lastModified;
  return uploadName(file.name, []) === unfinished.name && file.size >= unfinished.received;
}

/** The encoding that a refusal names. @param {string} hint */
export const encodingNamed = (hint) => /looks like ([\w-]+)/.exec(hint)?.[1] ?? "";
