// @ts-check
/** Step 3: the training settings, drawn from the schema in its tiers, and the run as text. */

import { drawFields, problemOf, showFields } from "../forms/form.js";
import { labelOf } from "../forms/schema.js";
import { asCurl, asJson, asPython } from "../state/scripts.js";
import { copy } from "../ui/copy.js";
import { mountTabs } from "../ui/tabs.js";
import { check, clone, find, findInput, part, setText, show, valueIn } from "../lib/dom.js";

const SECTIONS = ["training", "grpo", "pre_training", "resources"];
/** Settings in the order people think of them; what the schema has beyond them goes into the last group. */
const GROUPS = [
  ["Duration", "How long it trains.",
    "name training.num_epochs training.max_steps training.samples_per_epoch training.seed"],
  ["One step", "Completions are compared within their group, so a step holds whole groups.",
    "training.num_generations training.batch_size training.gradient_accumulation_steps grpo.steps_per_generation " +
    "grpo.num_iterations"],
  ["Learning rate", "The setting that most often decides between learning and collapse.",
    "training.learning_rate training.warmup_steps training.lr_scheduler_type"],
  ["Answers", "What the model may write, and how freely.",
    "training.max_sequence_length training.max_new_tokens training.temperature training.top_p training.top_k"],
  ["Warm-up before GRPO",
    "A few supervised examples teach the form of an answer, so that some completions can score at all.",
    "pre_training.enabled pre_training.epochs pre_training.max_samples pre_training.learning_rate " +
    "pre_training.batch_size"],
  ["Staying close to the base model", "How far one step, and the whole run, may move.",
    "grpo.kl_penalty grpo.clip_range grpo.epsilon_high training.max_grad_norm"],
  ["Algorithm in detail", "Automatic takes the algorithm’s own value.",
    "grpo.importance_sampling_level grpo.loss_type grpo.scale_rewards grpo.mask_truncated"],
  ["Optimiser", "", "training.optim training.weight_decay"],
  ["Checkpoints and scores on the way", "", "training.save_steps training.save_total_limit training.eval_steps"],
  ["Machine and the rest", "", ""],
].map(([title, note, names]) => ({ title, note, names: names.split(" ") }));
/** @type {Record<string, string[]>} */
const TIERS = {
  recommended: ["essential"], custom: ["essential", "advanced"], advanced: ["essential", "advanced", "expert"],
};
const ELSEWHERE = ["grpo.algorithm"];
/** What other tools and papers call a setting, for the search. @type {Record<string, string>} */
const OTHER_NAMES = {
  "grpo.kl_penalty": "beta kl_coef", "grpo.clip_range": "epsilon", "grpo.num_iterations": "mu",
  "training.num_generations": "G group num_samples", "training.batch_size": "per_device_train_batch_size",
  "training.max_new_tokens": "max_completion_length", "training.optim": "optimizer adam",
  "pre_training.enabled": "sft supervised pre-training", "training.learning_rate": "lr",
  "resources.gpus": "cuda device",
};

/** @param {HTMLElement} root @param {Context} context */
export function mount(root, context) {
  const groups = drawGroups(find("config-groups", root), context);
  const search = findInput("setting-search", root);
  const tabs = mountTabs(root, () => render(context.store.get()));
  search.addEventListener("input", () => render(context.store.get()));
  find("tiers", root).addEventListener("change", (event) => context.patchDraft({ mode: valueIn(event) }));
  const code = find("outside-code", root);
  find("outside-copy", root).addEventListener("click", () => copy(code.textContent ?? "", context.say));

  /** @param {State} state */
  function render(state) {
    check(root, "tier", state.draft.mode);
    const words = state.plan.value?.step.words;
    setText(find("config-words", root), words ?? "Every setting shows its unit, what it does and what usually works.");
    let isAnyShown = false;
    for (const { card, drawn } of groups) {
      const visible = drawn.filter((control) => isShown(control.field, state, search.value));
      for (const control of drawn) show(control.element, visible.includes(control));
      show(card, visible.length > 0);
      isAnyShown ||= visible.length > 0;
      showFields(visible, state);
    }
    show(find("config-empty-search", root), !isAnyShown);
    renderOutside(root, state, tabs?.selected() ?? "resolved");
  }
  return { render };
}

/** A setting of the chosen tier, one that is searched for, or one with a problem, wherever it hides.
 * @param {ShownField} field @param {State} state @param {string} search */
function isShown(field, state, search) {
  const wanted = search.trim().toLowerCase();
  const { name, help } = field;
  const words = `${name} ${labelOf(name)} ${help} ${OTHER_NAMES[name] ?? ""}`.toLowerCase();
  if (wanted) return words.includes(wanted);
  if (problemOf(state.plan.errors, field.name)) return true;
  return name === "name" || TIERS[state.draft.mode].includes(field.tier);
}

/** @param {HTMLElement} host @param {Context} context */
function drawGroups(host, context) {
  const placed = new Set([...GROUPS.flatMap((group) => group.names), ...ELSEWHERE]);
  const rest = context.boot.fields.map((field) => field.name)
    .filter((name) => SECTIONS.includes(name.split(".")[0]) && !placed.has(name));
  return GROUPS.map((group, index) => {
    const card = clone("group");
    const title = part(card, "group__title");
    setText(title, group.title);
    title.id = `group-${index}`;
    card.setAttribute("aria-labelledby", title.id);
    setText(part(card, "card__note"), group.note);
    host.append(card);
    const names = index === GROUPS.length - 1 ? rest : group.names;
    return { card, drawn: drawFields(part(card, "fields"), names, context) };
  });
}

/** @type {Record<string, string>} */
const NOTES = {
  resolved: "Every value as it will run on this machine; null takes the algorithm’s own.",
  curl: "Starts the run from a shell on this machine.",
  python: "Starts the run and follows it; needs nothing but Python.",
};

/** @param {HTMLElement} root @param {State} state @param {string} tab */
function renderOutside(root, { draft: { config }, plan }, tab) {
  /** @type {Record<string, () => string>} */
  const texts = {
    resolved: () => (plan.value ? asJson(plan.value.config) : ""),
    curl: () => asCurl(config, location.origin),
    python: () => asPython(config, location.origin),
  };
  setText(find("outside-note", root), NOTES[tab]);
  setText(find("outside-code", root), texts[tab]?.() ?? "");
}
