// @ts-check
/** Step 1: the base model, and the adapter that is put on it. */

import { attempt, describeModel, explain } from "../lib/api.js";
import { compact, gib } from "../lib/format.js";
import { createLatest } from "../lib/latest.js";
import { drawFields, problemOf, showFields } from "../forms/form.js";
import { flat } from "../state/draft.js";
import { showPlace } from "../ui/place.js";
import {
  check, child, each, fillList, find, findInput, itemOf, onSubmit, part, setText, show, showText, tell, valueIn,
} from "../lib/dom.js";

const ALL = "All";
const ASKING = "Asking";
/** Parameters from which on a step takes minutes without a GPU. */
const SLOW_ON_CPU = 4e8;
const CUSTOM_FIELDS = ["model.lora_rank", "model.lora_alpha", "model.lora_dropout", "model.quantization"];
const ADVANCED_FIELDS = ["model.target_modules", "model.gradient_checkpointing"];

/** @param {HTMLElement} root @param {Context} context */
export function mount(root, context) {
  const drawn = drawFields(find("lora-fields", root), [...CUSTOM_FIELDS, ...ADVANCED_FIELDS], context);
  const other = mountOther(root, context);
  /** @type {ListedBaseModel[]} */
  let models = [];

  async function fetchModels() {
    const isThere = await attempt(async () => {
      models = await context.models();
    }, (text) => tell(root, "models-error", text));
    if (isThere) show(find("models-error", root), false);
    show(find("models-busy", root), false);
    redraw();
  }
  const redraw = () => {
    drawModels(root, models);
    render(context.store.get());
  };
  /** A model, and in the recommended mode what suits it. @param {ListedBaseModel} model */
  const choose = (model) => {
    const isGuided = context.store.get().draft.mode === "recommended";
    if (isGuided) context.patchDraft({ suited: {} });
    context.set({ "model.name": model.id, ...(isGuided ? flat({ ...model.recommended }) : {}) });
    other.say("");
  };
  /** @param {State} state */
  const render = (state) => {
    drawChoice(root, state, context.get("model.name"), models);
    const isAll = state.draft.mode === "advanced";
    for (const { element, field } of drawn) show(element, isAll || CUSTOM_FIELDS.includes(field.name));
    showFields(drawn, state);
    tell(root, "model-gpu-problem", state.system?.gpu_problem ?? "");
    other.render();
  };

  find("families", root).addEventListener("change", redraw);
  find("models", root).addEventListener("change", (event) => choose(itemOf(event.target)));
  find("modes", root).addEventListener("change", (event) => {
    const mode = valueIn(event);
    context.patchDraft({ mode });
    const model = models.find(({ id }) => id === context.get("model.name"));
    if (mode === "recommended" && model) choose(model);
  });
  context.live.on("connect", () => models.length === 0 && fetchModels());
  fetchModels();
  return { render };
}

/** The families, and the models of the chosen one. @param {HTMLElement} root @param {ListedBaseModel[]} models */
function drawModels(root, models) {
  const [{ value: chosen } = { value: ALL }] = each(root, "input", "[name=family]:checked");
  const families = models.length ? [ALL, ...new Set(models.map((model) => model.family))] : [];
  fillList(find("families", root), "family", families, (row, name) => {
    Object.assign(child(row, "input"), { value: name, checked: name === chosen });
    setText(row.querySelector("span"), name);
  });
  const shown = models.filter((model) => chosen === ALL || model.family === chosen);
  fillList(find("models", root), "model", shown, fillModel);
}

/** What the draft has chosen, and what is wrong with it.
 * @param {HTMLElement} root @param {State} state @param {string} name @param {ListedBaseModel[]} models */
function drawChoice(root, state, name, models) {
  for (const input of each(root, "input", "[name=model]")) input.checked = itemOf(input)?.id === name;
  check(root, "mode", state.draft.mode);
  const other = findInput("other-name", root);
  if (models.length && other.value === "" && !models.some((model) => model.id === name)) other.value = name;
  showText(find("model-problem", root), problemOf(state.plan.errors, "model.name"));
  show(find("lora", root), state.draft.mode !== "recommended");
}

/** A model of the user's by its name: asked for, and taken if it can be had.
 * @param {HTMLElement} root @param {Context} context */
function mountOther(root, context) {
  const typed = () => findInput("other-name", root).value.trim();
  const result = find("other-result", root);
  const say = (/** @type {string} */ text) => setText(result, text);
  const latest = createLatest(() => [typed(), context.get("model.name")]);
  const render = () => result.textContent === ASKING && !latest.isAsking() && say("");

  find("other-name", root).addEventListener("input", render);
  onSubmit(find("other-form", root), () => {
    const name = typed();
    if (!name) return say("Type a name first.");
    say(ASKING);
    return latest.ask((signal) => describeModel(name, signal), {
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

/** @param {HTMLElement} row @param {ListedBaseModel} model */
function fillModel(row, model) {
  setText(part(row, "choice__title"), model.title);
  setText(part(row, "choice__text"), model.note);
  const badge = part(row, "badge");
  const isSlow = model.fits && model.device === "CPU" && model.parameters > SLOW_ON_CPU;
  badge.dataset.status = model.fits && !isSlow ? "good" : "warning";
  setText(badge, !model.fits ? "Too large here" : isSlow ? "Fits, but very slow" : "Fits");
  setText(part(row, "model__size"), `${compact(model.parameters)} parameters`);
  setText(part(row, "model__memory"), `${gib(model.memory_gib)} as recommended`);
  setText(part(row, "model__licence"), model.licence);
  showPlace(part(row, "place"), model.cached, model.download_bytes);
  const input = child(row, "input");
  input.value = model.id;
  input.dataset.model = model.id;
}

/** @param {ModelDetails} about */
function aboutText({ name, kind, cached, parameters, problem }) {
  const where = {
    embedded: "It comes with the installation.",
    local: "It is a folder on this machine.",
    hub: cached ? "It is downloaded already." : "It is downloaded when the run starts.",
  }[kind];
  const size = parameters ? ` About ${compact(parameters)} parameters.` : "";
  return `${name} can be used. ${where}${size}${problem ? ` ${problem}` : ""}`;
}
