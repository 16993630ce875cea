// @ts-check
/** The Custom Builder: saved custom rewards with their versions, and the one being written, kept until it is saved. */

import { ApiError, deleteCustomReward, explain, getCustomReward, saveCustomReward } from "../lib/api.js";
import { fillList, find, findInput, itemOf, part, setText, show } from "../lib/dom.js";
import { counted } from "../lib/format.js";
import { partsOf } from "../state/rewards.js";
import { bodyOf, editingOf, isSameWork, newEditing } from "../state/recipes.js";
import { ask } from "../ui/dialog.js";
import { mountCode } from "./reward_code.js";
import { mountRecipe } from "./reward_recipe.js";
import { fetchRewards, keep, kept, putParts, rewardsOf, tell } from "./reward_shared.js";

/** @typedef {import("../state/recipes.js").Editing} Editing */
/** @typedef {{editing: Editing, original: Editing, version: number | null}} Work version: the one opened, null for a new reward */

const KEPT = "reward-work";

/** @param {HTMLElement} root @param {any} context */
export function mountBuilder(root, context) {
  /** @type {Work | null} */
  let work = kept(KEPT);
  /** @type {Record<string, string>} What the server refused, by place. */
  let refused = {};
  let isSaving = false;
  const change = (/** @type {Partial<Editing>} */ patch) => {
    if (!work) return;
    refused = {};
    put({ ...work, editing: { ...work.editing, ...patch } });
  };
  const recipe = mountRecipe(root, (checks) => change({ checks }));
  const code = mountCode(root, context, (source) => change({ source }));
  const name = findInput("builder-name", root);
  const description = findInput("builder-description", root);

  /** @param {Work | null} next */
  function put(next) {
    work = next;
    context.setUnsaved("reward", isChanged());
    keep(context, KEPT, work);
  }

  const isChanged = () => Boolean(work) && !isSameWork(/** @type {Work} */ (work).editing, /** @type {Work} */ (work).original);

  /** Begin other work, once unsaved work may go. @param {Work | null} next */
  async function begin(next) {
    const question = { title: "Leave what is not saved?", text: `The changes to ${work?.editing.name || "the new reward"} would be lost.`, yes: "Leave it", danger: true };
    if (isChanged() && !(await ask(question))) return;
    refused = {};
    setText(find("builder-status", root), "");
    put(next);
    render(context.store.get());
    if (next) (next.version === null ? name : find("builder", root)).scrollIntoView({ block: "center" });
    if (next) name.focus({ preventScroll: true });
  }

  /** @param {"recipe" | "python"} kind */
  const beginNew = (kind) => begin({ editing: newEditing(kind), original: newEditing(kind), version: null });

  /** @param {string} saved a name @param {number} [version] */
  async function open(saved, version) {
    try {
      const found = await getCustomReward(saved, version);
      await begin({ editing: editingOf(found), original: editingOf(found), version: found.version });
    } catch (error) {
      context.say(explain(error), "error");
    }
  }

  /** @param {boolean} isUsedThen */
  async function save(isUsedThen) {
    if (!work || isSaving) return;
    const { editing } = work;
    if (!editing.name.trim()) return refuse({ name: "Give it a name first." });
    isSaving = true;
    render(context.store.get());
    try {
      const saved = await saveCustomReward(editing.name.trim(), bodyOf(editing));
      refused = {};
      put({ editing: editingOf(saved), original: editingOf(saved), version: saved.version });
      await fetchRewards(context);
      if (isUsedThen) putParts(context, [{ custom_name: saved.name }]);
      setText(find("builder-status", root), `Saved as version ${saved.version}${isUsedThen ? ", and it scores the answers now" : ""}.`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refuse(Object.keys(error.fields).length ? error.fields : { "": explain(error) });
    } finally {
      isSaving = false;
      render(context.store.get());
    }
  }

  /** @param {Record<string, string>} fields */
  function refuse(fields) {
    refused = fields;
    setText(find("builder-status", root), "");
    render(context.store.get());
    if (fields.name) name.focus();
    code.showProblem(fields.source ?? null);
  }

  find("new-recipe", root).addEventListener("click", () => beginNew("recipe"));
  find("new-python", root).addEventListener("click", () => beginNew("python"));
  find("builder-close", root).addEventListener("click", () => begin(null));
  find("builder-use", root).addEventListener("click", () => save(true));
  find("builder", root).addEventListener("submit", (event) => {
    event.preventDefault();
    save(false);
  });
  name.addEventListener("input", () => change({ name: name.value }));
  description.addEventListener("input", () => change({ description: description.value }));
  find("builder-versions", root).addEventListener("change", (event) => {
    if (work) open(work.editing.name, Number(/** @type {HTMLSelectElement} */ (event.target).value));
  });
  find("customs", root).addEventListener("click", (event) => {
    const button = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("button")) : null;
    const saved = itemOf(button);
    if (button?.dataset.do === "use") useSaved(context, saved.name);
    if (button?.dataset.do === "edit") open(saved.name);
    if (button?.dataset.do === "delete") remove(saved);
  });

  /** @param {any} saved */
  async function remove(saved) {
    const text = `${saved.name} and its ${counted(saved.versions.length, "version")} are removed. Runs keep what they were started with.`;
    if (!(await ask({ title: "Delete this reward?", text, yes: "Delete", danger: true }))) return;
    try {
      await deleteCustomReward(saved.name);
      if (work?.editing.name === saved.name) put({ ...work, original: newEditing(work.editing.kind), version: null });
      await fetchRewards(context);
      context.refreshPlan();
    } catch (error) {
      context.say(explain(error), "error");
    }
  }

  /** @param {any} state */
  function render(state) {
    renderSaved(root, context, rewardsOf(state).custom);
    show(find("builder", root), Boolean(work));
    if (!work) return;
    const { editing, version } = work;
    setText(find("builder-title", root), version === null ? (editing.kind === "python" ? "A new reward in Python" : "A new recipe") : `Version ${version} of ${editing.name}`);
    if (document.activeElement !== name && name.value !== editing.name) name.value = editing.name;
    if (document.activeElement !== description && description.value !== editing.description) description.value = editing.description;
    tell(find("builder-name-error", root), find("builder-name-error", root), refused.name ?? "");
    name.setAttribute("aria-invalid", String(Boolean(refused.name)));
    const general = Object.entries(refused).filter(([place]) => place !== "name" && !/^recipe\.checks\.\d/.test(place)).map(([, text]) => text);
    tell(find("builder-error", root), find("builder-error-text", root), general.join(" "));
    renderVersions(rewardsOf(state).custom.find((one) => one.name === editing.name)?.versions ?? [], version);
    show(find("builder-recipe", root), editing.kind === "recipe");
    show(find("builder-python", root), editing.kind === "python");
    if (editing.kind === "recipe") recipe.render(editing.checks, refused);
    else code.render(editing.source);
    for (const ref of ["builder-save", "builder-use"]) /** @type {HTMLButtonElement} */ (find(ref, root)).disabled = isSaving;
    setText(find("builder-save", root).querySelector("span"), isSaving ? "Trying it" : "Save");
    if (isChanged() && !isSaving) setText(find("builder-status", root), "Not saved yet");
  }

  /** @param {number[]} versions @param {number | null} version */
  function renderVersions(versions, version) {
    const select = /** @type {HTMLSelectElement} */ (find("builder-versions", root));
    show(find("builder-versions-part", root), version !== null && versions.length > 1);
    fillList(select, "option", versions.map(String), (row, number) => {
      /** @type {HTMLOptionElement} */ (row).value = number;
      setText(row, number);
    });
    if (document.activeElement !== select) select.value = String(version);
  }

  context.setUnsaved("reward", isChanged());
  return { render, open };
}

/** @param {any} context @param {string} saved */
function useSaved(context, saved) {
  putParts(context, [{ custom_name: saved }]);
  context.say(`${saved} scores the answers now.`);
}

/** @param {HTMLElement} root @param {any} context @param {any[]} custom */
function renderSaved(root, context, custom) {
  show(find("customs-empty", root), custom.length === 0);
  fillList(find("customs", root), "custom", custom, (row, saved) => {
    setText(part(row, "row__title"), saved.name);
    const kind = saved.definition.kind === "python" ? "Python" : counted(saved.definition.recipe.checks.length, "check");
    setText(part(row, "row__about"), [kind, `version ${saved.version}`, saved.definition.description].filter(Boolean).join(" · "));
    for (const button of row.querySelectorAll("button")) button.setAttribute("aria-label", `${{ use: "Use", edit: "Edit", delete: "Delete" }[button.dataset.do ?? ""]} ${saved.name}`);
  });
  const used = partsOf(context.get).filter((one) => !one.custom).map((one) => one.custom_name);
  for (const row of find("customs", root).children) {
    const isUsed = used.includes(itemOf(row)?.name);
    show(part(row, "badge"), isUsed);
    show(/** @type {HTMLElement} */ (row.querySelector("[data-do=use]")), !isUsed);
  }
}
