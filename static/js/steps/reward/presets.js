// @ts-check
/** The Preset Library: a shelf to filter and search, and one preset in detail with its settings and worked examples. */

import { fillList, find, findInput, itemOf, make, part, setText, show } from "../../lib/dom.js";
import { counted, words } from "../../lib/format.js";
import { createField } from "../../forms/field.js";
import { categoriesOf, found, parameterField, partsOf, presetOf, withEntry, withPart } from "../../state/rewards.js";
import { dialog, open } from "../../ui/dialog.js";
import { putParts, rewardsOf } from "./shared.js";

const ALL = "All";
const AT_FIRST = 9;

/** @param {HTMLElement} root @param {any} context */
export function mountPresets(root, context) {
  const shelf = find("presets", root);
  const detail = mountDetail(root, context);
  let category = ALL;
  let showsAll = false;

  find("categories", root).addEventListener("change", (event) => {
    category = /** @type {HTMLInputElement} */ (event.target).value;
    render(context.store.get());
  });
  findInput("preset-search", root).addEventListener("input", () => render(context.store.get()));
  find("presets-more", root).addEventListener("click", () => {
    showsAll = true;
    render(context.store.get());
    /** @type {HTMLElement} */ (shelf.children[AT_FIRST].querySelector("button")).focus();
  });
  shelf.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("button")) : null;
    const preset = itemOf(button);
    if (button?.dataset.do === "open") detail.show(preset);
    if (button?.dataset.do === "use") usePreset(context, { preset_name: preset.name }, preset);
  });

  /** @param {any} state */
  function render(state) {
    const { list } = rewardsOf(state);
    fillList(find("categories", root), "category", [ALL, ...categoriesOf(list)], (row, name) => {
      const input = /** @type {HTMLInputElement} */ (row.querySelector("input"));
      input.value = name;
      input.checked = name === category;
      setText(row.querySelector("span"), words(name));
    });
    const search = findInput("preset-search", root).value;
    const matching = found(list, category === ALL ? "" : category, search);
    const shown = showsAll || search || category !== ALL ? matching : matching.slice(0, AT_FIRST);
    fillList(shelf, "preset", shown, fillPreset);
    show(find("presets-more", root), shown.length < matching.length);
    setText(find("presets-more", root), `Show all ${matching.length} presets`);
    show(find("presets-empty", root), shown.length === 0);
    setText(find("preset-count", root), counted(shown.length, "preset"));
    const used = partsOf(context.get).map((one) => presetOf(list, one.preset_name)?.name);
    for (const row of /** @type {Iterable<HTMLElement>} */ (shelf.children)) showUse(row, used.includes(itemOf(row).name));
  }
  return { render };
}

/** @param {any} context @param {import("../../state/rewards.js").Part} one @param {any} preset */
function usePreset(context, one, preset) {
  putParts(context, [one]);
  context.say(`${preset.title} scores the answers now.`);
}

/** @param {HTMLElement} row @param {boolean} isUsed */
function showUse(row, isUsed) {
  const button = /** @type {HTMLButtonElement} */ (row.querySelector("[data-do=use]"));
  row.dataset.used = String(isUsed);
  setText(button, isUsed ? "In use" : "Use");
  button.setAttribute("aria-label", `${isUsed ? "In use:" : "Use"} ${itemOf(row).title}`);
  button.disabled = isUsed;
}

/** @param {HTMLElement} row @param {any} preset */
function fillPreset(row, preset) {
  setText(row.querySelector("[data-do=open]"), preset.title);
  setText(part(row, "preset__summary"), preset.summary);
  fillTruth(part(row, "preset__truth"), preset);
  setText(part(row, "preset__category"), words(preset.category));
  setText(part(row, "preset__level"), words(preset.level));
  const needs = needsOf(preset);
  setText(part(row, "preset__needs"), needs);
  show(part(row, "preset__needs"), needs !== "");
}

/** @param {HTMLElement} badge @param {any} preset */
export function fillTruth(badge, preset) {
  badge.dataset.status = preset.judges_truth ? "good" : "plain";
  setText(badge, preset.judges_truth ? "Judges truth" : "Judges form");
}

/** @param {any} preset */
function needsOf(preset) {
  const names = preset.fields.map((/** @type {string} */ name) => (name === "reference" ? "the expected answer" : `a column ${name}`));
  return names.length ? `Needs ${names.join(" and ")}` : "";
}

/** @param {HTMLElement} root @param {any} context */
function mountDetail(root, context) {
  const box = dialog("preset-dialog");
  /** @type {any} */
  let preset = null;
  /** @type {Record<string, any>} */
  let parameters = {};
  const chosen = () => ({ preset_name: preset.name, ...(Object.keys(parameters).length ? { parameters } : {}) });

  find("preset-use", box).addEventListener("click", () => {
    usePreset(context, chosen(), preset);
    box.close();
  });
  find("preset-add", box).addEventListener("click", () => {
    putParts(context, withPart(partsOf(context.get), chosen(), rewardsOf(context.store.get()).list));
    context.say(`${preset.title} is a part of your reward now; its weight is below.`);
    box.close();
  });

  /** The preset with the values it has in the draft, where it is used alone. @param {any} one */
  function showPreset(one) {
    preset = one;
    const parts = partsOf(context.get);
    const isUsed = parts.length === 1 && presetOf([one], parts[0].preset_name) !== undefined;
    parameters = isUsed ? parts[0].parameters ?? {} : {};
    fillDetail(box, one);
    find("preset-parameters", box).replaceChildren(...one.parameters.map((/** @type {any} */ parameter) => {
      const field = createField(parameterField(parameter, "preset"), (_, value) => { parameters = withEntry(parameters, parameter.name, value); });
      field.show(parameters[parameter.name] ?? parameter.default, "");
      return field.element;
    }));
    open(box);
  }
  return { show: showPreset };
}

/** @param {HTMLElement} box @param {any} preset */
function fillDetail(box, preset) {
  setText(find("preset-title", box), preset.title);
  setText(find("preset-summary", box), preset.summary);
  const truth = make("span", "badge");
  fillTruth(truth, preset);
  const chips = [words(preset.category), words(preset.level), needsOf(preset)].filter(Boolean).map((text) => make("span", "chip", text));
  find("preset-chips", box).replaceChildren(truth, ...chips);
  show(find("preset-components-part", box), preset.components.length > 0);
  show(find("preset-parameters-part", box), preset.parameters.length > 0);
  const total = preset.components.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.weight, 0);
  fillList(find("preset-components", box), "component", preset.components, (row, one) => {
    setText(part(row, "component__share"), one.weight ? `${Math.round((100 * one.weight) / total)} %` : "gate");
    setText(part(row, "component__name"), words(one.name));
    setText(part(row, "component__summary"), one.weight ? one.summary : `${one.summary} Multiplies the whole score.`);
  });
  fillList(find("preset-samples", box), "sample", preset.samples, fillSample);
  setText(find("preset-aliases", box), `In a configuration: ${[preset.name, ...preset.aliases].join(", ")}`);
}

/** @param {HTMLElement} row @param {any} sample */
function fillSample(row, sample) {
  const badge = part(row, "sample__kind");
  badge.dataset.status = sample.kind;
  setText(badge, sample.kind === "good" ? "Earns at least 0.8" : "Earns at most 0.3");
  setText(part(row, "sample__question"), sample.instruction);
  setText(part(row, "sample__response"), sample.response || "(empty)");
  const extras = Object.entries(sample.extras).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
  setText(part(row, "sample__reference"), [sample.reference ? `Expected: ${sample.reference}` : "", ...extras].filter(Boolean).join(" · "));
}
