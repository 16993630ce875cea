// @ts-check
/** Sending exported files to the Hugging Face hub; the token is sent once and kept nowhere. */

import { ApiError, cancelPush, explain, pushExport } from "../../lib/api.js";
import { bytes } from "../../lib/format.js";
import { labelOf } from "../../state/export_commands.js";
import { problemsOf, pushBadge, pushText, TOKEN_HELP } from "../../state/export_push.js";
import { ask } from "../../ui/dialog.js";
import {
  child, each, fillList, find, findInput, onSubmit, part, setText, show, showText, tell,
} from "../../lib/dom.js";

/** @type {Record<string, string>} */
const FIELDS = { repo_id: "push-repo", token: "push-token", targets: "push-targets" };

/** @param {HTMLElement} root @param {ExportDesk} desk */
export function mountPush(root, desk) {
  const [repo, token] = [findInput("push-repo", root), findInput("push-token", root)];
  /** @type {ShownExport | null} */
  let shown = null;
  onSubmit(find("push-form", root), async () => {
    if (!shown) return;
    clear(root);
    const targets = each(root, "input", "[name=push-target]:checked").map((box) => box.value);
    const isPrivate = findInput("push-private", root).checked;
    const wanted = { session_id: shown.id, repo_id: repo.value.trim(), targets, private: isPrivate };
    const typed = token.value.trim();
    const problems = problemsOf({ ...wanted, token: typed }, Boolean(shown.plan?.has_hub_token));
    if (Object.keys(problems).length) mark(root, problems);
    else await attempt(() => pushExport({ ...wanted, token: typed || undefined }), true);
  });
  find("push-cancel", root).addEventListener("click", async () => {
    const id = shown?.id ?? "";
    const text = "The repository shows nothing of this push. What has been sent is not sent again next time.";
    if (await ask({ title: "Stop the push?", text, yes: "Stop it" })) attempt(() => cancelPush(id), false);
  });

  /** @param {() => Promise<ExportState>} action @param {boolean} isStart */
  async function attempt(action, isStart) {
    const isDone = await desk.attempt(action, (error) => refuse(root, error));
    if (!isDone || !isStart) return;
    token.value = "";
    desk.focusSoon("push-state-title");
  }

  return {
    /** @param {ShownExport} next */
    render(next) {
      const isNew = next.id !== shown?.id;
      shown = next;
      show(find("export-push", root), next.files.length > 0);
      if (isNew) clear(root);
      if (isNew) repo.value = next.exportState?.push?.repo_id ?? "";
      if (!next.files.length) return;
      const { isPushing, isExporting, isOffline } = next.now;
      find("push-start", root, "button").disabled = isPushing || isExporting || isOffline;
      setText(find("push-wait", root), isExporting ? "An export is under way: push when it has ended." : "");
      setText(find("push-token-help", root), next.plan?.has_hub_token ? TOKEN_HELP.server : TOKEN_HELP.none);
      fillTargets(root, next);
      drawState(root, next.exportState?.push ?? null, isNew);
    },
    enter: () => clear(root),
    leave() {
      token.value = "";
    },
  };
}

/** @param {HTMLElement} root */
function clear(root) {
  show(find("push-error", root), false);
  for (const ref of Object.values(FIELDS)) {
    show(find(`${ref}-error`, root), false);
    find(ref, root).removeAttribute("aria-invalid");
  }
}

/** Put a refusal beside the fields it names, and in words above the button.
 * @param {HTMLElement} root @param {unknown} error */
function refuse(root, error) {
  tell(root, "push-error", explain(error));
  if (error instanceof ApiError) mark(root, error.fields);
}

/** Problems beside their fields, the first of which gets the focus.
 * @param {HTMLElement} root @param {Record<string, string>} problems */
function mark(root, problems) {
  const names = Object.keys(FIELDS).filter((name) => problems[name]);
  for (const name of names) {
    showText(find(`${FIELDS[name]}-error`, root), problems[name]);
    if (name !== "targets") find(FIELDS[name], root).setAttribute("aria-invalid", "true");
  }
  const first = names.length ? find(FIELDS[names[0]], root) : null;
  (first instanceof HTMLInputElement ? first : first?.querySelector("input"))?.focus();
}

/** The files as boxes: those that are there for the first time are chosen unless they are out of date.
 * @param {HTMLElement} root @param {ShownExport} shown */
function fillTargets(root, { id, files }) {
  const list = find("push-targets", root);
  const key = [id, ...files.map((file) => `${file.target} ${file.is_stale}`)].join("\n");
  if (list.dataset.key === key) return;
  const isSame = list.dataset.key?.startsWith(`${id}\n`);
  const off = isSame ? each(list, "input", ":not(:checked)").map((box) => box.value) : [];
  list.dataset.key = key;
  fillList(list, "push-target", files, (row, file) => {
    const { target: value, is_stale: isStale, size_bytes: size } = file;
    Object.assign(child(row, "input"), { value, checked: !isStale && !off.includes(value), disabled: isStale });
    setText(part(row, "push-target__name"), `${labelOf(file)}, ${bytes(size)}${isStale ? ", out of date" : ""}`);
  });
}

/** @param {HTMLElement} root @param {PushState | null} push
 * @param {boolean} isNew whether the run has just been chosen */
function drawState(root, push, isNew) {
  const badge = find("push-status", root);
  show(badge, Boolean(push));
  show(find("push-state", root), Boolean(push));
  const card = find("export-push", root, "details");
  if (isNew) card.open = Boolean(push?.is_running);
  if (!push) return;
  const { text, status } = pushBadge(push);
  badge.dataset.status = status;
  setText(badge, text);
  setText(find("push-state-title", root), `${push.repo_id}${push.private ? " (private)" : ""}`);
  show(find("push-moving", root), push.is_running);
  find("push-meter", root, "progress").value = push.fraction;
  setText(find("push-text", root), pushText(push));
  find("push-state", root).dataset.level = push.failure ? "bad" : push.status === "completed" ? "good" : "";
  const link = find("push-link", root, "a");
  show(link, push.status === "completed");
  link.href = push.url;
  setText(link, push.url);
}
