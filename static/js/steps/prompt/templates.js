// @ts-check
/** The prompt templates: the list of them, kept in the store, and the saving and deleting of one's own. */

import { deletePrompt, explain, listPrompts, savePrompt } from "../../lib/api.js";
import { find, findInput, setText, show } from "../../lib/dom.js";
import { createLatest, unchanged } from "../../lib/latest.js";
import { inForce, templateNamed, unreplaced } from "../../state/prompts.js";
import { ask } from "../../ui/dialog.js";

/** @typedef {ReturnType<typeof createTemplates>} Templates */

/** @param {HTMLElement} root @param {any} context @param {HTMLSelectElement} select that offers them */
export function createTemplates(root, context, select) {
  const all = () => /** @type {any[]} */ (context.store.get().templates ?? []);
  const latest = createLatest();
  return {
    all,
    /** The draft's template, if it is known. */
    chosen: () => templateNamed(all(), context.get("prompt.template")),
    fetch: () => latest.ask(listPrompts, {
      answered({ prompts }) {
        fillSelect(select, prompts);
        context.store.update((/** @type {any} */ state) => ({ ...state, templates: prompts }));
        show(find("prompts-error", root), false);
      },
      refused(error) {
        setText(find("prompts-error-text", root), explain(error));
        show(find("prompts-error", root), true);
      },
    }),
  };
}

/** Let the user save the prompt as a template, and delete one. @param {HTMLElement} root @param {any} context @param {Templates} templates */
export function mountOwnTemplates(root, context, templates) {
  find("prompt-save", root).addEventListener("submit", (event) => {
    event.preventDefault();
    save(root, context, templates);
  });
  find("prompt-delete", root).addEventListener("click", () => remove(context, templates));
}

/** @param {HTMLElement} root @param {any} context @param {Templates} templates */
async function save(root, context, templates) {
  const name = findInput("prompt-name", root).value.trim();
  const isKnown = templates.all().some((one) => one.name === name && !one.shipped);
  if (isKnown && !(await ask({ title: `Replace ${name}?`, text: "There is a template of that name.", yes: "Replace it" }))) return;
  const isAsSaved = unchanged(() => context.store.get().draft.config.prompt);
  try {
    await savePrompt(name, { template: context.get("prompt.template"), ...inForce(templates.chosen(), context.get) });
    await templates.fetch();
    const isUsed = isAsSaved();
    if (isUsed) context.set({ "prompt.template": name, ...unreplaced() });
    findInput("prompt-name", root).value = "";
    fail(root, "");
    context.say(`The template ${name} is saved${isUsed ? " and used" : ""}.`);
  } catch (error) {
    fail(root, explain(error));
  }
}

/** Why the last save failed. @param {HTMLElement} root @param {string} text empty for no failure */
function fail(root, text) {
  setText(find("prompt-save-error", root), text);
  show(find("prompt-save-error", root), text !== "");
}

/** @param {any} context @param {Templates} templates */
async function remove(context, templates) {
  const name = context.get("prompt.template");
  const text = "Runs that were started with it keep its text. Your draft goes back to the default template.";
  if (!(await ask({ title: `Delete ${name}?`, text, yes: "Delete", danger: true }))) return;
  try {
    await deletePrompt(name);
    if (context.get("prompt.template") === name) context.set({ "prompt.template": undefined, ...unreplaced() });
    await templates.fetch();
  } catch (error) {
    context.say(explain(error), "error");
  }
}

/** @param {HTMLSelectElement} select @param {any[]} templates */
function fillSelect(select, templates) {
  const groups = [["Shipped", true], ["Your own", false]].map(([title, isShipped]) => {
    const group = document.createElement("optgroup");
    group.label = String(title);
    group.append(...templates.filter((one) => one.shipped === isShipped).map((one) => new Option(one.name, one.name)));
    return group;
  });
  const before = select.value;
  select.replaceChildren(...groups.filter((group) => group.children.length));
  select.value = before;
}
