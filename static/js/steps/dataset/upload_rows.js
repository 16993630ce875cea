// @ts-check
/** How the user's files look, and those begun and not finished: a row for each. */

import { bytes, counted, moment } from "../../lib/format.js";
import { isUnderWay, jobOf, jobText, showFraction } from "./jobs.js";
import { noted } from "./notes.js";
import { child, fillList, find, itemOf, part, rowsIn, setText, show, showText } from "../../lib/dom.js";
import { inWords } from "../../lib/api.js";

/** @param {HTMLElement} root @param {State} state @param {string} source of the draft
 * @param {string} active the upload under way */
export function renderFiles(root, state, source, active) {
  const { uploads, unfinished = [] } = state.datasets ?? {};
  const waiting = unfinished.filter((upload) => upload.name !== active);
  fillList(find("uploads", root), "dataset-upload", uploads ?? [], fillUpload);
  for (const row of rowsIn(find("uploads", root))) markUpload(row, source, state);
  show(find("uploads-empty", root), uploads?.length === 0);
  fillList(find("unfinished", root), "dataset-unfinished", waiting, fillUnfinished);
  show(find("unfinished-part", root), waiting.length > 0);
}

/** @param {HTMLElement} row @param {ListedUpload} upload */
function fillUpload(row, upload) {
  setText(part(row, "row__title"), upload.name);
  const columns = upload.columns ? `columns ${upload.columns.join(", ")}` : "";
  const rows = upload.rows === null ? "" : counted(upload.rows, "row");
  const about = [rows, bytes(upload.size_bytes), upload.encoding ?? "", moment(upload.uploaded_at), columns];
  setText(part(row, "row__about"), about.filter(Boolean).join(" · "));
  showText(part(row, "field__error"), upload.problem ? inWords(upload.problem) : "");
  row.querySelector("[data-do=delete]")?.setAttribute("aria-label", `Delete ${upload.name}`);
  row.querySelector("[data-do=use]")?.setAttribute("aria-label", `Use ${upload.name}`);
}

/** What of a row changes with the draft and with a count under way.
 * @param {HTMLElement} row @param {string} source @param {State} state */
function markUpload(row, source, state) {
  const upload = itemOf(row);
  const job = jobOf(state, "statistics", upload.path);
  const isChosen = upload.path === source;
  row.dataset.chosen = String(isChosen);
  show(part(row, "badge"), isChosen);
  show(child(row, "button", "[data-do=use]"), !isChosen);
  const meter = part(row, "meter", "progress");
  const isCounted = job?.job_id === upload.job_id && isUnderWay(job);
  show(meter, isCounted);
  if (!job || !isCounted) return;
  showFraction(meter, job);
  meter.setAttribute("aria-label", jobText(job, "Counting rows"));
}

/** @param {HTMLElement} row @param {PartialUpload} upload */
function fillUnfinished(row, upload) {
  const size = noted(upload.name)?.size;
  setText(part(row, "row__title"), upload.name);
  setText(part(row, "row__about"), `${bytes(upload.received)}${size ? ` of ${bytes(size)}` : ""} received`);
  row.querySelector("input")?.setAttribute("aria-label", `Choose the file of ${upload.name} again`);
  row.querySelector("[data-do=discard]")?.setAttribute("aria-label", `Discard ${upload.name}`);
}
