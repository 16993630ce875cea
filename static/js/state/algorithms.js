// @ts-check
/** The algorithms in words, and when the present settings leave one without effect; pure. */

export const ALGORITHMS = [
  {
    value: "grpo", title: "GRPO", when: "The place to start.",
    text: "Compares the answers to one question with their mean, in units of their spread.",
  },
  {
    value: "gspo", title: "GSPO", when: "For several passes over the same answers. On-policy it equals GRPO.",
    text: "Weighs a whole answer by one ratio instead of each token by its own.",
  },
  {
    value: "or_grpo", title: "OR-GRPO",
    text: "Our own: measures from the group’s median, caps what one answer can pull at ±3, and leaves cut answers out.",
    when: "For graded scores that are sometimes wrong, such as a judge’s. " +
      "With right-or-wrong scores it mostly equals GRPO.",
  },
  {
    value: "dr_grpo", title: "Dr. GRPO",
    text: "Subtracts the mean without dividing by the spread, and makes no difference by length.",
    when: "If answers grow longer without getting better, or nearly solved questions pull too hard.",
  },
  {
    value: "dapo", title: "DAPO", when: "For long answers that hit the limit.",
    text: "Lets unlikely tokens rise further before they are clipped, and leaves cut answers out.",
  },
];

/** The name of the chosen algorithm. @param {Get} get */
export const algorithmOf = (get) => String(get("grpo.algorithm")).toUpperCase().replace("_", " ");

/** Whether every batch of completions is used for exactly one optimiser step, so that all ratios are 1.
 * @param {Get} get */
export function isOnPolicy(get) {
  const accumulation = get("training.gradient_accumulation_steps");
  return get("grpo.num_iterations") === 1 && (get("grpo.steps_per_generation") ?? accumulation) === accumulation;
}

/** What of the chosen algorithm the present settings undo, and what to change; "" when nothing. @param {Get} get */
export function noteOn(get) {
  const algorithm = get("grpo.algorithm");
  if (algorithm === "dapo") return noteOnDapo(get);
  if (algorithm === "dr_grpo") return noteOnDrGrpo(get);
  if (algorithm !== "gspo" || !isOnPolicy(get)) return "";
  return isGrpo("every batch of answers is used for one step, so all ratios are 1", get);
}

/** @param {string} why @param {Get} get */
const isGrpo = (why, get) => `With the present settings this is GRPO: ${why}. Set ${offPolicy(get)}`;

/** @param {Get} get */
const offPolicy = (get) => "passes over the same answers (num iterations) to 2, or steps per generation above " +
  `${get("training.gradient_accumulation_steps")}.`;

/** @param {Get} get */
function noteOnDapo(get) {
  const masks = get("grpo.mask_truncated") !== false;
  if (isOnPolicy(get) && !masks) return isGrpo("nothing is clipped on-policy, and mask truncated is off", get);
  if (isOnPolicy(get)) {
    const left = "what remains of DAPO is that cut answers are left out";
    return `While training is on-policy nothing is clipped; ${left}. For the rest: set ${offPolicy(get)}`;
  }
  return masks ? "" : "Mask truncated is off in the configuration, so cut answers count after all.";
}

/** @param {Get} get */
function noteOnDrGrpo(get) {
  const scale = get("grpo.scale_rewards");
  const loss = get("grpo.loss_type");
  const undone = [
    scale && scale !== "none" ? `scale rewards is set to ${scale}, which divides by the spread after all` : "",
    loss && loss !== "dr_grpo" ? `loss type is set to ${loss}, which averages over tokens again` : "",
  ].filter(Boolean);
  return undone.length ? `In the configuration ${undone.join(", and ")}. Leave it automatic to get Dr. GRPO.` : "";
}
