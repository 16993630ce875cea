// @ts-check
/** Step 6: a trained run as files that other programs take, with their proofs, the commands that use them, and the
 * hub. */

import { formatRoute } from "../lib/router.js";
import { endText } from "../state/export_progress.js";
import { baseOf } from "../state/export_commands.js";
import { isSame } from "../state/draft.js";
import { inOrder, isFinal, sessionOf, titleOf } from "../state/sessions.js";
import { changeText } from "../state/scores.js";
import { fillSessions, trained } from "../ui/session_select.js";
import { mountChoice } from "./export/choice.js";
import { createDesk, fetchTemplates, shownOf } from "./export/desk.js";
import { mountFiles } from "./export/files.js";
import { mountProgress } from "./export/progress.js";
import { mountPush } from "./export/push.js";
import { mountUse } from "./export/use.js";
import { find, setText, show } from "../lib/dom.js";
import { facts } from "../ui/facts.js";

/** @param {HTMLElement} root @param {Context} context */
export function mount(root, context) {
  const desk = createDesk(root, context);
  const select = find("export-session", root, "select");
  /** @type {{render: (shown: ShownExport) => void, enter?: () => void, leave?: () => void}[]} */
  const parts = [mountProgress, mountChoice, mountFiles, mountUse, mountPush].map((mountPart) => mountPart(root, desk));
  let planned = "";
  /** @type {{id: string, isExporting: boolean} | null} */
  let before = null;
  select.addEventListener("change", () => context.go("export", select.value));
  context.live.on("connect", () => select.value && desk.plan(select.value));
  document.addEventListener("visibilitychange", () => !document.hidden && !root.hidden && context.live.refreshAll());
  fetchTemplates(desk);

  /** Plan again when what a plan depends on has changed. @param {ShownExport} shown */
  function replan({ id, exportState, files }) {
    const key = [id, exportState?.ended_at, ...files.map((file) => `${file.target} ${file.is_stale}`)].join("\n");
    if (id && key !== planned) desk.plan(id);
    planned = key;
  }

  /** Say when the export that is shown ends. @param {ShownExport} shown */
  function follow({ id, exportState, now }) {
    if (before?.id === id && before.isExporting && exportState && !now.isExporting) {
      context.say(endText(exportState), ["failed", "interrupted"].includes(exportState.status) ? "error" : "info");
      desk.put({ fresh: id });
      const isStillChosen = isSame([...desk.chosenOf(id)].sort(), [...exportState.targets].sort());
      if (exportState.status === "completed" && isStillChosen) desk.choose(id, null);
    }
    before = { id, isExporting: now.isExporting };
  }

  /** @param {State} state */
  function render(state) {
    const asked = sessionOf(state, state.route.session);
    const isNone = trained(state).length === 0;
    show(find("export-none", root), state.isLoaded && isNone);
    show(find("export-body", root), !isNone);
    if (isNone) return;
    fillSessions(select, inOrder(state).filter((run) => run.saved || run === asked), asked?.session_id ?? null);
    follow(shownOf(desk, state, select.value));
    const shown = shownOf(desk, state, select.value);
    renderRun(root, shown);
    replan(shown);
    for (const part of parts) part.render(shown);
  }

  return {
    render,
    enter() {
      desk.fail("");
      context.live.refreshAll(); // that training has gone on, or a folder was deleted, is told to nobody
      planned = "";
      for (const part of parts) part.enter?.();
    },
    leave() {
      desk.put({ fresh: "" });
      for (const part of parts) part.leave?.();
    },
  };
}

/** What is exported: the run in a few facts, or that it has nothing to export.
 * @param {HTMLElement} root @param {ShownExport} shown */
function renderRun(root, { session, plan }) {
  const isSaved = Boolean(session?.saved);
  show(find("export-unsaved", root), Boolean(session) && !isSaved);
  show(find("export-facts", root), isSaved);
  if (!session) return;
  const model = session.model ?? session.config?.model?.name;
  /** @type {[string, string][]} */
  const known = [
    ["Base model", model ? baseOf(model) : ""], ["Held-out score", changeText(session.evaluations)],
    ["Goes to", plan?.folder ?? ""],
  ];
  facts(find("export-facts", root), known.filter(([, text]) => text));
  const why = isFinal(session)
    ? "ended before it had saved an adapter, so there is nothing to export."
    : "has not saved its adapter yet: it can be exported when training has ended.";
  setText(find("export-unsaved-text", root), `“${titleOf(session)}” ${why}`);
  find("export-unsaved-link", root, "a").href = formatRoute({ step: "monitor", session: session.session_id });
}
