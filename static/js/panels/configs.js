// @ts-check
/** The configuration manager: save the draft, load, delete, reset, and files in and out. */

import * as api from "../lib/api.js";
import {
  doOf, fillList, find, findInput, itemOf, onSubmit, part, saveFile, setText, show, showText,
} from "../lib/dom.js";
import { createLatest, unchanged } from "../lib/latest.js";
import { moment } from "../lib/format.js";
import { brokenIn } from "../state/broken.js";
import { ask, dialog, mayReplace, open } from "../ui/dialog.js";

/** @param {Context} context */
export function mountConfigs(context) {
  const manager = createManager(context);
  const { attempt } = manager;
  find("open-configs").addEventListener("click", () => {
    open(manager.box);
    findInput("config-name").value = fileName(context.get("name") ?? "");
    attempt(manager.refresh);
  });
  onSubmit(find("config-save-form"), () =>
    attempt(() => save(manager, context, findInput("config-name").value.trim())));
  find("config-list").addEventListener("click", (event) => {
    const wants = doOf(event);
    const config = itemOf(event.target);
    if (wants === "load") manager.take(async () => (await api.loadConfig(config.name)).config, config.name, false);
    if (wants === "delete") attempt(() => remove(manager, config.name));
  });
  findInput("config-import").addEventListener("change", () => {
    const file = findInput("config-import").files?.[0];
    findInput("config-import").value = "";
    if (file) manager.take(() => read(file), file.name, true);
  });
  find("config-export").addEventListener("click", () => {
    const { config } = context.store.get().draft;
    saveFile(`${config.name ?? "lora-craft"}.json`, `${JSON.stringify(config, null, 2)}\n`);
  });
  find("config-reset").addEventListener("click", async () => {
    if (!(await mayReplace(context))) return;
    await context.resetDraft();
    context.say("The draft is back at its defaults.");
    manager.box.close();
  });
}

/** The dialog: its list of saved configurations, its error, and putting one in the draft's place.
 * @param {Context} context */
function createManager(context) {
  const box = dialog("configs");
  /** @type {string[]} */
  let names = [];
  const list = createLatest();
  const taken = createLatest(() => box.open);
  const fail = (/** @type {string} */ text) => showText(find("config-error"), text);
  return {
    box, fail,
    has: (/** @type {string} */ name) => names.includes(name),
    refresh: () => list.ask(api.listConfigs, {
      answered({ configs, broken }) {
        context.store.update(brokenIn("configs", broken));
        names = configs.map((config) => config.name);
        show(find("config-empty"), configs.length === 0);
        fillList(find("config-list"), "config", configs, fillConfig);
      },
      refused: (error) => fail(api.explain(error)),
    }),
    /** Do something, and say in the dialog why it could not be done. @param {() => Promise<void>} action */
    attempt(action) {
      fail("");
      return api.attempt(action, fail);
    },
    /** Put a configuration in the draft's place, unless another one, or none, was chosen while it was read.
     * @param {() => Promise<Section>} read @param {string} name
     * @param {boolean} isDirty whether it is saved nowhere here */
    take(read, name, isDirty) {
      fail("");
      taken.drop(); // the one that was chosen last
      return taken.ask(read, {
        async answered(config) {
          if (!(await mayReplace(context))) return;
          context.replaceDraft(config, { isDirty });
          box.close();
          context.say(`${name} is your draft now.`);
          context.go("model");
        },
        refused: (error) => fail(api.explain(error)),
      });
    },
  };
}

/** @param {HTMLElement} row @param {SavedConfig} config */
function fillConfig(row, config) {
  setText(part(row, "row__title"), config.name);
  setText(part(row, "row__about"), moment(config.modified_at));
  row.querySelector("[data-do=delete]")?.setAttribute("aria-label", `Delete ${config.name}`);
  row.querySelector("[data-do=load]")?.setAttribute("aria-label", `Load ${config.name}`);
}

/** @typedef {ReturnType<typeof createManager>} Manager */

/** @param {Manager} manager @param {Context} context @param {string} name */
async function save(manager, context, name) {
  const text = "There is a configuration of this name.";
  if (manager.has(name) && !(await ask({ title: `Replace ${name}?`, text, yes: "Replace it" }))) return;
  const isAsSaved = unchanged(() => context.store.get().draft.config);
  await api.saveConfig(name, context.store.get().draft.config);
  if (isAsSaved()) context.patchDraft({ isDirty: false });
  context.say(`Saved as ${name}.`);
  await manager.refresh();
}

/** @param {Manager} manager @param {string} name */
async function remove(manager, name) {
  const text = "The file is removed from configs/. Sessions keep their own copy.";
  if (!(await ask({ title: `Delete ${name}?`, text, yes: "Delete" }))) return;
  await api.deleteConfig(name);
  await manager.refresh();
  find("config-name").focus();
}

/** The configuration in a file, if the server would run it. @param {File} file */
async function read(file) {
  const config = parsed(await file.text());
  const message = `${file.name} is no JSON object, so it can't be a configuration.`;
  if (!config) throw new api.ApiError({ code: "unreadable", message, hint: "", fields: {} });
  await api.planRun(config);
  return config;
}

/** A run's name as a file can be called. @param {string} name */
const fileName = (name) =>
  name.trim().toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-").replaceAll(/^[-._]+|[-._]+$/g, "").slice(0, 64);

/** @param {string} text @returns {Section | null} */
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
