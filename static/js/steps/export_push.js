// @ts-check
/** Sending exported files to the Hugging Face hub; the token is sent once and kept nowhere. */

import { ApiError, cancelPush, explain, planExport, pushExport } from "../lib/api.js";
import { fillList, find, findInput, part, setText, show } from "../lib/dom.js";
import { words } from "../lib/format.js";
import { pushText } from "../state/exports.js";

const FIELDS = /** @type {Record<string, string>} */ ({ repo_id: "push-repo", token: "push-token", targets: "push-targets" });

/** @param {HTMLElement} root @param {any} context */
export function mountPush(root, context) {
  const repo = findInput("push-repo", root);
  const token = findInput("push-token", root);
  /** @type {any} */
  let drawn = null;
  find("push-form", root).addEventListener("submit", async (event) => {
    event.preventDefault();
    clear();
    const targets = [...root.querySelectorAll("input[name=push-target]:checked")].map((box) => /** @type {HTMLInputElement} */ (box).value);
    const wanted = { session_id: drawn.session_id, repo_id: repo.value.trim(), targets, private: findInput("push-private", root).checked };
    const typed = token.value;
    token.value = "";
    try {
      context.put(await pushExport(typed ? { ...wanted, token: typed } : wanted));
    } catch (error) {
      refuse(error);
    }
  });
  find("push-cancel", root).addEventListener("click", async () => {
    try {
      context.put(await cancelPush(drawn.session_id));
    } catch (error) {
      refuse(error);
    }
  });
  find("export-push", root).addEventListener("toggle", async () => {
    if (!drawn || !(/** @type {HTMLDetailsElement} */ (find("export-push", root)).open)) return;
    const { has_hub_token: hasToken } = await planExport(drawn.session_id, []).catch(() => ({ has_hub_token: false }));
    setText(find("push-token-help", root), hasToken ? "Leave it empty to use the server’s own (HF_TOKEN)." : "One with write permission, from huggingface.co/settings/tokens. It is used for this push and kept nowhere.");
  });

  function clear() {
    show(find("push-error", root), false);
    for (const ref of Object.values(FIELDS)) show(find(`${ref}-error`, root), false);
    for (const input of [repo, token]) input.removeAttribute("aria-invalid");
  }

  /** @param {unknown} error */
  function refuse(error) {
    const fields = error instanceof ApiError ? Object.entries(error.fields).filter(([name]) => FIELDS[name]) : [];
    for (const [name, problem] of fields) {
      setText(find(`${FIELDS[name]}-error`, root), problem);
      show(find(`${FIELDS[name]}-error`, root), true);
      find(FIELDS[name], root).setAttribute("aria-invalid", "true");
    }
    setText(find("push-error-text", root), explain(error));
    show(find("push-error", root), true);
  }

  return {
    /** @param {import("./export.js").Shown} shown */
    render(shown) {
      const files = shown.one?.files ?? [];
      show(find("export-push", root), files.length > 0);
      const isBusy = Boolean(shown.one?.push?.is_running);
      /** @type {HTMLButtonElement} */ (find("push-start", root)).disabled = isBusy || Boolean(shown.one?.is_running) || shown.isOffline;
      show(find("push-cancel", root), isBusy);
      if (!files.length || shown.one === drawn) return;
      drawn = shown.one;
      fillTargets(root, files);
      drawState(root, drawn.push);
    },
    enter: clear,
  };
}

/** @param {HTMLElement} root @param {any[]} files */
function fillTargets(root, files) {
  const list = find("push-targets", root);
  const key = files.map((file) => file.target).join(" ");
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  fillList(list, "push-target", files, (row, file) => {
    const input = /** @type {HTMLInputElement} */ (row.querySelector("input"));
    Object.assign(input, { value: file.target, checked: true });
    setText(part(row, "push-target__name"), file.title);
  });
}

/** @param {HTMLElement} root @param {any} push */
function drawState(root, push) {
  show(find("push-state", root), Boolean(push));
  if (!push) return;
  const badge = find("push-status", root);
  badge.dataset.status = push.status;
  setText(badge, push.is_running ? "Running" : words(push.status));
  setText(find("push-what", root), `${push.repo_id}${push.private ? ", private" : ""}`);
  show(find("push-meter", root), push.is_running);
  /** @type {HTMLProgressElement} */ (find("push-meter", root)).value = push.fraction ?? 0;
  setText(find("push-text", root), pushText(push));
  const link = /** @type {HTMLAnchorElement} */ (find("push-link", root));
  show(link, push.status === "completed");
  link.href = push.url;
  setText(link, push.url);
}
