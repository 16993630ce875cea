// @ts-check
/** Step 5 before a run: whether it can learn, everything decided so far in one place, and the start. */

import { count, duration, percent, setting } from "../lib/format.js";
import { formatRoute } from "../lib/router.js";
import { rewardText } from "../state/rewards_text.js";
import { facts, fillNotices } from "../ui/facts.js";
import { problemsByStep } from "../state/draft.js";
import { mountReady } from "./train/ready.js";
import { mountStart } from "./train/start.js";
import { child, fillList, find, findInput, part, setText, show, showText, tell } from "../lib/dom.js";

/** @param {HTMLElement} root @param {Context} context */
export function mount(root, context) {
  const name = findInput("run-name", root);
  const [card, start] = [mountReady(root, context), mountStart(root, context)];
  name.addEventListener("input", () => context.set({ name: name.value.trim() || undefined }));

  return {
    enter() {
      start.enter();
      card.again();
    },
    /** @param {State} state */
    render(state) {
      const { plan, draft } = state;
      setText(find("review-words", root), plan.value?.step.words ?? "");
      if (document.activeElement !== name) name.value = draft.config.name ?? "";
      const origin = `This draft began as a copy of ${draft.forkOf}. It starts as a run of its own.`;
      tell(root, "review-fork", draft.forkOf ? origin : "");
      card.render(state);
      fillList(find("review", root), "review", parts(context, state), fillPart);
      const notices = plan.value?.notices ?? [];
      show(find("review-notices", root), notices.length > 0);
      fillNotices(find("review-notice-list", root), notices);
      setText(find("queue-text", root), queueText(state.queue));
      start.render(state);
    },
  };
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
      ["Rows", rowsText(estimate)],
      ["Held out", heldOutText(estimate) ?? `${heldOut}, at most ${count(get("dataset.validation_samples"))}`],
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

/** @param {Estimate | undefined} estimate */
function rowsText(estimate) {
  if (!estimate || estimate.rows === null) return "not counted yet";
  return `${count(estimate.rows)}${estimate.is_checked ? ", checked" : ""}`;
}

/** @param {Estimate | undefined} estimate */
const heldOutText = (estimate) =>
  estimate && estimate.held_out_rows !== null ? `${count(estimate.held_out_rows)} rows` : null;

/** @param {QueueState | null} queue */
function queueText(queue) {
  const running = Object.values(queue?.running ?? {}).filter(Boolean).length;
  const waiting = queue?.waiting?.length ?? 0;
  if (!running) return "Nothing else is running: it starts at once.";
  const at = running === 1 ? "A run" : `${running} runs`;
  return `${at} at work${waiting ? `, ${waiting} waiting` : ""}: this one waits in the queue.`;
}
