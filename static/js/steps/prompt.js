// @ts-check
/** The prompt: its template, and the texts that the draft replaces in it. */

import { drawFields, showFields } from "../forms/form.js";
import { counted } from "../lib/format.js";
import { inForce, listed, replaced, replacing, TEXTS, unmentioned, unreplaced } from "../state/prompts.js";
import { ask } from "../ui/dialog.js";
import { mountPromptPreview } from "./prompt/preview.js";
import { createTemplates, mountOwnTemplates } from "./prompt/templates.js";
import { find, findText, setText, show, showText, tell } from "../lib/dom.js";

/** @param {HTMLElement} root @param {Context} context */
export function mountPrompt(root, context) {
  const select = find("prompt-template", root, "select");
  const refs = TEXTS.map((name) => /** @type {const} */ ([name, findText(`prompt-${name}`, root)]));
  const inputs = new Map(refs);
  const thinking = drawFields(find("prompt-thinking", root), ["prompt.thinking"], context);
  const preview = mountPromptPreview(root, context);
  const templates = createTemplates(root, context, select);

  select.addEventListener("change", () => changeTemplate(select, context));
  for (const [name, input] of inputs) {
    input.addEventListener("input", () => context.set(replacing(name, input.value, templates.chosen())));
  }
  find("prompt-reset", root).addEventListener("click", () => context.set(unreplaced()));
  mountOwnTemplates(root, context, templates);
  context.live.on("connect", () => !templates.all().length && templates.fetch());
  templates.fetch();

  return {
    /** @param {State} state @param {ShownData} shown */
    render(state, { errors }) {
      const name = context.get("prompt.template");
      const isListed = [...select.options].some((option) => option.value === name);
      if (state.templates && !isListed) select.append(new Option(name, name));
      if (document.activeElement !== select) select.value = name;
      const known = templates.chosen();
      renderTemplate(root, known, errors);
      const texts = inForce(known, context.get);
      for (const [key, input] of inputs) renderText(root, key, input, texts[key], errors[`prompt.${key}`] ?? "");
      renderOwn(root, replaced(context.get));
      renderWarning(root, known ? unmentioned(texts) : []);
      showFields(thinking, state);
      preview.render(state);
    },
  };
}

/** Use the template that was chosen, once its texts may replace the user's own.
 * @param {HTMLSelectElement} select @param {Context} context */
async function changeTemplate(select, context) {
  const own = replaced(context.get);
  const text = `Your own ${counted(own.length, "text")} in the prompt would be replaced by those of ${select.value}.`;
  if (own.length && !(await ask({ title: "Change the template?", text, yes: "Change it", danger: false }))) {
    select.value = context.get("prompt.template");
    return;
  }
  context.set({ "prompt.template": select.value, ...unreplaced() });
}

/** @param {HTMLElement} root @param {ListedTemplate | undefined} known the template, if the list has it
 * @param {Record<string, string>} errors */
function renderTemplate(root, known, errors) {
  setText(find("prompt-summary", root), known?.summary || (known ? "A template of your own." : ""));
  show(find("prompt-delete", root), known?.shipped === false);
  showText(find("prompt-template-error", root), errors["prompt.template"] ?? "");
}

/** @param {HTMLElement} root @param {string} name @param {HTMLInputElement} input @param {string} text
 * @param {string} error */
function renderText(root, name, input, text, error) {
  if (document.activeElement !== input && input.value !== text) input.value = text;
  input.setAttribute("aria-invalid", String(error !== ""));
  showText(find(`prompt-${name}-error`, root), error);
  if (error && name !== "system_prompt") find("prompt-markers", root, "details").open = true;
}

/** @param {HTMLElement} root @param {string[]} own */
function renderOwn(root, own) {
  const changed = own.map((name) => name.replaceAll("_", " ")).join(", ");
  setText(find("prompt-own", root), own.length ? `Changed: ${changed}.` : "As the template has it.");
  show(find("prompt-reset", root), own.length > 0);
}

/** @param {HTMLElement} root @param {string[]} missing markers that the prompt never mentions */
function renderWarning(root, missing) {
  const why = `so the model can’t know to write ${missing.length === 1 ? "it" : "them"}`;
  tell(root, "prompt-warning", missing.length ? `The prompt never mentions ${listed(missing)}, ${why}.` : "");
}
