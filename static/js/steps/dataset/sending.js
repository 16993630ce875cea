// @ts-check
/** The sending of one file: begun by a drop or a choice, paused, gone on with, refused, tried again in another
 * encoding. */

import { ApiError, attempt, explain } from "../../lib/api.js";
import { bytes, duration, percent } from "../../lib/format.js";
import { unchanged } from "../../lib/latest.js";
import { continues, encodingNamed, refusal, uploadName } from "../../state/uploads.js";
import { mountDrop } from "../../ui/drop.js";
import { startUpload } from "../../ui/upload.js";
import { forget, note, noted } from "./notes.js";
import { find, onSubmit, setText, show, tell } from "../../lib/dom.js";

const WORDS = {
  sending: "Sending", waiting: "Waiting for the server", paused: "Paused", checking: "Looking into it", done: "Done",
  refused: "Refused", cancelled: "Cancelled",
};
/** @type {Record<string, string>} */
const LEVELS = { done: "good", refused: "bad", waiting: "warning", paused: "plain" };
const UNDER_WAY = ["sending", "waiting", "paused", "checking"];

/** A file is wanted while no other data was chosen meanwhile.
 * @param {HTMLElement} root @param {Context} context
 * @param {{onDone: (info: ArrivedUpload, isStillWanted: boolean) => void, onEnd: () => void}} tell */
export function mountSending(root, context, { onDone, onEnd }) {
  const encoding = find("upload-encoding", root, "select");
  /** @type {ReturnType<typeof startUpload> | null} */
  let current = null;
  /** @type {File | null} */
  let file = null;
  /** The name of the upload under way, or empty. */
  let active = "";
  let isStillWanted = () => true;

  /** @param {File} chosen @param {{name: string, received: number} | null} [unfinished]
   * @param {string} [named] its encoding */
  function begin(chosen, unfinished = null, named = "") {
    if (active) return context.say("Another file is being sent. Wait for it, or cancel it.", "error");
    const problem = refusal(chosen);
    file = chosen;
    isStillWanted = unchanged(() => context.get("dataset.source"));
    if (problem) return showProgress(refused(chosen, problem), named);
    const name = unfinished?.name ?? freeName(chosen, context.store.get().datasets);
    const how = { name, encoding: named || undefined, received: unfinished?.received };
    current = startUpload(chosen, how, (progress) => showProgress(progress, named));
    if (current.isInPieces) note(name, chosen);
  }

  /** @param {File[]} files */
  function take(files) {
    if (files.length > 1) context.say("One file at a time: the first one is taken.");
    const begun = context.store.get().datasets?.unfinished ?? [];
    begin(files[0], begun.find((upload) => continues(files[0], upload, noted(upload.name))));
  }

  /** @param {import("../../ui/upload.js").Progress} progress @param {string} named */
  function showProgress(progress, named) {
    const { status, name, info, error } = progress;
    active = UNDER_WAY.includes(status) ? name : "";
    context.setUnsaved("upload", active !== "");
    drawProgress(root, progress, current?.isInPieces ?? false);
    if (status === "refused") offerAgain(encoding, error, named);
    if (active || status === "refused") return;
    forget(name);
    show(find("upload-card", root), false);
    onEnd();
    if (status === "done" && info) onDone(info, isStillWanted());
  }

  async function cancel() {
    await attempt(async () => current?.cancel(), (text) => context.say(text, "error"));
    onEnd();
  }

  mountDrop(find("upload-drop", root), take);
  listen(root, {
    pause: () => current?.pause(), resume: () => current?.resume(), cancel,
    retry: () => file && begin(file, null, encoding.value),
  });
  return { begin, activeName: () => active };
}

/** @param {HTMLElement} root
 * @param {Record<"pause" | "resume" | "cancel" | "retry", () => unknown>} to what each control does */
function listen(root, { pause, resume, cancel, retry }) {
  find("upload-pause", root).addEventListener("click", pause);
  find("upload-resume", root).addEventListener("click", resume);
  find("upload-cancel", root).addEventListener("click", cancel);
  find("upload-close", root).addEventListener("click", () => show(find("upload-card", root), false));
  onSubmit(find("upload-retry", root), () => retry());
}

/** A name for an upload that no other has. @param {File} file @param {DataLists} [lists] as far as they are known */
function freeName(file, lists) {
  const { uploads = [], unfinished = [] } = lists ?? {};
  return uploadName(file.name, [...uploads, ...unfinished].map((upload) => upload.name));
}

/** A file that is not worth sending.
 * @param {File} file @param {string} message @returns {import("../../ui/upload.js").Progress} */
function refused(file, message) {
  const error = new ApiError({ code: "refused", message });
  return { status: "refused", name: file.name, sent: 0, size: file.size, rate: null, left: null, error };
}

/** Another try, in the encoding that the refusal names.
 * @param {HTMLSelectElement} encoding @param {unknown} error @param {string} named */
function offerAgain(encoding, error, named) {
  if (!(error instanceof ApiError)) throw error;
  const meant = encodingNamed(error.hint);
  const isThere = [...encoding.options].some((option) => option.value === meant);
  if (meant && !isThere) encoding.append(new Option(meant, meant));
  encoding.value = meant || named;
}

/** @param {HTMLElement} root @param {import("../../ui/upload.js").Progress} progress @param {boolean} isInPieces */
function drawProgress(root, progress, isInPieces) {
  const { status, name, sent, size, rate, left, error } = progress;
  const card = find("upload-card", root);
  card.dataset.name = name;
  show(card, status !== "cancelled");
  setText(find("upload-title", root), name);
  const badge = find("upload-badge", root);
  badge.dataset.status = LEVELS[status] ?? "training";
  setText(badge, WORDS[status]);
  setText(find("upload-status", root), `${name}: ${WORDS[status]}`);
  const meter = find("upload-meter", root, "progress");
  show(meter, status !== "refused");
  if (isInPieces) meter.value = size ? sent / size : 0;
  else meter.removeAttribute("value");
  const amount = isInPieces ? `${bytes(sent)} of ${bytes(size)}, ${percent(size ? sent / size : 0)}` : bytes(size);
  const pace = rate ? ` · ${bytes(rate)} a second · ${duration(left)} left` : "";
  const broken = "the connection broke; it goes on by itself";
  setText(find("upload-text", root), status === "waiting" ? `${amount} · ${broken}` : `${amount}${pace}`);
  const isRefused = status === "refused";
  tell(root, "upload-refusal", isRefused ? explain(error) : "");
  show(find("upload-retry", root), isRefused);
  show(find("upload-pause", root), isInPieces && ["sending", "waiting"].includes(status));
  show(find("upload-resume", root), status === "paused");
  show(find("upload-cancel", root), !isRefused);
}
