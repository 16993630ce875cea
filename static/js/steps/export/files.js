// @ts-check
/** What has been exported: each file with its proof, to be downloaded, tested and deleted. */

import { attempt, deleteExport, downloadAddress } from "../../lib/api.js";
import { bytes, counted } from "../../lib/format.js";
import { joined } from "../../state/export_commands.js";
import { titleOf } from "../../state/sessions.js";
import { copy } from "../../ui/copy.js";
import { ask } from "../../ui/dialog.js";
import { fillFile } from "./file.js";
import { around, clone, each, find, setText, show, tell } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {ExportDesk} desk */
export function mountFiles(root, desk) {
  const list = find("export-files", root);
  /** Rows by target, so that what is open stays with its file. @type {Rows} */
  const rows = new Map();
  /** @type {ShownExport | null} */
  let shown = null;

  find("export-made", root).addEventListener("click", (event) => {
    const button = around(event.target, "[data-act]");
    if (!button || !shown) return;
    const target = around(button, "[data-target]")?.dataset.target;
    const file = shown.files.find((listed) => listed.target === target);
    const folder = shown.exportState?.folder ?? "";
    const act = button.dataset.act;
    if (act === "copy-folder") copy(folder, desk.context.say);
    if (act === "delete-all") removeAll(shown, folder);
    if (act === "copy" && file) copy(joined(folder, file.file), desk.context.say);
    if (act === "delete" && file) remove(shown, file);
    if (act !== "renew") return;
    desk.choose(shown.id, shown.files.filter((listed) => listed.is_stale).map((listed) => listed.target));
    find("export-start", root).focus();
  });

  /** @param {ShownExport} now @param {ListedFile} file */
  async function remove({ id }, { file, is_folder: isFolder, size_bytes: size, target, title }) {
    const what = `${isFolder ? `The folder ${file}` : file} (${bytes(size)})`;
    const text = `${what} is removed from the disk. It can be exported again.`;
    if (await ask({ title: `Delete ${title}?`, text, yes: "Delete" })) await drop(id, target);
  }

  /** @param {ShownExport} now @param {string} folder */
  async function removeAll({ id, files, session }, folder) {
    const text = `${sumOf(files)} in ${folder} are removed from the disk, with their proofs. The run itself stays.`;
    const title = `Delete all exports of ${session ? titleOf(session) : id}?`;
    if (await ask({ title, text, yes: "Delete all" })) await drop(id);
  }

  /** @param {string} id @param {string} [target] */
  async function drop(id, target) {
    desk.fail("");
    await attempt(() => deleteExport(id, target), desk.fail);
    await desk.context.live.refreshAll();
    requestAnimationFrame(() => {
      if (isFocusLost()) desk.focusSoon(shown?.files.length ? "export-files-title" : "export-new-title");
    });
  }

  return {
    /** @param {ShownExport} next */
    render(next) {
      const isNew = next.id !== shown?.id;
      shown = next;
      show(find("export-made", root), next.files.length > 0);
      if (isNew) rows.clear();
      if (next.exportState && next.files.length) drawHead(root, next, next.exportState.folder);
      drawRows(list, rows, next, isNew);
    },
  };
}

/** @typedef {Map<string, {row: HTMLElement, drawn: string}>} Rows */

/** Whether what had the focus has gone, or is hidden. */
const isFocusLost = () => document.activeElement === document.body || !document.activeElement?.checkVisibility();

/** "3 files, 421 MB". @param {ListedFile[]} files */
const sumOf = (files) =>
  `${counted(files.length, "file")}, ${bytes(files.reduce((sum, file) => sum + file.size_bytes, 0))}`;

/** @param {HTMLElement} root @param {ShownExport} shown @param {string} folder */
function drawHead(root, { id, files, now }, folder) {
  setText(find("export-files-sum", root), sumOf(files));
  setText(find("export-folder", root), folder);
  find("export-all", root, "a").href = downloadAddress(id, "all.zip");
  show(find("export-all", root), files.length > 1);
  show(find("export-delete-all", root), files.length > 1);
  const stale = files.filter((file) => file.is_stale).length;
  const are = counted(stale, "file is", "files are");
  tell(root, "export-stale", stale ? `${are} out of date: the adapter has been trained on since.` : "");
  const isBusy = now.isExporting || now.isPushing || now.isOffline;
  for (const button of each(find("export-made", root), "button", '[data-act^="delete"]')) button.disabled = isBusy;
}

/** @param {HTMLElement} list @param {Rows} rows @param {ShownExport} shown @param {boolean} isNew */
function drawRows(list, rows, { id, files }, isNew) {
  if (isNew) list.replaceChildren();
  for (const [target, { row }] of rows) {
    if (files.some((file) => file.target === target)) continue;
    row.remove();
    rows.delete(target);
  }
  files.forEach((file, index) => {
    const held = rows.get(file.target) ?? { row: clone("export-file"), drawn: "" };
    rows.set(file.target, held);
    if (list.children[index] !== held.row) list.insertBefore(held.row, list.children[index] ?? null);
    const drawn = JSON.stringify(file);
    if (drawn !== held.drawn) fillFile(held.row, file, id);
    held.drawn = drawn;
  });
}
