// @ts-check
/** The Custom Builder: saved custom rewards, and the form in which one is written as a recipe or in Python. */

import { mountCode } from "./code.js";
import { mountRecipe } from "./recipe.js";
import { mountSaved } from "./saved.js";
import { rewardsOf } from "./shared.js";
import { renderTrial } from "./trial.js";
import { createWork } from "./work.js";
import { withFunction } from "../../state/recipes.js";
import { child, fillList, find, findInput, onSubmit, setText, show, showText, tell, valueIn } from "../../lib/dom.js";

const NOT_SAVED = "Not saved yet";
const ENDS = /** @type {const} */ (["low", "high"]);

/** @param {HTMLElement} root @param {Context} context */
export function mountBuilder(root, context) {
  const work = createWork(context, () => render(context.store.get()));
  const recipe = mountRecipe(root, (checks) => work.change({ checks }));
  const code = mountCode(root, context, (source) => work.change({ source }));
  const name = findInput("builder-name", root);
  const description = findInput("builder-description", root);
  const renderSaved = mountSaved(root, context, { edit: open, removed: work.forget });

  /** @param {string} saved @param {number} [version] */
  async function open(saved, version) {
    if (await work.open(saved, version)) reveal();
  }

  function reveal() {
    name.focus({ preventScroll: true });
    find("builder", root).scrollIntoView({ block: "nearest" });
  }

  /** @param {Promise<void> | void} done when the server has answered */
  async function answered(done) {
    await done;
    if (work.state.refused.name) name.focus();
    code.showProblem(work.state.refused.source ?? null);
  }

  for (const kind of /** @type {const} */ (["recipe", "python"])) {
    find(`new-${kind}`, root).addEventListener("click", async () => {
      if (await work.beginNew(kind)) reveal();
    });
  }
  find("builder-close", root).addEventListener("click", () => work.begin(null));
  find("builder-use", root).addEventListener("click", () => answered(work.save(true)));
  find("builder-try", root).addEventListener("click", () => answered(work.tryOut()));
  onSubmit(find("builder", root), () => answered(work.save(false)));
  name.addEventListener("input", () => work.change({ name: name.value }));
  description.addEventListener("input", () => work.change({ description: description.value }));
  listenToPython(root, work);
  find("builder-versions", root).addEventListener("change", (event) => {
    open(work.state.work?.original.name ?? "", Number(valueIn(event)));
  });

  /** @param {State} state */
  function render(state) {
    const { custom } = rewardsOf(state);
    renderSaved(custom);
    show(find("builder", root), work.state.work !== null);
    if (!work.state.work) return;
    const { editing } = work.state.work;
    renderHead(root, work.state.work, custom, work.state.refused);
    show(find("builder-recipe", root), editing.kind === "recipe");
    show(find("builder-python", root), editing.kind === "python");
    if (editing.kind === "recipe") recipe.render(editing.checks, work.state.refused);
    else renderPython(root, code, editing, work.state.functions);
    renderTrial(root, work.state.trial);
    renderFoot(root, work);
  }
  return { render, open };
}

/** The range and the functions of a reward in Python.
 * @param {HTMLElement} root @param {ReturnType<typeof createWork>} work */
function listenToPython(root, work) {
  for (const end of ENDS) {
    const input = findInput(`builder-${end}`, root);
    input.addEventListener("input", () => work.change({ [end]: input.value.trim() }));
  }
  find("builder-functions", root).addEventListener("change", (event) => {
    const { functions, work: held } = work.state;
    if (held) work.change({ functions: withFunction(functions, held.editing.functions, valueIn(event)) });
  });
}

/** @param {HTMLElement} root @param {{render: (source: string) => void}} code
 * @param {import("../../state/recipes.js").Editing} editing @param {string[]} functions */
function renderPython(root, code, editing, functions) {
  code.render(editing.source);
  for (const end of ENDS) {
    const input = findInput(`builder-${end}`, root);
    if (document.activeElement !== input && input.value !== editing[end]) input.value = editing[end];
  }
  const hasSeveral = functions.length > 1;
  show(find("builder-functions-part", root), hasSeveral);
  fillList(find("builder-functions", root), "function", hasSeveral ? functions : [], (row, name) => {
    const input = child(row, "input");
    input.value = name;
    input.checked = !editing.functions.length || editing.functions.includes(name);
    setText(child(row, "span"), name);
  });
}

/** @param {HTMLElement} root @param {import("./work.js").Work} work @param {ShownReward[]} custom
 * @param {Record<string, string>} refused */
function renderHead(root, { editing, original, version }, custom, refused) {
  const fresh = editing.kind === "python" ? "A new reward in Python" : "A new recipe";
  setText(find("builder-title", root), version === null ? fresh : `Version ${version} of ${original.name}`);
  const inputs = { "builder-name": editing.name, "builder-description": editing.description };
  for (const [ref, text] of Object.entries(inputs)) {
    const input = findInput(ref, root);
    if (document.activeElement !== input && input.value !== text) input.value = text;
  }
  showText(find("builder-name-error", root), refused.name ?? "");
  findInput("builder-name", root).setAttribute("aria-invalid", String(Boolean(refused.name)));
  const known = custom.find((reward) => reward.name === editing.name.trim());
  const isOther = known && (version === null || editing.name.trim() !== original.name);
  const makes = isOther ? `There is a reward of this name: saving makes version ${known.version + 1} of it.` : "";
  setText(find("builder-name-help", root), makes);
  renderVersions(root, custom.find((reward) => reward.name === original.name)?.versions ?? [], version);
}

/** @param {HTMLElement} root @param {number[]} versions @param {number | null} version */
function renderVersions(root, versions, version) {
  const select = find("builder-versions", root, "select");
  show(find("builder-versions-part", root), version !== null && versions.length > 1);
  fillList(select, "option", versions.map(String), (row, number) => {
    /** @type {HTMLOptionElement} */ (row).value = number;
    setText(row, number);
  });
  if (document.activeElement !== select) select.value = String(version);
}

/** @param {HTMLElement} root @param {ReturnType<typeof createWork>} work */
function renderFoot(root, { state, isChanged }) {
  const isGeneral = (/** @type {string} */ place) => place !== "name" && !/^recipe\.checks\.\d/.test(place);
  const general = Object.entries(state.refused).filter(([place]) => isGeneral(place));
  tell(root, "builder-error", general.map(([, text]) => text).join(" "));
  for (const ref of ["builder-save", "builder-use", "builder-try"]) find(ref, root, "button").disabled = state.isSaving;
  setText(find("builder-save", root).querySelector("span"), state.isSaving ? "Trying it" : "Save");
  setText(find("builder-status", root), isChanged() && !state.isSaving ? NOT_SAVED : state.said);
}
