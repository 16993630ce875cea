// @ts-check
/** What has been exported: each file with its proof, to be downloaded, tested and deleted. */

import { deleteExport, downloadAddress, explain } from "../lib/api.js";
import { fillList, find, itemOf, part, setText, show } from "../lib/dom.js";
import { bytes } from "../lib/format.js";
import { formatRoute } from "../lib/router.js";
import { joined } from "../state/export_commands.js";
import { badgeOf, proofFacts, proofText } from "../state/exports.js";
import { copy } from "../ui/copy.js";
import { ask } from "../ui/dialog.js";
import { facts } from "../ui/facts.js";

/** @param {HTMLElement} root @param {any} context */
export function mountFiles(root, context) {
  /** @type {any} */
  let one = null;
  find("export-files", root).addEventListener("click", (event) => {
    const act = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-act]"))?.dataset.act : null;
    const file = act ? itemOf(event.target) : null;
    if (file && act === "copy") copy(joined(one.folder, file.file), context.say);
    if (file && act === "delete") remove(one, file);
  });

  /** @param {any} state @param {any} file */
  async function remove(state, file) {
    const text = `${file.file} (${bytes(file.size_bytes)}) is removed from the disk. It can be exported again.`;
    if (!(await ask({ title: `Delete ${file.title}?`, text, yes: "Delete", danger: true }))) return;
    context.fail("");
    try {
      await deleteExport(state.session_id, file.target);
      await context.live.refreshAll();
    } catch (error) {
      context.fail(explain(error));
    }
  }

  return {
    /** @param {import("./export.js").Shown} shown */
    render(shown) {
      const files = shown.one?.files ?? [];
      show(find("export-made", root), files.length > 0);
      if (one === shown.one) return;
      one = shown.one;
      if (!files.length) return;
      setText(find("export-folder", root), one.folder);
      /** @type {HTMLAnchorElement} */ (find("export-all", root)).href = downloadAddress(one.session_id, "all.zip");
      show(find("export-all", root), files.length > 1);
      fillList(find("export-files", root), "export-file", files, (row, file) => fillFile(row, file, one));
      for (const button of find("export-files", root).querySelectorAll("button[data-act=delete]")) /** @type {HTMLButtonElement} */ (button).disabled = one.is_running;
    },
  };
}

/** @param {HTMLElement} row @param {any} file @param {any} one */
function fillFile(row, file, one) {
  setText(part(row, "proof__name"), file.is_folder ? `${file.file}/` : file.file);
  setText(part(row, "proof__title"), `${file.title}, ${bytes(file.size_bytes)}`);
  const badge = badgeOf(file);
  part(row, "badge").dataset.status = badge.status;
  setText(part(row, "badge"), badge.text);
  setText(part(row, "proof__text"), proofText(file));
  const pairs = proofFacts(file);
  show(part(row, "proof__more"), pairs.length > 0);
  facts(/** @type {HTMLElement} */ (row.querySelector("dl")), pairs);
  show(part(row, "proof__answer"), Boolean(file.answer));
  setText(part(row, "proof__question"), file.question ?? "");
  setText(row.querySelector("pre"), file.answer ?? "");
  const download = /** @type {HTMLAnchorElement} */ (part(row, "proof__download"));
  download.href = downloadAddress(one.session_id, file.is_folder ? `${file.file}.zip` : file.file);
  download.setAttribute("aria-label", `Download ${file.file}`);
  const canBeAsked = file.kind === "gguf" || file.kind === "merged";
  show(part(row, "proof__try"), canBeAsked);
  if (canBeAsked) /** @type {HTMLAnchorElement} */ (part(row, "proof__try")).href = formatRoute({ step: "test", session: one.session_id, params: { model: `exports/${one.session_id}/${file.file}` } });
}
