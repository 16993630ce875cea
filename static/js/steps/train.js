// @ts-check
/** Step 5 before a run: everything decided so far in one place, and the start. */

import { ApiError, explain, startRun } from "../lib/api.js";
import { fillList, find, findInput, part, setText, show } from "../lib/dom.js";
import { count, duration, percent, setting } from "../lib/format.js";
import { unchanged } from "../lib/latest.js";
import { formatRoute } from "../lib/router.js";
import { rewardText } from "../state/rewards_text.js";
import { facts, fillNotices } from "../ui/facts.js";
import { problemsByStep } from "../state/draft.js";

/** @param {HTMLElement} root @param {any} context */
export function mount(root, context) {
  const start = /** @type {HTMLButtonElement} */ (find("start"));
  const name = findInput("run-name", root);
  let isStarting = false;
  name.addEventListener("input", () => context.set({ name: name.value.trim() || undefined }));
  find("start-form", root).addEventListener("submit", async (event) => {
    event.preventDefault();
    isStarting = true;
    fail("");
    render(context.store.get());
    const { config } = context.store.get().draft;
    const isAsStarted = unchanged(() => context.store.get().draft.config);
    const isStillHere = unchanged(() => context.store.get().route.step);
    try {
      const { session_id: id } = await startRun(config, findInput("run-id", root).value.trim());
      if (isAsStarted()) context.patchDraft({ isDirty: false, forkOf: null });
      findInput("run-id", root).value = "";
      if (isStillHere()) context.go("monitor", id);
      else context.say(`${id} has been started.`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refuse(error, isAsStarted());
      if (!isStillHere()) context.say(`Not started. ${explain(error)}`, "error");
    } finally {
      isStarting = false;
      render(context.store.get());
    }
  });

  /** @param {string} text */
  function fail(text) {
    setText(find("start-error-text", root), text);
    show(find("start-error", root), text !== "");
  }

  /** What only the start finds out, such as a missing column, belongs next to its setting, too, if the draft is still that one.
   * @param {ApiError} error @param {boolean} isOfThisDraft */
  function refuse(error, isOfThisDraft) {
    const fields = Object.entries(error.fields).map(([field, problem]) => `${field}: ${problem}.`);
    fail([error.message, ...fields.filter((text) => !error.message.includes(text.slice(0, -1))), error.hint].join(" "));
    if (isOfThisDraft) context.store.update(withProblems(error.fields));
  }

  /** @param {any} state */
  function render(state) {
    const { plan, draft } = state;
    setText(find("review-words", root), plan.value?.step.words ?? "");
    if (document.activeElement !== name) name.value = draft.config.name ?? "";
    show(find("review-fork", root), Boolean(draft.forkOf));
    setText(find("review-fork-text", root), `This draft began as a copy of ${draft.forkOf}. It starts as a run of its own.`);
    fillList(find("review", root), "review", parts(context, state), fillPart);
    const notices = plan.value?.notices ?? [];
    show(find("review-notices", root), notices.length > 0);
    fillNotices(find("review-notice-list", root), notices);
    setText(find("queue-text", root), queueText(state.queue));
    start.disabled = isStarting || plan.status === "refused" || plan.status === "offline";
    setText(start.querySelector("span"), isStarting ? "Checking data and model" : "Start training");
  }
  return { render, enter: () => fail("") };
}

/** The plan with what only the start has found out. @param {Record<string, string>} fields @returns {(state: any) => any} */
const withProblems = (fields) => (state) => ({ ...state, plan: { ...state.plan, errors: { ...state.plan.errors, ...fields } } });

/** @param {HTMLElement} row @param {any} item */
function fillPart(row, item) {
  setText(part(row, "review__title"), item.title);
  const edit = /** @type {HTMLAnchorElement} */ (part(row, "review__edit"));
  edit.href = formatRoute({ step: item.step });
  edit.setAttribute("aria-label", `Change ${item.title.toLowerCase()}`);
  facts(/** @type {HTMLElement} */ (row.querySelector("dl")), item.facts);
  const problem = part(row, "field__error");
  setText(problem, item.problems ? `${item.problems} to settle on that page` : "");
  show(problem, item.problems > 0);
}

/** @param {any} context @param {any} state */
function parts(context, state) {
  const { get } = context;
  const problems = problemsByStep(state.plan.errors);
  const warm = get("pre_training.enabled") ? `${setting(get("pre_training.max_samples") ?? "all")} rows, ${setting(get("pre_training.epochs"))} epochs` : "off";
  const estimate = state.plan.value?.estimate;
  return [
    { step: "model", title: "Model", facts: [["Base model", get("model.name")], ["LoRA rank, alpha", `${get("model.lora_rank")}, ${get("model.lora_alpha")}`], ["Weights", get("model.quantization") === "none" ? "16 or 32 bit" : get("model.quantization")]] },
    { step: "dataset", title: "Dataset and prompt", facts: [["Source", get("dataset.source")], ["Question, answer", `${get("dataset.instruction_field")}, ${get("dataset.response_field")}`], ["Held out", `${percent(get("dataset.validation_fraction"))}, at most ${count(get("dataset.validation_samples"))}`], ["Prompt template", get("prompt.template")]] },
    { step: "config", title: "Configuration", facts: [["Warm-up", warm], ["GRPO steps", count(estimate?.steps)], ["Learning rate", setting(get("training.learning_rate"))], ["Answer, at most", `${count(get("training.max_new_tokens"))} tokens`], ["Time", estimate?.seconds ? `about ${duration(estimate.seconds)}` : "not known yet"]] },
    { step: "reward", title: "Reward", facts: [["Algorithm", String(get("grpo.algorithm")).toUpperCase().replace("_", " ")], ["Scored by", rewardText(get)]] },
  ].map((item) => ({ ...item, problems: problems[item.step] ?? 0 }));
}

/** @param {any} queue */
function queueText(queue) {
  const running = Object.values(queue?.running ?? {}).filter(Boolean).length;
  const waiting = queue?.waiting?.length ?? 0;
  if (!running) return "Nothing else is running: it starts at once.";
  return `${running === 1 ? "A run" : `${running} runs`} at work${waiting ? `, ${waiting} waiting` : ""}: this one waits in the queue.`;
}
