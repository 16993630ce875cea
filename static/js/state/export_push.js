// @ts-check
/** A push to the hub in words; pure. */

import { percent, words } from "../lib/format.js";

export const TOKEN_HELP = {
  server: "Leave it empty to use the server’s own (HF_TOKEN). " +
    "A token typed here is used for this push only and kept nowhere.",
  none: "One with write permission, from huggingface.co/settings/tokens. " +
    "It is used for this push only and kept nowhere.",
};

/** What can be seen to be missing before the server is asked, by the name of the field.
 * @param {{repo_id: string, targets: string[], token: string}} wanted
 * @param {boolean} hasOwn whether the server has a token of its own
 * @returns {Record<string, string>} */
export function problemsOf({ repo_id: repo, targets, token }, hasOwn) {
  return {
    ...(/^[^/\s]+\/[^/\s]+$/.test(repo) ? {} : { repo_id: "Type owner/name, such as your-name/my-model." }),
    ...(targets.length ? {} : { targets: "Choose at least one." }),
    ...(token || hasOwn ? {} : { token: "Type a token: the server has none of its own." }),
  };
}

/** @param {PushState} push @returns {{text: string, status: string}} */
export function pushBadge(push) {
  if (push.is_running) return { text: push.status === "stopping" ? "Stopping" : "Pushing", status: "running" };
  return { text: push.status === "completed" ? "Pushed" : words(push.status), status: push.status };
}

/** @type {Record<string, string>} */
const PHASES = {
  connecting: "Opening the repository", uploading: "Sending", committing: "Making the files visible",
};

/** What a push is doing or how it ended. @param {PushState} push */
export function pushText(push) {
  if (push.is_running) {
    const detail = push.phase === "uploading" ? push.detail : "";
    return [PHASES[push.phase ?? ""] ?? "Starting", detail, percent(push.fraction)].filter(Boolean).join(" · ");
  }
  if (push.failure) return `${push.failure.cause} ${push.failure.cure}`;
  if (push.status === "completed") return "The repository shows the files, with a model card.";
  return "It was cancelled: the repository shows nothing of it.";
}
