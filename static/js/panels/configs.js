// @ts-check
/** The configuration manager: save the draft, load, delete, reset, and files in and out. */

import * as api from "../lib/api.js";
import { fillList, find, findInput, itemOf, part, saveFile, setText, show } from "../lib/dom.js";
import { moment } from "../lib/format.js";
import { ask, dialog, mayReplace, open } from "../ui/dialog.js";

/** @param {any} context */
export function mountConfigs(context) {
  const box = dialog("configs");
  /** @type {string[]} */
  let names = [];
  const fail = (/** @type {string} */ text) => {
    show(find("config-error"), text !== "");
    setText(find("config-error"), text);
  };
  /** @param {() => Promise<void>} action */
  const attempt = async (action) => {
    fail("");
    try {
      await action();
    } catch (error) {
      fail(api.explain(error));
    }
  };
  const refresh = async () => {
    const { configs } = await api.listConfigs();
    names = configs.map((/** @type {any} */ one) => one.name);
    show(find("config-empty"), configs.length === 0);
    fillList(find("config-list"), "config", configs, (row, config) => {
      setText(part(row, "row__title"), config.name);
      setText(part(row, "row__about"), moment(config.modified_at));
      row.querySelector("[data-do=delete]")?.setAttribute("aria-label", `Delete ${config.name}`);
      row.querySelector("[data-do=load]")?.setAttribute("aria-label", `Load ${config.name}`);
    });
  };

  find("open-configs").addEventListener("click", () => {
    open(box);
    findInput("config-name").value = fileName(context.get("name") ?? "");
    attempt(refresh);
  });
  find("config-save-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = findInput("config-name").value.trim();
    attempt(async () => {
      if (names.includes(name) && !(await ask({ title: `Replace ${name}?`, text: "There is a configuration of this name.", yes: "Replace it", danger: true }))) return;
      await api.saveConfig(name, context.store.get().draft.config);
      context.patchDraft({ isDirty: false });
      context.say(`Saved as ${name}.`);
      await refresh();
    });
  });
  find("config-list").addEventListener("click", (event) => {
    const wants = event.target instanceof Element ? event.target.closest("[data-do]")?.getAttribute("data-do") : null;
    const config = itemOf(event.target);
    if (wants === "load") attempt(() => load(config.name));
    if (wants === "delete") attempt(() => remove(config.name));
  });

  /** @param {string} name */
  async function load(name) {
    const { config } = await api.loadConfig(name);
    if (!(await mayReplace(context))) return;
    context.replaceDraft(config);
    box.close();
    context.say(`${name} is your draft now.`);
    context.go("model");
  }

  /** @param {string} name */
  async function remove(name) {
    if (!(await ask({ title: `Delete ${name}?`, text: "The file is removed from configs/. Sessions keep their own copy.", yes: "Delete", danger: true }))) return;
    await api.deleteConfig(name);
    await refresh();
    find("config-name").focus();
  }

  findInput("config-import").addEventListener("change", async () => {
    const file = findInput("config-import").files?.[0];
    findInput("config-import").value = "";
    if (!file) return;
    await attempt(async () => {
      const config = parsed(await file.text());
      if (!config) return fail(`${file.name} is no JSON object, so it can't be a configuration.`);
      await api.planRun(config);
      if (!(await mayReplace(context))) return;
      context.replaceDraft(config, { isDirty: true });
      box.close();
      context.say(`${file.name} is your draft now.`);
      context.go("model");
    });
  });
  find("config-export").addEventListener("click", () => {
    const { config } = context.store.get().draft;
    saveFile(`${config.name ?? "lora-craft"}.json`, `${JSON.stringify(config, null, 2)}\n`);
  });
  find("config-reset").addEventListener("click", async () => {
    if (!(await mayReplace(context))) return;
    await context.resetDraft();
    context.say("The draft is back at its defaults.");
    box.close();
  });
}

/** A run's name as a file can be called. @param {string} name */
const fileName = (name) => name.trim().toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-").replaceAll(/^[-._]+|[-._]+$/g, "").slice(0, 64);

/** @param {string} text @returns {Record<string, any> | null} */
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
