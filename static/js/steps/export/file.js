// @ts-check
/** One exported file: its size, its proof in a line and in facts, and what can be done with it. */

import { downloadAddress } from "../../lib/api.js";
import { bytes } from "../../lib/format.js";
import { formatRoute } from "../../lib/router.js";
import { badgeOf, distancesOf, proofFacts, proofLine } from "../../state/export_proof.js";
import { shortTitle } from "../../state/exports.js";
import { child, part, setText, show } from "../../lib/dom.js";
import { facts } from "../../ui/facts.js";

/** @param {HTMLElement} row @param {ListedFile} file @param {string} session */
export function fillFile(row, file, session) {
  row.dataset.target = file.target;
  setText(part(row, "export-file__title"), shortTitle(file.title));
  setText(part(row, "export-file__name"), file.is_folder ? `${file.file}/` : file.file);
  setText(part(row, "export-file__size"), bytes(file.size_bytes));
  const badge = badgeOf(file);
  part(row, "badge").dataset.status = badge.status;
  setText(part(row, "export-file__word"), badge.text);
  setText(part(row, "export-file__line"), proofLine(file));
  fillProof(row, file);
  fillTools(row, file, session);
}

/** @param {HTMLElement} row @param {ListedFile} file */
function fillProof(row, file) {
  facts(child(row, "dl"), proofFacts(file));
  const distances = distancesOf(file);
  show(part(row, "distances"), distances !== null);
  for (const [name, at] of Object.entries(distances ?? {})) {
    part(row, `distances__${name}`).style.setProperty("--at", String(at));
  }
  show(part(row, "export-file__answer"), Boolean(file.answer));
  setText(part(row, "export-file__question"), file.question ?? "");
  setText(row.querySelector("pre"), file.answer ?? "");
}

/** @param {HTMLElement} row @param {ListedFile} file @param {string} session */
function fillTools(row, file, session) {
  const name = shortTitle(file.title);
  const download = part(row, "export-file__download", "a");
  download.href = downloadAddress(session, file.is_folder ? `${file.file}.zip` : file.file);
  download.setAttribute("aria-label", `Download ${name}${file.is_folder ? " as a zip file" : ""}`);
  const test = part(row, "export-file__test", "a");
  show(test, file.kind === "gguf" || file.kind === "merged");
  test.href = formatRoute({ step: "test", session, params: { model: `exports/${session}/${file.file}` } });
  test.setAttribute("aria-label", `Test ${name}`);
  row.querySelector("[data-act=copy]")?.setAttribute("aria-label", `Copy the path of ${name}`);
  row.querySelector("[data-act=delete]")?.setAttribute("aria-label", `Delete ${name}`);
}
