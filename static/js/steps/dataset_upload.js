// @ts-check
/** The user's own files: the list of them, of those begun and not finished, and the counts of their rows. */

import { ApiError, deleteUpload, explain, getJob, listUploads } from "../lib/api.js";
import { fillList, find, itemOf, part, setText, show } from "../lib/dom.js";
import { bytes, counted, moment } from "../lib/format.js";
import { continues } from "../state/uploads.js";
import { ask } from "../ui/dialog.js";
import { discard } from "../ui/upload.js";
import { isUnderWay, jobText, showFraction } from "./dataset_jobs.js";
import { forget, noted } from "./dataset_notes.js";
import { mountSending } from "./dataset_sending.js";

/** @param {HTMLElement} root @param {any} context
 * @param {{choose: (source: string, known: any, isMapped?: boolean) => void, onList: (lists: any) => void,
 *   putJob: (job: any) => void, lookAgain: () => void}} tell */
export function mountUploads(root, context, { choose, onList, putJob, lookAgain }) {
  const sending = mountSending(root, context, { onDone: arrived, onEnd: () => attempt(fetchUploads) });

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

  /** @param {any} info @param {boolean} isStillWanted */
  function arrived(info, isStillWanted) {
    if (info.job_id) fetchCount(info.job_id);
    context.say(info.duplicate ? `${info.name} is here already, so it is used.` : `${info.name} is uploaded.`);
    if (isStillWanted) use(info);
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
      if (isUsed) lookAgain();
    });
  }

  /** @param {{name: string}} one */
  async function drop({ name }) {
    await discard(name);
    forget(name);
    await fetchUploads();
  }

  find("uploads", root).addEventListener("click", (event) => {
    const action = doOf(event);
    if (action === "use") use(itemOf(event.target));
    if (action === "delete") remove(itemOf(event.target));
  });
  find("unfinished", root).addEventListener("click", (event) => {
    if (doOf(event) === "discard") attempt(() => drop(itemOf(event.target)));
  });
  find("unfinished", root).addEventListener("change", (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const [chosen, one] = [input.files?.[0], itemOf(input)];
    input.value = "";
    if (!chosen) return;
    if (continues(chosen, one, noted(one.name))) sending.begin(chosen, one);
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
      if (shelf === "upload") renderFiles(root, state, context.get("dataset.source"), sending.activeName());
    },
  };
}

/** What a click asks for. @param {Event} event */
const doOf = (event) => (event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-do]"))?.dataset.do : "");

/** @param {HTMLElement} root @param {any} state @param {string} source of the draft @param {string} active the upload under way */
function renderFiles(root, state, source, active) {
  const { uploads, unfinished = [] } = state.datasets ?? {};
  const waiting = unfinished.filter((/** @type {any} */ one) => one.name !== active);
  fillList(find("uploads", root), "dataset-upload", uploads ?? [], fillUpload);
  for (const row of find("uploads", root).children) markUpload(/** @type {HTMLElement} */ (row), source, state.jobs?.statistics);
  show(find("uploads-empty", root), uploads?.length === 0);
  fillList(find("unfinished", root), "dataset-unfinished", waiting, fillUnfinished);
  show(find("unfinished-part", root), waiting.length > 0);
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
