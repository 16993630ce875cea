// @ts-check
/** The Preset Library: a shelf to filter and search, and one preset in detail with its settings and worked examples. */

import { counted, words } from "../../lib/format.js";
import { createField } from "../../forms/field.js";
import { cellText } from "../../state/datasets.js";
import { categoriesOf, found, parameterField, partsOf, presetOf, withEntry, withPart } from "../../state/rewards.js";
import { dialog, open } from "../../ui/dialog.js";
import { putParts, rewardsOf } from "./shared.js";
import {
  around, child, fillList, find, findInput, itemOf, make, part, rowsIn, setText, show, showText, valueIn,
} from "../../lib/dom.js";

const ALL = "All";
const AT_FIRST = 9;

/** @param {HTMLElement} root @param {Context} context */
export function mountPresets(root, context) {
  const shelf = find("presets", root);
  const detail = mountDetail(context);
  let category = ALL;
  let showsAll = false;

  find("categories", root).addEventListener("change", (event) => {
    category = valueIn(event);
    render(context.store.get());
  });
  findInput("preset-search", root).addEventListener("input", () => render(context.store.get()));
  find("presets-more", root).addEventListener("click", () => {
    showsAll = true;
    render(context.store.get());
    child(shelf.children[AT_FIRST], "button").focus();
  });
  shelf.addEventListener("click", (event) => {
    const button = around(event.target, "button");
    const preset = itemOf(button);
    if (button?.dataset.do === "open") detail.show(preset);
    if (button?.dataset.do === "use") usePreset(context, { preset_name: preset.name }, preset);
  });

  /** @param {State} state */
  function render(state) {
    const { list } = rewardsOf(state);
    fillList(find("categories", root), "category", [ALL, ...categoriesOf(list)], (row, name) => {
      const input = child(row, "input");
      input.value = name;
      input.checked = name === category;
      setText(row.querySelector("span"), words(name));
    });
    const search = findInput("preset-search", root).value;
    const matching = found(list, category === ALL ? "" : category, search);
    const shown = showsAll || search || category !== ALL ? matching : matching.slice(0, AT_FIRST);
    fillList(shelf, "preset", shown, fillPreset);
    const isCut = shown.length < matching.length;
    showText(find("presets-more", root), isCut ? `Show all ${matching.length} presets` : "");
    show(find("presets-empty", root), shown.length === 0);
    setText(find("preset-count", root), counted(shown.length, "preset"));
    const used = partsOf(context.get).map((rewardPart) => presetOf(list, rewardPart.preset_name)?.name);
    for (const row of rowsIn(shelf)) showUse(row, used.includes(itemOf(row).name));
  }
  return { render };
}

/** @param {Context} context @param {RewardPart} rewardPart @param {ShownPreset} preset */
function usePreset(context, rewardPart, preset) {
  putParts(context, [rewardPart]);
  context.say(`${preset.title} scores the answers now.`);
}

/** @param {HTMLElement} row @param {boolean} isUsed */
function showUse(row, isUsed) {
  const button = child(row, "button", "[data-do=use]");
  row.dataset.used = String(isUsed);
  setText(button, isUsed ? "In use" : "Use");
  button.setAttribute("aria-label", `${isUsed ? "In use:" : "Use"} ${itemOf(row).title}`);
  button.disabled = isUsed;
}

/** @param {HTMLElement} row @param {ShownPreset} preset */
function fillPreset(row, preset) {
  setText(row.querySelector("[data-do=open]"), preset.title);
  setText(part(row, "preset__summary"), preset.summary);
  fillTruth(part(row, "preset__truth"), preset);
  setText(part(row, "preset__category"), words(preset.category));
  setText(part(row, "preset__level"), words(preset.level));
  showText(part(row, "preset__needs"), needsOf(preset));
}

/** @param {HTMLElement} badge @param {ShownPreset} preset */
export function fillTruth(badge, preset) {
  badge.dataset.status = preset.judges_truth ? "good" : "plain";
  setText(badge, preset.judges_truth ? "Judges truth" : "Judges form");
}

/** @param {ShownPreset} preset */
function needsOf(preset) {
  const names = preset.fields.map((name) => (name === "reference" ? "the expected answer" : `a column ${name}`));
  return names.length ? `Needs ${names.join(" and ")}` : "";
}

/** @param {Context} context */
function mountDetail(context) {
  const box = dialog("preset-dialog");
  /** @type {ShownPreset} */
  let preset;
  /** @type {Section} */
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

  /** The preset with the values it has in the draft, where it is used alone. @param {ShownPreset} next */
  function showPreset(next) {
    preset = next;
    const parts = partsOf(context.get);
    const isUsed = parts.length === 1 && presetOf([next], parts[0].preset_name) !== undefined;
    parameters = isUsed ? parts[0].parameters ?? {} : {};
    fillDetail(box, next);
    find("preset-parameters", box).replaceChildren(...next.parameters.map((parameter) => {
      const field = createField(parameterField(parameter, "preset"), (_, value) => {
        parameters = withEntry(parameters, parameter.name, value);
      });
      field.show(parameters[parameter.name] ?? parameter.default, "");
      return field.element;
    }));
    open(box);
  }
  return { show: showPreset };
}

/** @param {HTMLElement} box @param {ShownPreset} preset */
function fillDetail(box, preset) {
  setText(find("preset-title", box), preset.title);
  setText(find("preset-summary", box), preset.summary);
  const truth = make("span", "badge");
  fillTruth(truth, preset);
  const chips = [words(preset.category), words(preset.level), needsOf(preset)].filter(Boolean);
  find("preset-chips", box).replaceChildren(truth, ...chips.map((text) => make("span", "chip", text)));
  show(find("preset-components-part", box), preset.components.length > 0);
  show(find("preset-parameters-part", box), preset.parameters.length > 0);
  const total = preset.components.reduce((sum, component) => sum + component.weight, 0);
  fillList(find("preset-components", box), "component", preset.components, (row, { name, weight, summary }) => {
    setText(part(row, "component__share"), weight ? `${Math.round((100 * weight) / total)} %` : "gate");
    setText(part(row, "component__name"), words(name));
    setText(part(row, "component__summary"), weight ? summary : `${summary} Multiplies the whole score.`);
  });
  fillList(find("preset-samples", box), "sample", preset.samples, fillSample);
  setText(find("preset-aliases", box), `In a configuration: ${[preset.name, ...preset.aliases].join(", ")}`);
}

/** @param {HTMLElement} row @param {ShownSample} sample */
function fillSample(row, sample) {
  const badge = part(row, "sample__kind");
  badge.dataset.status = sample.kind;
  setText(badge, sample.kind === "good" ? "Earns at least 0.8" : "Earns at most 0.3");
  setText(part(row, "sample__question"), sample.instruction);
  setText(part(row, "sample__response"), sample.response || "(empty)");
  const expected = sample.reference ? `Expected: ${sample.reference}` : "";
  const extras = Object.entries(sample.extras).map(([name, value]) => `${name}: ${cellText(value)}`);
  setText(part(row, "sample__reference"), [expected, ...extras].filter(Boolean).join(" · "));
}
