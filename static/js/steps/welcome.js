// @ts-check
/** The first visit: what this is, and the demo run in one click. */

import { explain, startRun } from "../lib/api.js";
import { find, setText, show } from "../lib/dom.js";
import { unchanged } from "../lib/latest.js";

/** @param {HTMLElement} root @param {any} context */
export function mount(root, context) {
  const button = /** @type {HTMLButtonElement} */ (find("start-demo", root));
  const fail = (/** @type {string} */ text) => {
    show(find("demo-error", root), text !== "");
    setText(find("demo-error", root), text);
  };
  button.addEventListener("click", async () => {
    button.disabled = true;
    fail("");
    const isStillHere = unchanged(() => context.store.get().route.step);
    try {
      const { session_id: id } = await startRun(context.boot.demo);
      if (isStillHere()) context.go("monitor", id);
    } catch (error) {
      fail(explain(error));
    } finally {
      button.disabled = false;
    }
  });
  return {};
}
