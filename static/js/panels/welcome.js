// @ts-check
/** Start the demo run, or one of the user's own. */

import { ApiError, startRun } from "../lib/api.js";
import { fillList, find, setText } from "../lib/dom.js";

/** @param {(id: string) => void} onStarted @param {(text: string) => void} say */
export function mountWelcome(onStarted, say) {
  const demo = JSON.parse(find("demo-config").textContent ?? "{}");
  const input = /** @type {HTMLTextAreaElement} */ (find("run-config"));
  input.value = JSON.stringify(demo, null, 2);
  find("start-demo").addEventListener("click", async () => {
    try {
      onStarted((await startRun(demo)).session_id);
    } catch (error) {
      say(explain(error).join(" "));
    }
  });
  find("run-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const errors = find("run-errors");
    try {
      onStarted((await startRun(JSON.parse(input.value))).session_id);
      errors.replaceChildren();
    } catch (error) {
      fillList(errors, "text", explain(error), setText);
    }
  });
}

/** @param {unknown} error @returns {string[]} */
export function explain(error) {
  if (error instanceof ApiError) {
    const fields = Object.entries(error.fields).map(([name, problem]) => `${name}: ${problem}`);
    return fields.length ? fields : [`${error.message} ${error.hint}`];
  }
  if (error instanceof SyntaxError) return [`This is not JSON: ${error.message}`];
  throw error;
}
