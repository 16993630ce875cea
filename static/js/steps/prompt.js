// @ts-check
/** The prompt: its template, and the texts that the draft replaces in it. */

import { find, findInput, setText, show } from "../lib/dom.js";
import { counted } from "../lib/format.js";
import { inForce, listed, replaced, replacing, TEXTS, unmentioned, unreplaced } from "../state/prompts.js";
import { ask } from "../ui/dialog.js";
import { mountPromptPreview } from "./prompt/preview.js";
import { createTemplates, mountOwnTemplates } from "./prompt/templates.js";

/** @param {HTMLElement} root @param {any} context */
export function mountPrompt(root, context) {
  const select = /** @type {HTMLSelectElement} */ (find("prompt-template", root));
  const inputs = Object.fromEntries(TEXTS.map((name) => [name, findInput(`prompt-${name}`, root)]));
  const preview = mountPromptPreview(root, context);
  const templates = createTemplates(root, context, select);

  select.addEventListener("change", () => changeTemplate(select, context));
  for (const name of TEXTS) inputs[name].addEventListener("input", () => context.set(replacing(name, inputs[name].value, templates.chosen())));
  find("prompt-reset", root).addEventListener("click", () => context.set(unreplaced()));
  mountOwnTemplates(root, context, templates);
  context.live.on("connect", () => !templates.all().length && templates.fetch());
  templates.fetch();

  return {
    /** @param {any} state @param {import("./dataset.js").Shown} shown */
    render(state, { errors }) {
      const name = context.get("prompt.template");
      if (state.templates && ![...select.options].some((option) => option.value === name)) select.append(new Option(name, name));
      if (document.activeElement !== select) select.value = name;
      const known = templates.chosen();
      renderTemplate(root, known, errors);
      const texts = inForce(known, context.get);
      for (const [key, input] of Object.entries(inputs)) renderText(root, key, input, texts[key], errors[`prompt.${key}`] ?? "");
      renderOwn(root, replaced(context.get));
      renderWarning(root, known ? unmentioned(texts) : []);
      preview.render(state);
    },
  };
}

/** Use the template that was chosen, once its texts may replace the user's own. @param {HTMLSelectElement} select @param {any} context */
async function changeTemplate(select, context) {
  const own = replaced(context.get);
  const text = `Your own ${counted(own.length, "text")} in the prompt would be replaced by those of ${select.value}.`;
  if (own.length && !(await ask({ title: "Change the template?", text, yes: "Change it" }))) {
    select.value = context.get("prompt.template");
    return;
  }
  context.set({ "prompt.template": select.value, ...unreplaced() });
}

/** @param {HTMLElement} root @param {any} known the template, if the list has it @param {Record<string, string>} errors */
function renderTemplate(root, known, errors) {
  setText(find("prompt-summary", root), known?.summary || (known ? "A template of your own." : ""));
  show(find("prompt-delete", root), known?.shipped === false);
  setText(find("prompt-template-error", root), errors["prompt.template"] ?? "");
  show(find("prompt-template-error", root), "prompt.template" in errors);
}

/** @param {HTMLElement} root @param {string} name @param {HTMLInputElement} input @param {string} text @param {string} error */
function renderText(root, name, input, text, error) {
  if (document.activeElement !== input && input.value !== text) input.value = text;
  input.setAttribute("aria-invalid", String(error !== ""));
  setText(find(`prompt-${name}-error`, root), error);
  show(find(`prompt-${name}-error`, root), error !== "");
  if (error && name !== "system_prompt") /** @type {HTMLDetailsElement} */ (find("prompt-markers", root)).open = true;
}

/** @param {HTMLElement} root @param {string[]} own */
function renderOwn(root, own) {
  setText(find("prompt-own", root), own.length ? `Changed: ${own.map((name) => name.replaceAll("_", " ")).join(", ")}.` : "As the template has it.");
  show(find("prompt-reset", root), own.length > 0);
}

/** @param {HTMLElement} root @param {string[]} missing markers that the prompt never mentions */
function renderWarning(root, missing) {
  setText(find("prompt-warning-text", root), `The prompt never mentions ${listed(missing)}, so the model can’t know to write ${missing.length === 1 ? "it" : "them"}.`);
  show(find("prompt-warning", root), missing.length > 0);
}
