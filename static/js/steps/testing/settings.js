// @ts-check
/** How models are asked: the training's template, the system prompt, and the sampling values drawn from the schema. */

import { createField } from "../../forms/field.js";
import { find, findInput, setText, show } from "../../lib/dom.js";
import { stopsFrom, stopsText, systemInForce, trainingSampling } from "../../state/testing.js";
import { systemOf } from "./asking.js";

const NARROW = "(max-width: 62rem)";
const WORDS = /** @type {Record<string, {label?: string, help?: string}>} */ ({
  max_tokens: { label: "Max tokens" }, min_p: { label: "Min-p" },
  seed: { help: "Fixes the random numbers, so that the same question gets the same answer. Empty draws a new one each time." },
});

/** @typedef {import("./desk.js").Desk} Desk */

/** @param {HTMLElement} root @param {Desk} desk */
export function mountSettings(root, desk) {
  const { get, put } = desk;
  const template = findInput("test-template", root);
  const system = /** @type {HTMLTextAreaElement} */ (find("test-system", root));
  /** @type {"chat" | "evaluate"} */
  let purpose = "chat";
  /** @type {import("../../forms/field.js").Drawn[]} */
  let drawn = [];
  if (matchMedia(NARROW).matches) find("test-settings", root).removeAttribute("open");

  template.addEventListener("change", () => put({ usesTemplate: template.checked }));
  system.addEventListener("input", () => putSystem(system.value));
  find("test-system-reset", root).addEventListener("click", () => {
    putSystem(undefined);
    requestAnimationFrame(() => system.focus()); // once it shows the training's again
  });
  find("sampling-reset", root).addEventListener("click", () => putSampling({}));
  find("sampling-greedy", root).addEventListener("click", () => putSampling({ ...get().sampling[purpose], temperature: 0 }));
  find("sampling-training", root).addEventListener("click", () => putSampling({ ...get().sampling[purpose], ...trainingSampling(desk.session()?.config) }));
  const stop = /** @type {HTMLTextAreaElement} */ (find("test-stop", root));
  stop.addEventListener("input", () => putSampling({ ...get().sampling[purpose], stop: stopsFrom(stop.value) }));

  /** @param {string | undefined} text */
  function putSystem(text) {
    const { [keyOf(desk)]: _, ...others } = get().systems;
    put({ systems: text === undefined ? others : { ...others, [keyOf(desk)]: text } });
  }

  /** @param {Record<string, any>} values */
  function putSampling(values) {
    put({ sampling: { ...get().sampling, [purpose]: values }, problems: {} });
  }

  function draw() {
    const fields = get().fields.filter((field) => field.name !== "stop");
    drawn = fields.map((field) => createField(field, (name, value) => putSampling({ ...get().sampling[purpose], [name]: value }), WORDS[field.name]));
    for (const { element, field } of drawn) find(field.tier === "essential" ? "sampling-essential" : "sampling-more", root).append(element);
  }

  return {
    /** @param {string} tab */
    render(tab) {
      purpose = tab === "evaluate" ? "evaluate" : "chat";
      show(find("test-settings", root), tab !== "history");
      show(find("test-prompt-part", root), purpose === "chat");
      if (!drawn.length && get().fields.length) draw();
      renderPrompt(root, desk, { template, system }, tab);
      const { problems } = get();
      const values = desk.sampling(purpose);
      for (const { field, show: put } of drawn) put(values[field.name] === undefined ? field.default : values[field.name], problems[field.name] ?? "");
      if (document.activeElement !== stop) stop.value = stopsText(values.stop);
      tellProblem("test-stop", problems.stop ?? problems[Object.keys(problems).find((name) => name.startsWith("stop.")) ?? ""] ?? "", root);
      tellProblem("test-system", problems.system ?? "", root);
      show(find("sampling-training", root), Boolean(desk.session()?.config));
      setText(find("sampling-note", root), noteOf(values, purpose));
    },
  };
}

/** A problem beside an input of the page. @param {string} name @param {string} text @param {HTMLElement} root */
export function tellProblem(name, text, root) {
  setText(find(`${name}-error`, root), text);
  show(find(`${name}-error`, root), text !== "");
  find(name, root).setAttribute("aria-invalid", String(text !== ""));
}

/** @param {Desk} desk */
const keyOf = (desk) => desk.session()?.session_id ?? "";

/** @param {Record<string, any>} values @param {string} purpose */
function noteOf(values, purpose) {
  if (values.temperature === 0) return purpose === "evaluate" ? "Greedy, as training itself scores: the same every time." : "Greedy: the likeliest token each time, so the same every time.";
  return Number.isInteger(values.seed) ? "A fixed seed: the same question gets the same answer." : "";
}

/** @param {HTMLElement} root @param {Desk} desk
 * @param {{template: HTMLInputElement, system: HTMLTextAreaElement}} inputs @param {string} tab */
function renderPrompt(root, desk, { template, system }, tab) {
  const { usesTemplate } = desk.get();
  const run = tab === "versus" ? desk.session()?.session_id : desk.model()?.session_id;
  const trained = desk.template(run ?? null);
  const { text, isOwn } = systemInForce(systemOf(desk), trained?.system_prompt ?? "", usesTemplate);
  template.checked = usesTemplate;
  template.disabled = !trained;
  setText(find("test-template-help", root), templateHelp(Boolean(trained), usesTemplate, tab));
  if (document.activeElement !== system && system.value !== text) system.value = text;
  setText(find("test-system-unit", root), isOwn ? "yours" : trained && usesTemplate ? "the training’s" : "");
  show(find("test-system-reset", root), isOwn);
}

/** @param {boolean} isThere @param {boolean} isUsed @param {string} tab */
function templateHelp(isThere, isUsed, tab) {
  if (!isThere) return "A base model has no training whose form it could take. To ask it in that form, choose the run’s adapter and switch it off.";
  const others = tab === "versus" ? " Base models of no run are asked as they are." : "";
  return isUsed ? `The system prompt and the form of the question that the run was trained with.${others}` : "Off: the question goes to the model as it is typed.";
}
