// @ts-check
/** The first visit: what this is, and the demo run in one click. */

import { attempt, startRun } from "../lib/api.js";
import { unchanged } from "../lib/latest.js";
import { find, showText } from "../lib/dom.js";

/** @param {HTMLElement} root @param {Context} context */
export function mount(root, context) {
  const button = find("start-demo", root, "button");
  const fail = (/** @type {string} */ text) => showText(find("demo-error", root), text);
  button.addEventListener("click", async () => {
    button.disabled = true;
    fail("");
    const isStillHere = unchanged(() => context.store.get().route.step);
    await attempt(async () => {
      const { session_id: id } = await startRun(context.boot.demo);
      if (isStillHere()) context.go("monitor", id);
    }, fail).finally(() => {
      button.disabled = false;
    });
  });
  return {};
}
