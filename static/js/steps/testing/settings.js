// @ts-check
/** How models are asked: the training's template, the system prompt, and the sampling values drawn from the schema. */

import { createField } from "../../forms/field.js";
import { stopsFrom, stopsText, systemInForce, trainingSampling } from "../../state/testing.js";
import { systemOf } from "./asking.js";
import { find, findInput, setText, show, showText } from "../../lib/dom.js";

const NARROW = "(max-width: 62rem)";
const WORDS = /** @type {Record<string, {label?: string, help?: string}>} */ ({
  max_tokens: { label: "Max tokens" }, min_p: { label: "Min-p" },
  seed: {
    help: "Fixes the random numbers, so that the same question gets the same answer. Empty draws a new one each time.",
  },
});

/** @param {HTMLElement} root @param {TestDesk} desk */
export function mountSettings(root, desk) {
  const { get, put } = desk;
  const renderPrompt = mountPrompt(root, desk);
  /** @type {"chat" | "evaluate"} */
  let purpose = "chat";
  /** @type {import("../../forms/field.js").Drawn[]} */
  let drawn = [];
  if (matchMedia(NARROW).matches) find("test-settings", root).removeAttribute("open");

  find("sampling-reset", root).addEventListener("click", () => putSampling({}));
  find("sampling-greedy", root).addEventListener("click", () => patchSampling({ temperature: 0 }));
  find("sampling-training", root).addEventListener("click", () =>
    patchSampling(trainingSampling(desk.session()?.config)));
  const stop = find("test-stop", root, "textarea");
  stop.addEventListener("input", () => patchSampling({ stop: stopsFrom(stop.value) }));

  /** @param {Section} values */
  function putSampling(values) {
    put({ sampling: { ...get().sampling, [purpose]: values }, problems: {} });
  }

  /** @param {Section} values */
  const patchSampling = (values) => putSampling({ ...get().sampling[purpose], ...values });

  function draw() {
    const fields = get().fields.filter((field) => field.name !== "stop");
    drawn = fields.map((field) =>
      createField(field, (name, value) => patchSampling({ [name]: value }), WORDS[field.name]));
    for (const { element, field } of drawn) {
      find(field.tier === "essential" ? "sampling-essential" : "sampling-more", root).append(element);
    }
  }

  return {
    /** @param {string} tab */
    render(tab) {
      purpose = tab === "evaluate" ? "evaluate" : "chat";
      show(find("test-settings", root), tab !== "history");
      show(find("test-prompt-part", root), purpose === "chat");
      if (!drawn.length && get().fields.length) draw();
      renderPrompt(tab);
      const { problems } = get();
      const values = desk.sampling(purpose);
      for (const { field, show: put } of drawn) {
        const value = values[field.name];
        put(value === undefined ? field.default : value, problems[field.name] ?? "");
      }
      if (document.activeElement !== stop) stop.value = stopsText(/** @type {string[]} */ (values.stop));
      const [, ofOneStop = ""] = Object.entries(problems).find(([name]) => name.startsWith("stop.")) ?? [];
      tellProblem("test-stop", problems.stop ?? ofOneStop, root);
      tellProblem("test-system", problems.system ?? "", root);
      show(find("sampling-training", root), Boolean(desk.session()?.config));
      setText(find("sampling-note", root), noteOf(values, purpose));
    },
  };
}

/** A problem beside an input of the page. @param {string} name @param {string} text @param {HTMLElement} root */
export function tellProblem(name, text, root) {
  showText(find(`${name}-error`, root), text);
  find(name, root).setAttribute("aria-invalid", String(text !== ""));
}

/** @param {Section} values @param {string} purpose */
function noteOf(values, purpose) {
  if (values.temperature !== 0) {
    return Number.isInteger(values.seed) ? "A fixed seed: the same question gets the same answer." : "";
  }
  return purpose === "evaluate" ? "Greedy, as training itself scores: the same every time."
    : "Greedy: the likeliest token each time, so the same every time.";
}

/** The training's template, on or off, and the system prompt, which may be the user's own.
 * @param {HTMLElement} root @param {TestDesk} desk @returns {(tab: string) => void} */
function mountPrompt(root, desk) {
  const { get, put } = desk;
  const template = findInput("test-template", root);
  const system = find("test-system", root, "textarea");
  template.addEventListener("change", () => put({ usesTemplate: template.checked }));
  system.addEventListener("input", () => putSystem(system.value));
  find("test-system-reset", root).addEventListener("click", () => {
    putSystem(undefined);
    requestAnimationFrame(() => system.focus()); // once it shows the training's again
  });

  /** @param {string | undefined} text */
  function putSystem(text) {
    const { [desk.run() ?? ""]: _, ...others } = get().systems;
    put({ systems: text === undefined ? others : { ...others, [desk.run() ?? ""]: text } });
  }

  return (tab) => {
    const { usesTemplate } = get();
    const trained = desk.template((tab === "versus" ? desk.run() : desk.model()?.session_id) ?? null);
    const { text, isOwn } = systemInForce(systemOf(desk), trained?.system_prompt ?? "", usesTemplate);
    template.checked = usesTemplate;
    template.disabled = !trained;
    setText(find("test-template-help", root), templateHelp(Boolean(trained), usesTemplate, tab));
    if (document.activeElement !== system && system.value !== text) system.value = text;
    setText(find("test-system-unit", root), isOwn ? "yours" : trained && usesTemplate ? "the training’s" : "");
    show(find("test-system-reset", root), isOwn);
  };
}

const NO_TEMPLATE = "A base model has no training whose form it could take. To ask it in that form, choose the run’s " +
  "adapter and switch it off.";

/** @param {boolean} isThere @param {boolean} isUsed @param {string} tab */
function templateHelp(isThere, isUsed, tab) {
  if (!isThere) return NO_TEMPLATE;
  if (!isUsed) return "Off: the question goes to the model as it is typed.";
  const others = tab === "versus" ? " Base models of no run are asked as they are." : "";
  return `The system prompt and the form of the question that the run was trained with.${others}`;
}
