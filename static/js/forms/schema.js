// @ts-check
/** The settings as the server describes them: by name, by section, their defaults, their text and value; pure. */

import { typedNumber } from "../lib/format.js";

/** @param {ShownField[]} fields @returns {Section} */
export const defaultsOf = (fields) => Object.fromEntries(fields.map((field) => [field.name, field.default]));

/** A setting of which nothing is said. */
export const PLAIN = {
  nullable: false, choices: [], minimum: null, maximum: null, exclusive_minimum: false, exclusive_maximum: false,
  type: "", unit: "", typical: "", tier: "",
};

/** Words that a plain reading of the name would not give. */
const LABELS = /** @type {Record<string, string>} */ ({
  name: "Run name", lr_scheduler_type: "LR scheduler", optim: "Optimiser", kl_penalty: "KL penalty",
  top_p: "Top-p", top_k: "Top-k",
  lora_rank: "LoRA rank", lora_alpha: "LoRA alpha", lora_dropout: "LoRA dropout", num_epochs: "Epochs", gpus: "GPU",
  num_generations: "Group size", max_new_tokens: "Max new tokens", max_grad_norm: "Max gradient norm",
  "dataset.max_samples": "Rows used", "pre_training.max_samples": "Warm-up rows",
  "pre_training.enabled": "Warm up before GRPO", "pre_training.epochs": "Warm-up epochs",
  "pre_training.learning_rate": "Warm-up learning rate", "pre_training.batch_size": "Warm-up batch size",
  "dataset.kind": "Kind of source", "training.eval_steps": "Evaluate every", "training.save_steps": "Checkpoint every",
  "training.save_total_limit": "Checkpoints kept",
});

/** A setting's name for people. @param {string} name */
export function labelOf(name) {
  const last = name.split(".").at(-1) ?? name;
  const text = (LABELS[name] ?? LABELS[last] ?? last).replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a value looks like in its input. @param {ShownField} field @param {unknown} value */
export function toText(field, value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return JSON.stringify(value);
  const isTiny = field.kind === "number" && value !== 0 && Math.abs(Number(value)) < 1e-3;
  return isTiny ? Number(value).toExponential() : String(value);
}

/** The value of what was typed; undefined stands for the default, and text that can't be read is handed on for the
 * server to refuse. @param {ShownField} field @param {string} text @returns {unknown} */
export function fromText(field, text) {
  const bare = text.trim();
  if (bare === "") return field.nullable ? null : undefined;
  if (field.kind === "integer" || field.kind === "number") {
    return typedNumber(bare, field.kind === "integer");
  }
  if (field.kind === "list" || field.kind === "object") {
    try {
      return JSON.parse(bare);
    } catch {
      return bare;
    }
  }
  return text;
}

/** The bounds in words, such as "1 to 512" or "at least 1"; empty when there are none.
 * @param {ShownField} field */
export function boundsOf(field) {
  const { minimum, maximum } = field;
  const [above, below] = [field.exclusive_minimum ? "above " : "", field.exclusive_maximum ? "below " : ""];
  if (minimum !== null && maximum !== null) return `${above}${minimum} to ${below}${maximum}`;
  if (minimum !== null) return `${field.exclusive_minimum ? "more than" : "at least"} ${minimum}`;
  if (maximum !== null) return `${field.exclusive_maximum ? "less than" : "at most"} ${maximum}`;
  return "";
}
