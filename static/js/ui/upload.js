// @ts-check
/** The sending of a file from the user, in pieces that survive a broken connection. */

import { ApiError, deleteUpload, getUpload, uploadFile, uploadPiece } from "../lib/api.js";
import { createLatest, pause } from "../lib/latest.js";
import { PIECE_BYTES, pieceEnd, rateOf, secondsLeft, withMark } from "../state/uploads.js";

const RETRY_MS = 1000;
const MOST_STALLS = 5;
const CANCEL_TRIES = 10;

/** @typedef {{status: "sending" | "waiting" | "paused" | "checking" | "done" | "refused" | "cancelled", name: string,
 *   sent: number, size: number, rate: number | null, left: number | null, info?: ArrivedUpload,
 *   error?: unknown}} Progress */

/** What is known of one upload while it is sent.
 * @typedef {{file: File, name: string, encoding: string | undefined, sent: number,
 *   marks: import("../state/uploads.js").Mark[], onChange: (progress: Progress) => void}} Sending */
/** How an upload ended. @typedef {{status: "done" | "refused", info?: ArrivedUpload, error?: unknown}} End */

/** Send a file: a small one at once, a large one in pieces. Only the piece that is being sent is ever read.
 * @param {File} file
 * @param {{name: string, encoding?: string, received?: number}} how the name it gets, and how much of it is there
 * @param {(progress: Progress) => void} onChange */
export function startUpload(file, { name, encoding, received = 0 }, onChange) {
  /** @type {Sending} */
  const upload = { file, name, encoding, sent: received, marks: [], onChange };
  const latest = createLatest();
  /** @param {(signal: AbortSignal) => Promise<End>} send */
  const begin = (send) => latest.ask(send, {
    answered: (end) => tell(upload, end.status, end), refused: (error) => tell(upload, "refused", { error }),
  });
  const isInPieces = received > 0 || file.size > PIECE_BYTES;
  begin((signal) => (isInPieces ? sendPieces(upload, signal) : sendWhole(upload, signal)));

  return {
    isInPieces,
    pause() {
      latest.drop();
      tell(upload, "paused");
    },
    resume() {
      tell(upload, "sending");
      begin(async (signal) => (await recover(upload, null, signal)) ?? sendPieces(upload, signal));
    },
    /** Stop, and remove what has been sent. */
    async cancel() {
      latest.drop();
      tell(upload, "cancelled");
      if (isInPieces) await discard(name);
    },
  };
}

/** @param {Sending} upload @param {Progress["status"]} status @param {object} [more] */
function tell({ file, name, sent, marks, onChange }, status, more = {}) {
  const rate = status === "sending" ? rateOf(marks) : null;
  onChange({ status, name, sent, size: file.size, rate, left: secondsLeft(sent, file.size, rate), ...more });
}

/** @param {Sending} upload @param {AbortSignal} signal @returns {Promise<End>} */
async function sendWhole(upload, signal) {
  tell(upload, "checking");
  return { status: "done", info: await uploadFile(upload.file, upload.encoding, signal) };
}

/** @param {Sending} upload @param {AbortSignal} signal ends it between two pieces, too @returns {Promise<End>} */
async function sendPieces(upload, signal) {
  const { file, name, encoding } = upload;
  upload.marks = [{ at: Date.now(), sent: upload.sent }];
  for (let stalls = 0; ; ) {
    signal.throwIfAborted();
    const [offset, end] = [upload.sent, pieceEnd(upload.sent, file.size)];
    tell(upload, end === file.size ? "checking" : "sending");
    try {
      const info = await uploadPiece(name, { offset, size: file.size, encoding }, file.slice(offset, end), signal);
      if (info.complete) return { status: "done", info };
      signal.throwIfAborted();
      upload.sent = info.received ?? 0;
      upload.marks = withMark(upload.marks, { at: Date.now(), sent: upload.sent });
      stalls = 0;
    } catch (error) {
      if (signal.aborted || !isMendable(error)) throw error;
      const end = await recover(upload, error, signal);
      if (end) return end;
      stalls = upload.sent > offset ? 0 : stalls + 1;
      if (stalls > MOST_STALLS) throw unreadable(file.name);
      upload.marks = [{ at: Date.now(), sent: upload.sent }];
    }
  }
}

/** After a break: wait for the server, and ask it how much it has; the end of the upload if it has come to that.
 * @param {Sending} upload @param {unknown} error @param {AbortSignal} signal @returns {Promise<End | null>} */
async function recover(upload, error, signal) {
  const { file, name } = upload;
  if (error) tell(upload, "waiting", { error });
  for (;;) {
    await pause(RETRY_MS);
    signal.throwIfAborted();
    try {
      const state = await getUpload(name);
      signal.throwIfAborted();
      if (!state.complete) upload.sent = state.received ?? 0;
      else return state.size_bytes === file.size ? { status: "done", info: state } : { status: "refused", error };
      return null;
    } catch (again) {
      if (!(again instanceof ApiError)) throw again;
      if (again.code === "not_found") upload.sent = 0;
      if (again.code !== "offline") return null;
    }
  }
}

/** Remove what has been received of an upload; the server may still be busy with its last piece.
 * @param {string} name */
export async function discard(name) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await deleteUpload(name);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "not_found") return undefined;
      if (error.code !== "conflict" || tries === CANCEL_TRIES) throw error;
      await pause(RETRY_MS / 2);
    }
  }
}

/** A broken connection mends, and so does a server that still reads the last piece. @param {unknown} error */
const isMendable = (error) => error instanceof ApiError && ["offline", "conflict"].includes(error.code);

/** The browser says the same of a file that it can't read as of a server that is away. @param {string} name */
const unreadable = (name) => new ApiError({
  code: "unreadable", message: `${name} can't be read any more.`, hint: "Was it changed or moved? Choose it again.",
});
