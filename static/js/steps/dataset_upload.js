// @ts-check
/** The user's own files: sending one, going on with one, the list of them. */

import { ApiError, deleteUpload, explain, getJob, listUploads } from "../lib/api.js";
import { fillList, find, itemOf, part, setText, show } from "../lib/dom.js";
import { bytes, count, counted, duration, moment, percent } from "../lib/format.js";
import { continues, encodingNamed, refusal, uploadName } from "../state/uploads.js";
import { ask } from "../ui/dialog.js";
import { discard, mountDrop, startUpload } from "../ui/upload.js";
import { isUnderWay, jobText, showFraction } from "./dataset_jobs.js";
import { forget, note, noted } from "./dataset_notes.js";

const WORDS = { sending: "Sending", waiting: "Waiting for the server", paused: "Paused", checking: "Looking into it", done: "Done", refused: "Refused", cancelled: "Cancelled" };
const LEVELS = /** @type {Record<string, string>} */ ({ done: "good", refused: "bad", waiting: "warning", paused: "plain" });

/** @param {HTMLElement} root @param {any} context
 * @param {{choose: (source: string, known: any, isMapped?: boolean) => void, onList: (lists: any) => void, putJob: (job: any) => void}} tell */
export function mountUploads(root, context, { choose, onList, putJob }) {
  const encoding = /** @type {HTMLSelectElement} */ (find("upload-encoding", root));
  /** @type {ReturnType<typeof startUpload> | null} */
  let current = null;
  /** @type {File | null} */
  let file = null;
  let isActive = false;
  let before = "";

  async function fetchUploads() {
    const { uploads, unfinished } = await listUploads();
    onList({ uploads, unfinished });
    for (const upload of uploads) if (upload.job_id && upload.rows === null && !upload.problem) fetchCount(upload.job_id);
  }

  /** @param {string} job */
  async function fetchCount(job) {
    try {
      putJob(await getJob(job));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // a count that ended with an earlier server is not there any more
    }
  }

  /** @param {() => Promise<void>} action */
  async function attempt(action) {
    try {
      await action();
    } catch (error) {
      context.say(explain(error), "error");
    }
  }

  /** @param {File} chosen @param {{name: string, received: number} | null} [unfinished] @param {string} [named] its encoding */
  function begin(chosen, unfinished = null, named = "") {
    if (isActive) return context.say("Another file is being sent. Wait for it, or cancel it.", "error");
    const problem = refusal(chosen);
    file = chosen;
    before = context.get("dataset.source");
    encoding.value = named;
    if (problem) return showProgress({ status: "refused", name: chosen.name, sent: 0, size: chosen.size, rate: null, left: null, error: new ApiError({ code: "refused", message: problem, hint: "", fields: {} }) });
    const { uploads = [], unfinished: others = [] } = context.store.get().datasets ?? {};
    const name = unfinished?.name ?? uploadName(chosen.name, [...uploads, ...others].map((/** @type {any} */ one) => one.name));
    current = startUpload(chosen, { name, encoding: named || undefined, received: unfinished?.received }, (progress) => showProgress(progress, named));
    if (current.isInPieces) note(name, chosen);
  }

  /** @param {File[]} files */
  function take(files) {
    if (files.length > 1) context.say("One file at a time: the first one is taken.");
    const unfinished = (context.store.get().datasets?.unfinished ?? []).find((/** @type {any} */ one) => continues(files[0], one, noted(one.name)));
    begin(files[0], unfinished);
  }

  /** @param {import("../ui/upload.js").Progress} progress @param {string} [named] */
  function showProgress(progress, named = "") {
    const { status, name, info, error } = progress;
    isActive = ["sending", "waiting", "paused", "checking"].includes(status);
    context.setUnsaved("upload", isActive);
    drawProgress(root, progress, current?.isInPieces ?? false);
    if (status === "refused") offerAgain(error, named);
    if (isActive || status === "refused") return;
    forget(name);
    attempt(fetchUploads);
    if (status !== "done") return;
    show(find("upload-card", root), false);
    if (info.job_id) fetchCount(info.job_id);
    context.say(info.duplicate ? `${info.name} is here already, so it is used.` : `${info.name} is uploaded.`);
    if (context.get("dataset.source") === before) use(info);
  }

  /** @param {unknown} error @param {string} named */
  function offerAgain(error, named) {
    if (!(error instanceof ApiError)) throw error;
    const meant = encodingNamed(error.hint);
    if (meant && ![...encoding.options].some((option) => option.value === meant)) encoding.append(new Option(meant, meant));
    encoding.value = meant || named;
  }

  /** @param {any} upload */
  const use = (upload) => choose(upload.path, { kind: "upload", ...upload.mapping }, Boolean(upload.mapping?.instruction_field && upload.mapping?.response_field));

  /** @param {any} upload */
  async function remove(upload) {
    const isUsed = context.get("dataset.source") === upload.path;
    const text = `The file is removed from this machine’s uploads${isUsed ? ", and your draft needs other data" : ""}. Runs that have ended keep their results.`;
    if (!(await ask({ title: `Delete ${upload.name}?`, text, yes: "Delete", danger: true }))) return;
    await attempt(async () => {
      await deleteUpload(upload.name);
      await fetchUploads();
      context.refreshPlan();
    });
  }

  mountDrop(find("upload-drop", root), take);
  find("upload-pause", root).addEventListener("click", () => current?.pause());
  find("upload-resume", root).addEventListener("click", () => current?.resume());
  find("upload-cancel", root).addEventListener("click", () => attempt(async () => {
    await current?.cancel();
    show(find("upload-card", root), false);
    await fetchUploads();
  }));
  find("upload-close", root).addEventListener("click", () => show(find("upload-card", root), false));
  find("upload-retry", root).addEventListener("submit", (event) => {
    event.preventDefault();
    if (file) begin(file, null, encoding.value);
  });
  find("uploads", root).addEventListener("click", (event) => {
    const action = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-do]"))?.dataset.do : "";
    if (action === "use") use(itemOf(event.target));
    if (action === "delete") remove(itemOf(event.target));
  });
  find("unfinished", root).addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-do=discard]")) attempt(async () => {
      const { name } = itemOf(event.target);
      await discard(name);
      forget(name);
      await fetchUploads();
    });
  });
  find("unfinished", root).addEventListener("change", (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const [chosen, one] = [input.files?.[0], itemOf(input)];
    input.value = "";
    if (!chosen) return;
    if (continues(chosen, one, noted(one.name))) begin(chosen, one);
    else context.say(`${chosen.name} is not the file that ${one.name} began with: name, size or time of change differ.`, "error");
  });
  attempt(fetchUploads);

  return {
    /** A count is there. @param {any} job */
    jobEnded(job) {
      if (job.task !== "statistics") return;
      attempt(fetchUploads);
      context.refreshPlan();
    },
    /** @param {any} state @param {import("./dataset.js").Shown} shown */
    render(state, { shelf }) {
      if (shelf !== "upload") return;
      const { uploads, unfinished = [] } = state.datasets ?? {};
      const waiting = isActive ? unfinished.filter((/** @type {any} */ one) => one.name !== find("upload-card", root).dataset.name) : unfinished;
      fillList(find("uploads", root), "upload", uploads ?? [], fillUpload);
      for (const row of find("uploads", root).children) markUpload(/** @type {HTMLElement} */ (row), context.get("dataset.source"), state.jobs?.statistics);
      show(find("uploads-empty", root), uploads?.length === 0);
      fillList(find("unfinished", root), "unfinished", waiting, fillUnfinished);
      show(find("unfinished-part", root), waiting.length > 0);
    },
  };
}

/** @param {HTMLElement} root @param {import("../ui/upload.js").Progress} progress @param {boolean} isInPieces */
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
  const meter = /** @type {HTMLProgressElement} */ (find("upload-meter", root));
  show(meter, status !== "refused");
  if (isInPieces) meter.value = size ? sent / size : 0;
  else meter.removeAttribute("value");
  const amount = isInPieces ? `${bytes(sent)} of ${bytes(size)}, ${percent(size ? sent / size : 0)}` : bytes(size);
  const pace = rate ? ` · ${bytes(rate)} a second · ${duration(left)} left` : "";
  setText(find("upload-text", root), status === "waiting" ? `${amount} · the connection broke; it goes on by itself` : `${amount}${pace}`);
  const isRefused = status === "refused";
  show(find("upload-refusal", root), isRefused);
  setText(find("upload-refusal-text", root), isRefused ? explain(error) : "");
  show(find("upload-retry", root), isRefused);
  show(find("upload-pause", root), isInPieces && ["sending", "waiting"].includes(status));
  show(find("upload-resume", root), status === "paused");
  show(find("upload-cancel", root), !isRefused);
}

/** @param {HTMLElement} row @param {any} upload */
function fillUpload(row, upload) {
  setText(part(row, "row__title"), upload.name);
  const columns = upload.columns ? `columns ${upload.columns.join(", ")}` : "";
  const rows = upload.rows === null ? "" : counted(upload.rows, "row");
  const about = [rows, bytes(upload.size_bytes), upload.encoding ?? "", moment(upload.uploaded_at), columns];
  setText(part(row, "row__about"), about.filter(Boolean).join(" · "));
  const problem = upload.problem ? `${upload.problem.message} ${upload.problem.hint}` : "";
  setText(part(row, "field__error"), problem);
  show(part(row, "field__error"), problem !== "");
  row.querySelector("[data-do=delete]")?.setAttribute("aria-label", `Delete ${upload.name}`);
  row.querySelector("[data-do=use]")?.setAttribute("aria-label", `Use ${upload.name}`);
}

/** What of a row changes with the draft and with a count under way. @param {HTMLElement} row @param {string} source @param {any} job */
function markUpload(row, source, job) {
  const upload = itemOf(row);
  const isChosen = upload.path === source;
  row.dataset.chosen = String(isChosen);
  show(part(row, "badge"), isChosen);
  show(/** @type {HTMLElement} */ (row.querySelector("[data-do=use]")), !isChosen);
  const meter = part(row, "meter");
  const isCounted = job?.job_id === upload.job_id && isUnderWay(job);
  show(meter, isCounted);
  if (!isCounted) return;
  showFraction(meter, job);
  meter.setAttribute("aria-label", jobText(job, "Counting rows"));
}

/** @param {HTMLElement} row @param {any} one */
function fillUnfinished(row, one) {
  const size = noted(one.name)?.size;
  setText(part(row, "row__title"), one.name);
  setText(part(row, "row__about"), `${bytes(one.received)}${size ? ` of ${bytes(size)}` : ""} received`);
  row.querySelector("input")?.setAttribute("aria-label", `Choose the file of ${one.name} again`);
  row.querySelector("[data-do=discard]")?.setAttribute("aria-label", `Discard ${one.name}`);
}
