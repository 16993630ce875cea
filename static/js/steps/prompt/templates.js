// @ts-check
/** The prompt templates: the list of them, kept in the store, and the saving and deleting of one's own. */

import { attempt, deletePrompt, explain, listPrompts, savePrompt } from "../../lib/api.js";
import { createLatest, unchanged } from "../../lib/latest.js";
import { brokenIn } from "../../state/broken.js";
import { inForce, templateNamed, unreplaced } from "../../state/prompts.js";
import { ask } from "../../ui/dialog.js";
import { fillGroups } from "../../ui/groups.js";
import { find, findInput, onSubmit, show, showText, tell } from "../../lib/dom.js";

/** @typedef {ReturnType<typeof createTemplates>} Templates */

/** @param {HTMLElement} root @param {Context} context @param {HTMLSelectElement} select that offers them */
export function createTemplates(root, context, select) {
  const all = () => context.store.get().templates ?? [];
  const latest = createLatest();
  return {
    all,
    /** The draft's template, if it is known. */
    chosen: () => templateNamed(all(), context.get("prompt.template")),
    fetch: () => latest.ask(listPrompts, {
      answered({ prompts, broken }) {
        context.store.update(brokenIn("prompts", broken));
        fillGroups(select, [
          { label: "Shipped", options: optionsOf(prompts, true) },
          { label: "Your own", options: optionsOf(prompts, false) },
        ], select.value);
        context.patch({ templates: prompts });
        show(find("prompts-error", root), false);
      },
      refused(error) {
        tell(root, "prompts-error", explain(error));
      },
    }),
  };
}

/** Let the user save the prompt as a template, and delete one.
 * @param {HTMLElement} root @param {Context} context @param {Templates} templates */
export function mountOwnTemplates(root, context, templates) {
  onSubmit(find("prompt-save", root), () => save(root, context, templates));
  find("prompt-delete", root).addEventListener("click", () => remove(context, templates));
}

/** @param {HTMLElement} root @param {Context} context @param {Templates} templates */
async function save(root, context, templates) {
  const name = findInput("prompt-name", root).value.trim();
  const isKnown = templates.all().some((template) => template.name === name && !template.shipped);
  const question = { title: `Replace ${name}?`, text: "There is a template of that name.", yes: "Replace it" };
  if (isKnown && !(await ask({ ...question, danger: false }))) return;
  const isAsSaved = unchanged(() => context.store.get().draft.config.prompt);
  const fail = (/** @type {string} */ text) => showText(find("prompt-save-error", root), text);
  await attempt(async () => {
    await savePrompt(name, { template: context.get("prompt.template"), ...inForce(templates.chosen(), context.get) });
    await templates.fetch();
    const isUsed = isAsSaved();
    if (isUsed) context.set({ "prompt.template": name, ...unreplaced() });
    findInput("prompt-name", root).value = "";
    fail("");
    context.say(`The template ${name} is saved${isUsed ? " and used" : ""}.`);
  }, fail);
}

/** @param {Context} context @param {Templates} templates */
async function remove(context, templates) {
  const name = context.get("prompt.template");
  const text = "Runs that were started with it keep its text. Your draft goes back to the default template.";
  if (!(await ask({ title: `Delete ${name}?`, text, yes: "Delete" }))) return;
  await attempt(async () => {
    await deletePrompt(name);
    if (context.get("prompt.template") === name) context.set({ "prompt.template": undefined, ...unreplaced() });
    await templates.fetch();
  }, (problem) => context.say(problem, "error"));
}

/** @param {ListedTemplate[]} templates @param {boolean} isShipped */
const optionsOf = (templates, isShipped) =>
  templates.filter(({ shipped }) => shipped === isShipped).map(({ name }) => ({ value: name, name }));
