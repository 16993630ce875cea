// @ts-check
/** The export that is under way, stage by stage, or how the latest one ended when it went wrong. */

import { cancelExport, createExport } from "../../lib/api.js";
import { words } from "../../lib/format.js";
import { doneText, headingOf, isTold, leftOf, progressText, stagesOf, stateWord } from "../../state/export_progress.js";
import { ask } from "../../ui/dialog.js";
import { fillList, find, part, setText, show } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {ExportDesk} desk */
export function mountProgress(root, desk) {
  /** @type {ShownExport | null} */
  let shown = null;
  find("export-cancel", root).addEventListener("click", async () => {
    const id = shown?.id ?? "";
    const text = "What is half-made is removed. Files that are finished stay.";
    if (await ask({ title: "Stop the export?", text, yes: "Stop it" })) desk.attempt(() => cancelExport(id));
  });
  find("export-to-files", root).addEventListener("click", () => desk.focusSoon("export-files-title"));
  const tail = find("export-log-tail", root);
  find("export-failure-log", root).addEventListener("toggle", () => (tail.scrollTop = tail.scrollHeight));
  find("export-again", root).addEventListener("click", async () => {
    const exportState = shown?.exportState;
    const isBegun = exportState && (await desk.attempt(() => createExport(exportState.export_id, leftOf(exportState))));
    if (isBegun) desk.focusSoon("export-state-title");
  });

  return {
    /** @param {ShownExport} next */
    render(next) {
      shown = next;
      const hasNews = isTold(next.exportState, next.isFresh);
      show(find("export-state", root), hasNews);
      if (next.exportState && hasNews) draw(root, next, next.exportState);
    },
  };
}

/** @param {HTMLElement} root @param {ShownExport} shown @param {ExportState} exportState */
function draw(root, { isFresh, now }, exportState) {
  const isRunning = exportState.is_running;
  const badge = find("export-status", root);
  badge.dataset.status = exportState.status === "completed" || !isRunning ? exportState.status : "running";
  setText(badge, exportState.status === "stopping" ? "Stopping" : isRunning ? "Running" : words(exportState.status));
  setText(find("export-state-title", root), headingOf(exportState));
  find("export-state", root).classList.toggle("card--failure", Boolean(exportState.failure));
  const isFreshlyDone = isFresh && exportState.status === "completed";
  show(find("export-stages", root), isRunning || Boolean(exportState.failure) || isFreshlyDone);
  drawStages(root, exportState);
  show(find("export-moving", root), isRunning);
  find("export-meter", root, "progress").value = exportState.fraction;
  setText(find("export-phase", root), isRunning ? progressText(exportState, Date.now() / 1000) : "");
  setText(find("export-doing", root), isRunning ? exportState.text : "");
  show(find("export-cancel", root), isRunning);
  find("export-cancel", root, "button").disabled = exportState.status === "stopping" || now.isOffline;
  drawEnd(root, exportState, now);
  fillList(find("export-notices", root), "notice", exportState.notices, (row, notice) => {
    row.dataset.level = notice.level;
    setText(part(row, "notice__text"), notice.message);
  });
}

/** @param {HTMLElement} root @param {ExportState} exportState */
function drawStages(root, exportState) {
  const stages = stagesOf(exportState);
  fillList(find("export-stages", root), "export-stage", stages, (row, stage) => {
    row.dataset.state = stage.state;
    setText(part(row, "stage__name"), stage.name);
    setText(part(row, "stage__state"), stateWord(stage.state, exportState.is_running));
  });
  const stage = stages.find(({ state }) => state === "now");
  setText(find("export-live", root), exportState.is_running ? (stage?.name ?? "") : "");
}

/** @param {HTMLElement} root @param {ExportState} exportState @param {ShownExport["now"]} now */
function drawEnd(root, exportState, now) {
  const { failure } = exportState;
  show(find("export-failure", root), Boolean(failure));
  setText(find("export-failure-text", root), failure?.cause ?? "");
  setText(find("export-failure-cure", root), failure?.cure ?? "");
  show(find("export-failure-log", root), Boolean(failure?.log_tail));
  setText(find("export-log-tail", root), failure?.log_tail ?? "");
  show(find("export-stopped", root), exportState.status === "stopped");
  show(find("export-done", root), exportState.status === "completed");
  setText(find("export-done-text", root), exportState.status === "completed" ? doneText(exportState) : "");
  const again = find("export-again", root, "button");
  show(again, !exportState.is_running && exportState.status !== "completed" && leftOf(exportState).length > 0);
  again.disabled = now.isOffline || now.isPushing || now.isTraining;
}
