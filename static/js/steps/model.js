// @ts-check
/** Step 1: the base model, and the adapter that is put on it. */

import { describeModel, explain } from "../lib/api.js";
import { fillList, find, findInput, itemOf, part, setText, show } from "../lib/dom.js";
import { compact, gib } from "../lib/format.js";
import { createLatest } from "../lib/latest.js";
import { drawFields, problemOf, showFields } from "../forms/form.js";
import { flat } from "../state/draft.js";

const ALL = "All";
const ASKING = "Asking";
/** Parameters from which on a step takes minutes without a GPU. */
const SLOW_ON_CPU = 4e8;
const CUSTOM_FIELDS = ["model.lora_rank", "model.lora_alpha", "model.lora_dropout", "model.quantization"];
const ADVANCED_FIELDS = ["model.target_modules", "model.gradient_checkpointing"];

/** @param {HTMLElement} root @param {any} context */
export function mount(root, context) {
  const drawn = drawFields(find("lora-fields", root), [...CUSTOM_FIELDS, ...ADVANCED_FIELDS], context);
  const other = mountOther(root, context);
  /** @type {any[]} */
  let models = [];

  async function fetchModels() {
    try {
      models = await context.models();
      show(find("models-error", root), false);
    } catch (error) {
      setText(find("models-error-text", root), explain(error));
      show(find("models-error", root), true);
    }
    show(find("models-busy", root), false);
    redraw();
  }
  const redraw = () => {
    drawModels(root, models);
    render(context.store.get());
  };
  /** A model, and in the recommended mode what suits it. @param {any} model */
  const choose = (model) => {
    const isGuided = context.store.get().draft.mode === "recommended";
    context.set({ "model.name": model.id, ...(isGuided ? flat(model.recommended) : {}) });
    other.say("");
  };
  /** @param {any} state */
  const render = (state) => {
    drawChoice(root, state, context.get("model.name"), models);
    for (const { element, field } of drawn) show(element, state.draft.mode === "advanced" || CUSTOM_FIELDS.includes(field.name));
    showFields(drawn, state);
    setText(find("model-gpu-problem-text", root), state.system?.gpu_problem ?? "");
    show(find("model-gpu-problem", root), Boolean(state.system?.gpu_problem));
    other.render();
  };

  find("families", root).addEventListener("change", redraw);
  find("models", root).addEventListener("change", (event) => choose(itemOf(event.target)));
  find("modes", root).addEventListener("change", (event) => {
    const mode = /** @type {HTMLInputElement} */ (event.target).value;
    context.patchDraft({ mode });
    const model = models.find((one) => one.id === context.get("model.name"));
    if (mode === "recommended" && model) choose(model);
  });
  context.live.on("connect", () => models.length === 0 && fetchModels());
  fetchModels();
  return { render };
}

/** The families, and the models of the chosen one. @param {HTMLElement} root @param {any[]} models */
function drawModels(root, models) {
  const chosen = /** @type {HTMLInputElement | null} */ (root.querySelector("input[name=family]:checked"))?.value ?? ALL;
  const families = models.length ? [ALL, ...new Set(models.map((model) => model.family))] : [];
  fillList(find("families", root), "family", families, (row, name) => {
    const input = /** @type {HTMLInputElement} */ (row.querySelector("input"));
    Object.assign(input, { value: name, checked: name === chosen });
    setText(row.querySelector("span"), name);
  });
  fillList(find("models", root), "model", models.filter((model) => chosen === ALL || model.family === chosen), fillModel);
}

/** What the draft has chosen, and what is wrong with it.
 * @param {HTMLElement} root @param {any} state @param {string} name @param {any[]} models */
function drawChoice(root, state, name, models) {
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("input[name=model]"))) input.checked = itemOf(input)?.id === name;
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("input[name=mode]"))) input.checked = input.value === state.draft.mode;
  const other = findInput("other-name", root);
  if (models.length && other.value === "" && !models.some((model) => model.id === name)) other.value = name;
  const problem = problemOf(state.plan.errors, "model.name");
  setText(find("model-problem", root), problem);
  show(find("model-problem", root), problem !== "");
  show(find("lora", root), state.draft.mode !== "recommended");
}

/** A model of the user's by its name: asked for, and taken if it can be had. @param {HTMLElement} root @param {any} context */
function mountOther(root, context) {
  const typed = () => findInput("other-name", root).value.trim();
  const result = find("other-result", root);
  const say = (/** @type {string} */ text) => setText(result, text);
  const latest = createLatest(() => [typed(), context.get("model.name")]);
  const render = () => result.textContent === ASKING && !latest.isAsking() && say("");

  find("other-name", root).addEventListener("input", render);
  find("other-form", root).addEventListener("submit", (event) => {
    event.preventDefault();
    const name = typed();
    if (!name) return say("Type a name first.");
    say(ASKING);
    return latest.ask(() => describeModel(name), {
      answered(about) {
        context.set({ "model.name": name });
        context.refreshPlan();
        say(aboutText(about));
      },
      refused: (error) => say(explain(error)),
    });
  });
  return { render, say };
}

/** @param {HTMLElement} row @param {any} model */
function fillModel(row, model) {
  setText(part(row, "choice__title"), model.title);
  setText(part(row, "choice__text"), model.note);
  const badge = part(row, "badge");
  const isSlow = model.fits && model.device === "CPU" && model.parameters > SLOW_ON_CPU;
  badge.dataset.status = model.fits && !isSlow ? "good" : "warning";
  setText(badge, !model.fits ? "Too large here" : isSlow ? "Fits, but very slow" : "Fits");
  setText(part(row, "model__size"), `${compact(model.parameters)} parameters`);
  setText(part(row, "model__memory"), `${gib(model.memory_gib)} as recommended`);
  setText(part(row, "model__licence"), model.embedded ? "embedded, no download" : `${model.licence}${model.cached ? ", downloaded" : ""}`);
  const input = /** @type {HTMLInputElement} */ (row.querySelector("input"));
  input.value = model.id;
  input.dataset.model = model.id;
}

/** @param {any} about */
function aboutText(about) {
  const where = { embedded: "It comes with the installation.", local: "It is a folder on this machine.", hub: about.cached ? "It is downloaded already." : "It is downloaded when the run starts." };
  const size = about.parameters ? ` About ${compact(about.parameters)} parameters.` : "";
  return `${about.name} can be used. ${where[/** @type {keyof typeof where} */ (about.kind)]}${size}${about.problem ? ` ${about.problem}` : ""}`;
}
