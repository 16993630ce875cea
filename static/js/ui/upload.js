// @ts-check
/** Files from the user: the zone they are dropped on, and the sending of one, in pieces that survive a broken connection. */

import { ApiError, deleteUpload, getUpload, uploadFile, uploadPiece } from "../lib/api.js";
import { PIECE_BYTES, pieceEnd, rateOf, secondsLeft, withMark } from "../state/uploads.js";

const RETRY_MS = 1000;
const MOST_STALLS = 5;
const CANCEL_TRIES = 10;

/** @typedef {{status: "sending" | "waiting" | "paused" | "checking" | "done" | "refused" | "cancelled", name: string, sent: number,
 *   size: number, rate: number | null, left: number | null, info?: any, error?: unknown}} Progress */

/** Take files that are dropped on a zone or chosen by its input; one dropped beside it does not replace the page.
 * @param {HTMLElement} zone holds an input of type file @param {(files: File[]) => void} onFiles */
export function mountDrop(zone, onFiles) {
  const input = /** @type {HTMLInputElement} */ (zone.querySelector("input[type=file]"));
  const over = (/** @type {DragEvent} */ event) => event.target instanceof Node && zone.contains(event.target);
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    if (files.length) onFiles(files);
  });
  addEventListener("dragover", (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    zone.dataset.over = String(over(event));
  });
  addEventListener("dragleave", () => delete zone.dataset.over);
  addEventListener("drop", (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    delete zone.dataset.over;
    const files = [...(event.dataTransfer?.files ?? [])];
    if (over(event) && files.length) onFiles(files);
  });
}

/** Text that is dragged into a field is none of our business. @param {DragEvent} event */
const bringsFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;

/** Send a file: a small one at once, a large one in pieces. Only the piece that is being sent is ever read.
 * @param {File} file @param {{name: string, encoding?: string, received?: number}} how the name it gets, and how much of it is there
 * @param {(progress: Progress) => void} onChange */
export function startUpload(file, { name, encoding, received = 0 }, onChange) {
  let sent = received;
  /** @type {import("../state/uploads.js").Mark[]} */
  let marks = [];
  let wish = "send";
  /** The loop that sends now; a pause ends it, and going on begins another. */
  let asking = new AbortController();

  /** @param {Progress["status"]} status @param {object} [more] */
  const tell = (status, more = {}) => {
    const rate = status === "sending" ? rateOf(marks) : null;
    onChange({ status, name, sent, size: file.size, rate, left: secondsLeft(sent, file.size, rate), ...more });
  };

  async function sendWhole() {
    tell("checking");
    try {
      tell("done", { info: await uploadFile(file, encoding, asking.signal) });
    } catch (error) {
      if (wish === "send") tell("refused", { error });
    }
  }

  async function sendPieces() {
    const mine = asking;
    marks = [{ at: Date.now(), sent }];
    for (let stalls = 0; !mine.signal.aborted; ) {
      const [offset, end] = [sent, pieceEnd(sent, file.size)];
      tell(end === file.size ? "checking" : "sending");
      try {
        const info = await uploadPiece(name, { offset, size: file.size, encoding }, file.slice(offset, end), mine.signal);
        if (info.complete) return tell("done", { info });
        sent = info.received;
        marks = withMark(marks, { at: Date.now(), sent });
        stalls = 0;
      } catch (error) {
        if (mine.signal.aborted) return;
        if (!isMendable(error)) return tell("refused", { error });
        if (await recover(error, mine)) return;
        stalls = sent > offset ? 0 : stalls + 1;
        if (stalls > MOST_STALLS) return tell("refused", { error: unreadable(file.name) });
        marks = [{ at: Date.now(), sent }];
      }
    }
  }

  /** After a break: wait for the server, and ask it how much it has. True when the upload has come to its end.
   * @param {unknown} error @param {AbortController} mine @returns {Promise<boolean>} */
  async function recover(error, mine) {
    if (error) tell("waiting", { error });
    while (!mine.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      try {
        const state = await getUpload(name);
        if (mine.signal.aborted) return true;
        if (!state.complete) sent = state.received;
        else if (state.size_bytes === file.size) tell("done", { info: state });
        else tell("refused", { error });
        return state.complete;
      } catch (again) {
        if (!(again instanceof ApiError)) throw again;
        if (again.code === "not_found") sent = 0;
        if (again.code !== "offline") return false;
      }
    }
    return true;
  }

  const isInPieces = received > 0 || file.size > PIECE_BYTES;
  if (isInPieces) sendPieces();
  else sendWhole();

  return {
    isInPieces,
    pause() {
      wish = "pause";
      asking.abort();
      tell("paused");
    },
    async resume() {
      wish = "send";
      const mine = (asking = new AbortController());
      tell("sending");
      if (!(await recover(null, mine)) && !mine.signal.aborted) sendPieces();
    },
    /** Stop, and remove what has been sent. */
    async cancel() {
      wish = "cancel";
      asking.abort();
      tell("cancelled");
      if (isInPieces) await discard(name);
    },
  };
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
