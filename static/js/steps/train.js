// @ts-check
/** Step 5 before a run: everything decided so far in one place, and the start. */

import { ApiError, explain, startRun } from "../lib/api.js";
import { count, duration, percent, setting } from "../lib/format.js";
import { unchanged } from "../lib/latest.js";
import { formatRoute } from "../lib/router.js";
import { rewardText } from "../state/rewards_text.js";
import { facts, fillNotices } from "../ui/facts.js";
import { problemsByStep } from "../state/draft.js";
import { child, fillList, find, findInput, onSubmit, part, setText, show, showText, tell } from "../lib/dom.js";

/** @param {HTMLElement} root @param {Context} context */
export function mount(root, context) {
  const start = find("start", document, "button");
  const name = findInput("run-name", root);
  let isStarting = false;
  name.addEventListener("input", () => context.set({ name: name.value.trim() || undefined }));
  onSubmit(find("start-form", root), async () => {
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

  const fail = (/** @type {string} */ text) => tell(root, "start-error", text);

  /** What only the start finds out, such as a missing column, belongs next to its setting, too, if the draft is still
   * that one. @param {ApiError} error @param {boolean} isOfThisDraft */
  function refuse({ fields, message, hint }, isOfThisDraft) {
    const more = Object.entries(fields).map(([field, problem]) => `${field}: ${problem}`);
    fail([message, ...more.filter((text) => !message.includes(text)).map((text) => `${text}.`), hint].join(" "));
    const { plan } = context.store.get();
    if (isOfThisDraft) context.patch({ plan: { ...plan, errors: { ...plan.errors, ...fields } } });
  }

  /** @param {State} state */
  function render(state) {
    const { plan, draft } = state;
    setText(find("review-words", root), plan.value?.step.words ?? "");
    if (document.activeElement !== name) name.value = draft.config.name ?? "";
    const origin = `This draft began as a copy of ${draft.forkOf}. It starts as a run of its own.`;
    tell(root, "review-fork", draft.forkOf ? origin : "");
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

/** @param {HTMLElement} row @param {ReturnType<typeof parts>[number]} summary */
function fillPart(row, summary) {
  setText(part(row, "review__title"), summary.title);
  const edit = part(row, "review__edit", "a");
  edit.href = formatRoute({ step: summary.step });
  edit.setAttribute("aria-label", `Change ${summary.title.toLowerCase()}`);
  facts(child(row, "dl"), summary.facts);
  showText(part(row, "field__error"), summary.problems ? `${summary.problems} to settle on that page` : "");
}

/** @param {Context} context @param {State} state */
function parts({ boot, get }, { plan }) {
  const problems = problemsByStep(plan.errors);
  const rows = `${setting(get("pre_training.max_samples") ?? "all")} rows`;
  const warm = get("pre_training.enabled") ? `${rows}, ${setting(get("pre_training.epochs"))} epochs` : "off";
  const estimate = plan.value?.estimate;
  const quantization = get("model.quantization");
  const heldOut = percent(get("dataset.validation_fraction"));
  /** @type {{step: string, title: string, facts: [string, string][]}[]} */
  const all = [
    { step: "model", title: "Model", facts: [
      ["Base model", get("model.name")],
      ["LoRA rank, alpha", `${get("model.lora_rank")}, ${get("model.lora_alpha")}`],
      ["Weights", quantization === "none" ? "16 or 32 bit" : quantization],
    ] },
    { step: "dataset", title: "Dataset and prompt", facts: [
      ["Source", get("dataset.source")],
      ["Question, answer", `${get("dataset.instruction_field")}, ${get("dataset.response_field") ?? "none"}`],
      ["Held out", `${heldOut}, at most ${count(get("dataset.validation_samples"))}`],
      ["Prompt template", get("prompt.template")],
      ["Thinking", get("prompt.thinking")],
    ] },
    { step: "config", title: "Configuration", facts: [
      ["Warm-up", warm],
      ["GRPO steps", count(estimate?.steps)],
      ["Learning rate", setting(get("training.learning_rate"))],
      ["Answer, at most", `${count(get("training.max_new_tokens"))} tokens`],
      ["Time", estimate?.seconds ? `about ${duration(estimate.seconds)}` : "not known yet"],
    ] },
    { step: "reward", title: "Reward", facts: [
      ["Algorithm", boot.titleOfAlgorithm(get("grpo.algorithm"))],
      ["Scored by", rewardText(get)],
    ] },
  ];
  return all.map((summary) => ({ ...summary, problems: problems[summary.step] ?? 0 }));
}

/** @param {QueueState | null} queue */
function queueText(queue) {
  const running = Object.values(queue?.running ?? {}).filter(Boolean).length;
  const waiting = queue?.waiting?.length ?? 0;
  if (!running) return "Nothing else is running: it starts at once.";
  const at = running === 1 ? "A run" : `${running} runs`;
  return `${at} at work${waiting ? `, ${waiting} waiting` : ""}: this one waits in the queue.`;
}
