// @ts-check
/** The start itself: the button, the second word that a run needs which can hardly learn, and what a start is refused
 * for. */

import { ApiError, explain, startRun } from "../../lib/api.js";
import { blockersText } from "../../state/plan.js";
import { unchanged } from "../../lib/latest.js";
import { find, findInput, onSubmit, setText, tell } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {Context} context */
export function mountStart(root, context) {
  const button = find("start", document, "button");
  const config = () => context.store.get().draft.config;
  const fail = (/** @type {string} */ text) => tell(root, "start-error", text);
  let [isSubmitted, isStarting] = [false, false];
  /** The draft for which a second word is asked, and why. */
  let doubt = { about: "", text: "" };
  onSubmit(find("start-form", root), () => { isSubmitted = true; render(context.store.get()); });
  find("start-anyway-go", root).addEventListener("click", () => begin(true));

  /** Begin, now that the plan is that of the draft, or ask for a second word. @param {PlanState} plan */
  function decide(plan) {
    isSubmitted = false;
    const doubts = blockersText(plan);
    return doubts ? hesitate(doubts) : begin(false);
  }

  /** Ask for a second word. @param {string} text */
  function hesitate(text) {
    doubt = { about: JSON.stringify(config()), text };
    render(context.store.get());
    find("start-anyway-go", root).focus();
  }

  /** @param {boolean} anyway also if the run can hardly learn */
  async function begin(anyway) {
    isStarting = true;
    doubt = { about: "", text: "" };
    fail("");
    render(context.store.get());
    const isAsStarted = unchanged(config);
    const isStillHere = unchanged(() => context.store.get().route.step);
    try {
      const { session_id: id } = await startRun(config(), findInput("run-id", root).value.trim(), anyway);
      if (isAsStarted()) context.patchDraft({ isDirty: false, forkOf: null });
      findInput("run-id", root).value = "";
      if (isStillHere()) context.go("monitor", id);
      else context.say(`${id} has been started.`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "needs_consent" && isAsStarted() && isStillHere()) return hesitate(error.message);
      fail(refusalText(error));
      if (isAsStarted()) putProblems(context, error.fields);
      if (!isStillHere()) context.say(`Not started. ${explain(error)}`, "error");
    } finally {
      isStarting = false;
      render(context.store.get());
    }
  }

  /** @param {State} state */
  function render({ plan }) {
    if (isSubmitted && plan.status !== "checking") decide(plan);
    tell(root, "start-anyway", doubt.about === JSON.stringify(config()) ? doubt.text : "");
    button.disabled = isStarting || isSubmitted || plan.status === "refused" || plan.status === "offline";
    setText(button.querySelector("span"), isStarting || isSubmitted ? "Checking data and model" : "Start training");
  }
  return { render, enter: () => { isSubmitted = false; fail(""); } };
}

/** @param {ApiError} error */
function refusalText({ fields, message, hint }) {
  const more = Object.entries(fields).map(([field, problem]) => `${field}: ${problem}`);
  return [message, ...more.filter((text) => !message.includes(text)).map((text) => `${text}.`), hint].join(" ");
}

/** What only the start finds out, such as a missing column, belongs next to its setting, too.
 * @param {Context} context @param {Record<string, string>} problems by setting */
function putProblems(context, problems) {
  const { plan } = context.store.get();
  context.patch({ plan: { ...plan, errors: { ...plan.errors, ...problems } } });
}
