// @ts-check
/** The export that is under way, or how the latest one ended when it went wrong. */

import { cancelExport, explain } from "../lib/api.js";
import { fillList, find, part, setText, show } from "../lib/dom.js";
import { words } from "../lib/format.js";
import { progressText, stagesOf } from "../state/exports.js";
import { ask } from "../ui/dialog.js";
import { fillNotices } from "../ui/facts.js";

/** @param {HTMLElement} root @param {any} context */
export function mountProgress(root, context) {
  let id = "";
  find("export-cancel", root).addEventListener("click", async () => {
    const target = id;
    const isSure = await ask({ title: "Cancel the export?", text: "What is not finished is removed. Files that were there before stay.", yes: "Cancel it", danger: true });
    if (!isSure) return;
    try {
      context.put(await cancelExport(target));
    } catch (error) {
      context.fail(explain(error));
    }
  });

  return {
    /** @param {import("./export.js").Shown} shown */
    render({ id: session, one }) {
      id = session;
      const isTold = one !== null && (one.is_running || one.status !== "completed" || one.notices.length > 0);
      show(find("export-state", root), isTold);
      if (isTold) draw(root, one);
    },
  };
}

/** @param {HTMLElement} root @param {any} one */
function draw(root, one) {
  const badge = find("export-status", root);
  badge.dataset.status = one.status;
  setText(badge, one.is_running ? words(one.status === "stopping" ? "stopping" : "running") : words(one.status));
  setText(find("export-state-title", root), one.is_running ? "Under way" : "The latest export");
  show(find("export-stages", root), one.is_running);
  fillList(find("export-stages", root), "export-stage", stagesOf(one), (row, stage) => {
    row.dataset.state = stage.state;
    row.dataset.current = String(stage.state === "now");
    setText(part(row, "phase__name"), stage.name);
  });
  show(find("export-moving", root), one.is_running);
  /** @type {HTMLProgressElement} */ (find("export-meter", root)).value = one.fraction ?? 0;
  setText(find("export-phase", root), one.is_running ? progressText(one) : "");
  /** @type {HTMLButtonElement} */ (find("export-cancel", root)).disabled = one.status === "stopping";
  show(find("export-failure", root), Boolean(one.failure));
  setText(find("export-failure-text", root), one.failure ? `${one.failure.cause} ${one.failure.cure}` : "");
  show(find("export-failure-log", root), Boolean(one.failure?.log_tail));
  setText(find("export-log-tail", root), one.failure?.log_tail ?? "");
  fillNotices(find("export-notices", root), one.notices);
}
