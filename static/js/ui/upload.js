// @ts-check
/** The sending of a file from the user, in pieces that survive a broken connection. */

import { ApiError, deleteUpload, getUpload, uploadFile, uploadPiece } from "../lib/api.js";
import { PIECE_BYTES, pieceEnd, rateOf, secondsLeft, withMark } from "../state/uploads.js";

const RETRY_MS = 1000;
const MOST_STALLS = 5;
const CANCEL_TRIES = 10;

/** @typedef {{status: "sending" | "waiting" | "paused" | "checking" | "done" | "refused" | "cancelled", name: string, sent: number,
 *   size: number, rate: number | null, left: number | null, info?: any, error?: unknown}} Progress */

/** What is known of one upload while it is sent. `wish` is what the user wants of it; `asking` belongs to the loop that sends now: a pause
 * ends it, and going on begins another.
 * @typedef {{file: File, name: string, encoding: string | undefined, sent: number, marks: import("../state/uploads.js").Mark[],
 *   wish: "send" | "pause" | "cancel", asking: AbortController, onChange: (progress: Progress) => void}} Upload */

/** Send a file: a small one at once, a large one in pieces. Only the piece that is being sent is ever read.
 * @param {File} file @param {{name: string, encoding?: string, received?: number}} how the name it gets, and how much of it is there
 * @param {(progress: Progress) => void} onChange */
export function startUpload(file, { name, encoding, received = 0 }, onChange) {
  /** @type {Upload} */
  const upload = { file, name, encoding, sent: received, marks: [], wish: "send", asking: new AbortController(), onChange };
  const isInPieces = received > 0 || file.size > PIECE_BYTES;
  if (isInPieces) sendPieces(upload);
  else sendWhole(upload);

  return {
    isInPieces,
    pause() {
      upload.wish = "pause";
      upload.asking.abort();
      tell(upload, "paused");
    },
    async resume() {
      upload.wish = "send";
      const mine = (upload.asking = new AbortController());
      tell(upload, "sending");
      if (!(await recover(upload, null, mine)) && !mine.signal.aborted) sendPieces(upload);
    },
    /** Stop, and remove what has been sent. */
    async cancel() {
      upload.wish = "cancel";
      upload.asking.abort();
      tell(upload, "cancelled");
      if (isInPieces) await discard(name);
    },
  };
}

/** @param {Upload} upload @param {Progress["status"]} status @param {object} [more] */
function tell({ file, name, sent, marks, onChange }, status, more = {}) {
  const rate = status === "sending" ? rateOf(marks) : null;
  onChange({ status, name, sent, size: file.size, rate, left: secondsLeft(sent, file.size, rate), ...more });
}

/** @param {Upload} upload */
async function sendWhole(upload) {
  tell(upload, "checking");
  try {
    tell(upload, "done", { info: await uploadFile(upload.file, upload.encoding, upload.asking.signal) });
  } catch (error) {
    if (upload.wish === "send") tell(upload, "refused", { error });
  }
}

/** @param {Upload} upload */
async function sendPieces(upload) {
  const { file, name, encoding, asking: mine } = upload;
  upload.marks = [{ at: Date.now(), sent: upload.sent }];
  for (let stalls = 0; !mine.signal.aborted; ) {
    const [offset, end] = [upload.sent, pieceEnd(upload.sent, file.size)];
    tell(upload, end === file.size ? "checking" : "sending");
    try {
      const info = await uploadPiece(name, { offset, size: file.size, encoding }, file.slice(offset, end), mine.signal);
      if (info.complete) return tell(upload, "done", { info });
      upload.sent = info.received;
      upload.marks = withMark(upload.marks, { at: Date.now(), sent: upload.sent });
      stalls = 0;
    } catch (error) {
      if (mine.signal.aborted) return;
      if (!isMendable(error)) return tell(upload, "refused", { error });
      if (await recover(upload, error, mine)) return;
      stalls = upload.sent > offset ? 0 : stalls + 1;
      if (stalls > MOST_STALLS) return tell(upload, "refused", { error: unreadable(file.name) });
      upload.marks = [{ at: Date.now(), sent: upload.sent }];
    }
  }
}

/** After a break: wait for the server, and ask it how much it has. True when the upload has come to its end.
 * @param {Upload} upload @param {unknown} error @param {AbortController} mine @returns {Promise<boolean>} */
async function recover(upload, error, mine) {
  const { file, name } = upload;
  if (error) tell(upload, "waiting", { error });
  while (!mine.signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    try {
      const state = await getUpload(name);
      if (mine.signal.aborted) return true;
      if (!state.complete) upload.sent = state.received;
      else if (state.size_bytes === file.size) tell(upload, "done", { info: state });
      else tell(upload, "refused", { error });
      return state.complete;
    } catch (again) {
      if (!(again instanceof ApiError)) throw again;
      if (again.code === "not_found") upload.sent = 0;
      if (again.code !== "offline") return false;
    }
  }
  return true;
}

/** Remove what has been received of an upload; the server may still be busy with its last piece. @param {string} name */
export async function discard(name) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await deleteUpload(name);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "not_found") return undefined;
      if (error.code !== "conflict" || tries === CANCEL_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS / 2));
    }
  }
}

/** A broken connection mends, and so does a server that still reads the last piece. @param {unknown} error */
const isMendable = (error) => error instanceof ApiError && ["offline", "conflict"].includes(error.code);

/** The browser says the same of a file that it can't read as of a server that is away. @param {string} name */
const unreadable = (name) =>
  new ApiError({ code: "unreadable", message: `${name} can't be read any more.`, hint: "Was it changed or moved? Choose it again.", fields: {} });
