// @ts-check
/** What has been exported: each file with its proof, to be downloaded, tested and deleted. */

import { deleteExport, downloadAddress, explain } from "../../lib/api.js";
import { clone, find, part, setText, show } from "../../lib/dom.js";
import { bytes, counted } from "../../lib/format.js";
import { joined } from "../../state/export_commands.js";
import { titleOf } from "../../state/sessions.js";
import { copy } from "../../ui/copy.js";
import { ask } from "../../ui/dialog.js";
import { fillFile } from "./file.js";

/** @typedef {import("./desk.js").Shown} Shown */

/** @param {HTMLElement} root @param {import("./desk.js").Desk} desk */
export function mountFiles(root, desk) {
  const list = find("export-files", root);
  /** @type {Map<string, {row: HTMLElement, drawn: string}>} rows by target, so that what is open stays with its file */
  const rows = new Map();
  /** @type {Shown | null} */
  let shown = null;

  find("export-made", root).addEventListener("click", (event) => {
    const button = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-act]")) : null;
    if (!button || !shown) return;
    const target = /** @type {HTMLElement | null} */ (button.closest("[data-target]"))?.dataset.target;
    const file = shown.files.find((one) => one.target === target);
    const act = button.dataset.act;
    if (act === "copy-folder") copy(shown.one.folder, desk.context.say);
    if (act === "delete-all") removeAll(shown);
    if (act === "copy" && file) copy(joined(shown.one.folder, file.file), desk.context.say);
    if (act === "delete" && file) remove(shown, file);
    if (act === "renew") desk.choose(shown.id, shown.files.filter((one) => one.is_stale).map((one) => one.target));
    if (act === "renew") find("export-start", root).focus();
  });

  /** @param {Shown} now @param {any} file */
  async function remove(now, file) {
    const text = `${file.is_folder ? `The folder ${file.file}` : file.file} (${bytes(file.size_bytes)}) is removed from the disk. It can be exported again.`;
    if (await ask({ title: `Delete ${file.title}?`, text, yes: "Delete", danger: true })) await drop(now.id, file.target);
  }

  /** @param {Shown} now */
  async function removeAll(now) {
    const text = `${sumOf(now.files)} in ${now.one.folder} are removed from the disk, with their proofs. The run itself stays.`;
    if (await ask({ title: `Delete all exports of ${titleOf(now.session ?? { session_id: now.id })}?`, text, yes: "Delete all", danger: true })) await drop(now.id);
  }

  /** @param {string} id @param {string} [target] */
  async function drop(id, target) {
    desk.fail("");
    try {
      await deleteExport(id, target);
    } catch (error) {
      desk.fail(explain(error));
    }
    await desk.context.live.refreshAll();
    requestAnimationFrame(() => isFocusLost() && desk.focusSoon(shown?.files.length ? "export-files-title" : "export-new-title"));
  }

  return {
    /** @param {Shown} next */
    render(next) {
      const isNew = next.id !== shown?.id;
      shown = next;
      show(find("export-made", root), next.files.length > 0);
      if (isNew) rows.clear();
      if (next.files.length) drawHead(root, next);
      drawRows(list, rows, next, isNew);
    },
  };
}

/** Whether what had the focus has gone, or is hidden. */
const isFocusLost = () => document.activeElement === document.body || !document.activeElement?.checkVisibility();

/** "3 files, 421 MB". @param {any[]} files */
const sumOf = (files) => `${counted(files.length, "file")}, ${bytes(files.reduce((sum, file) => sum + file.size_bytes, 0))}`;

/** @param {HTMLElement} root @param {Shown} shown */
function drawHead(root, { id, one, files, now }) {
  setText(find("export-files-sum", root), sumOf(files));
  setText(find("export-folder", root), one.folder);
  /** @type {HTMLAnchorElement} */ (find("export-all", root)).href = downloadAddress(id, "all.zip");
  show(find("export-all", root), files.length > 1);
  show(find("export-delete-all", root), files.length > 1);
  const stale = files.filter((file) => file.is_stale);
  show(find("export-stale", root), stale.length > 0);
  setText(find("export-stale-text", root), `${counted(stale.length, "file is", "files are")} out of date: the adapter has been trained on since.`);
  const isBusy = now.isExporting || now.isPushing || now.isOffline;
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (find("export-made", root).querySelectorAll('[data-act^="delete"]'))) button.disabled = isBusy;
}

/** @param {HTMLElement} list @param {Map<string, {row: HTMLElement, drawn: string}>} rows @param {Shown} shown @param {boolean} isNew */
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
