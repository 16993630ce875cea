// @ts-check
/** The prompt: its template, the texts that the draft replaces in it, and the templates of one's own. */

import { deletePrompt, explain, listPrompts, savePrompt } from "../lib/api.js";
import { find, findInput, setText, show } from "../lib/dom.js";
import { counted } from "../lib/format.js";
import { inForce, listed, replaced, replacing, templateNamed, TEXTS, unmentioned, unreplaced } from "../state/prompts.js";
import { ask } from "../ui/dialog.js";
import { mountPromptPreview } from "./prompt_preview.js";

/** @param {HTMLElement} root @param {any} context */
export function mountPrompt(root, context) {
  const select = /** @type {HTMLSelectElement} */ (find("prompt-template", root));
  const inputs = Object.fromEntries(TEXTS.map((name) => [name, findInput(`prompt-${name}`, root)]));
  const preview = mountPromptPreview(root, context);
  const templates = () => /** @type {any[]} */ (context.store.get().templates ?? []);
  const template = () => templateNamed(templates(), context.get("prompt.template"));

  async function fetchTemplates() {
    try {
      const { prompts } = await listPrompts();
      fillSelect(select, prompts);
      context.store.update((/** @type {any} */ state) => ({ ...state, templates: prompts }));
      show(find("prompts-error", root), false);
    } catch (error) {
      setText(find("prompts-error-text", root), explain(error));
      show(find("prompts-error", root), true);
    }
  }

  select.addEventListener("change", async () => {
    const own = replaced(context.get);
    const text = `Your own ${counted(own.length, "text")} in the prompt would be replaced by those of ${select.value}.`;
    if (own.length && !(await ask({ title: "Change the template?", text, yes: "Change it" }))) {
      select.value = context.get("prompt.template");
      return;
    }
    context.set({ "prompt.template": select.value, ...unreplaced() });
  });
  for (const name of TEXTS) inputs[name].addEventListener("input", () => context.set(replacing(name, inputs[name].value, template())));
  find("prompt-reset", root).addEventListener("click", () => context.set(unreplaced()));

  find("prompt-save", root).addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = findInput("prompt-name", root).value.trim();
    const isKnown = templates().some((one) => one.name === name && !one.shipped);
    if (isKnown && !(await ask({ title: `Replace ${name}?`, text: "There is a template of that name.", yes: "Replace it" }))) return;
    try {
      await savePrompt(name, { template: context.get("prompt.template"), ...inForce(template(), context.get) });
      await fetchTemplates();
      context.set({ "prompt.template": name, ...unreplaced() });
      findInput("prompt-name", root).value = "";
      fail("");
      context.say(`The template ${name} is saved and used.`);
    } catch (error) {
      fail(explain(error));
    }
  });
  find("prompt-delete", root).addEventListener("click", async () => {
    const name = context.get("prompt.template");
    const text = "Runs that were started with it keep its text. Your draft goes back to the default template.";
    if (!(await ask({ title: `Delete ${name}?`, text, yes: "Delete", danger: true }))) return;
    try {
      await deletePrompt(name);
      context.set({ "prompt.template": undefined, ...unreplaced() });
      await fetchTemplates();
    } catch (error) {
      context.say(explain(error), "error");
    }
  });
  context.live.on("connect", () => !templates().length && fetchTemplates());
  fetchTemplates();

  /** @param {string} text */
  function fail(text) {
    setText(find("prompt-save-error", root), text);
    show(find("prompt-save-error", root), text !== "");
  }

  return {
    /** @param {any} state @param {import("./dataset.js").Shown} shown */
    render(state, { errors }) {
      const name = context.get("prompt.template");
      if (state.templates && ![...select.options].some((option) => option.value === name)) select.append(new Option(name, name));
      if (document.activeElement !== select) select.value = name;
      const known = template();
      setText(find("prompt-summary", root), known?.summary || (known ? "A template of your own." : ""));
      show(find("prompt-delete", root), known?.shipped === false);
      const texts = inForce(known, context.get);
      for (const [key, input] of Object.entries(inputs)) renderText(root, key, input, texts[key], errors[`prompt.${key}`] ?? "");
      setText(find("prompt-template-error", root), errors["prompt.template"] ?? "");
      show(find("prompt-template-error", root), "prompt.template" in errors);
      renderOwn(root, replaced(context.get));
      const missing = known ? unmentioned(texts) : [];
      setText(find("prompt-warning-text", root), `The prompt never mentions ${listed(missing)}, so the model can’t know to write ${missing.length === 1 ? "it" : "them"}.`);
      show(find("prompt-warning", root), missing.length > 0);
      preview.render(state);
    },
  };
}

/** @param {HTMLSelectElement} select @param {any[]} templates */
function fillSelect(select, templates) {
  const groups = [["Shipped", true], ["Your own", false]].map(([title, isShipped]) => {
    const group = document.createElement("optgroup");
    group.label = String(title);
    group.append(...templates.filter((one) => one.shipped === isShipped).map((one) => new Option(one.name, one.name)));
    return group;
  });
  select.replaceChildren(...groups.filter((group) => group.children.length));
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
