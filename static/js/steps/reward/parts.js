// @ts-check
/** Your reward as it stands: its parts with weights and settings, what may be added, and the columns it reads. */

import { clone, fillList, find, part, setText, show } from "../../lib/dom.js";
import { createField } from "../../forms/field.js";
import { counted, percent } from "../../lib/format.js";
import {
  parameterField, partsOf, presetOf, problemOfParameter, problemsOfAll, problemsOfPart, schemaField, shareOf, titleOf,
  withEntry, withPart, withPatch, withoutPart,
} from "../../state/rewards.js";
import { mountColumns } from "./columns.js";
import { fillTruth } from "./presets.js";
import { putParts, rewardsOf } from "./shared.js";

/** @typedef {import("../../state/rewards.js").Part} Part */
/** @typedef {{element: HTMLElement, show: (part: Part, problems: Record<string, string>) => void}} Drawn */

const JUDGE_FIELDS = { url: "Address", model: "Model", timeout_s: "Time limit", max_parallel: "Questions at once", api_key_variable: "Variable with the key", order_swap: "Grade in both orders" };

/** @param {HTMLElement} root @param {any} context @param {(name: string) => void} edit opens a custom reward */
export function mountParts(root, context, edit) {
  const host = find("parts", root);
  const columns = mountColumns(root, context);
  const choice = /** @type {HTMLSelectElement} */ (find("part-choice", root));
  /** @type {Drawn[]} */
  let drawn = [];
  let drawnKey = "";

  find("part-add", root).addEventListener("click", () => {
    const added = withPart(partsOf(context.get), partFrom(choice.value), rewardsOf(context.store.get()).list);
    putParts(context, added);
    context.say(`${choice.selectedOptions[0].text} is part ${added.length} of your reward.`);
  });
  host.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-do]")) : null;
    const row = button?.closest("li");
    if (!button || !row) return;
    const at = [...host.children].indexOf(row);
    const parts = partsOf(context.get);
    if (button.dataset.do === "edit") edit(parts[at].custom_name ?? "");
    else removePart(parts, at);
  });

  /** @param {Part[]} parts @param {number} at */
  function removePart(parts, at) {
    putParts(context, withoutPart(parts, at));
    render(context.store.get());
    /** @type {HTMLElement} */ (host.children[Math.min(at, host.children.length - 1)]?.querySelector("[data-do=remove]:not([hidden])") ?? choice).focus();
  }

  /** @param {any} state */
  function render(state) {
    const rewards = rewardsOf(state);
    const parts = partsOf(context.get);
    const isComposite = context.get("reward.type") === "composite";
    const key = JSON.stringify([rewards.status, isComposite, parts.map((one) => [one.preset_name, one.custom_name, Boolean(one.judge)])]);
    if (key !== drawnKey) {
      drawn = parts.map((one, at) => drawPart(one, at, context));
      host.replaceChildren(...drawn.map((one) => one.element));
      drawnKey = key;
    }
    const errors = state.plan.errors;
    parts.forEach((one, at) => {
      drawn[at].show(one, problemsOfPart(errors, at, isComposite));
      showShare(drawn[at].element, parts, at);
    });
    renderProblems(root, parts, errors, isComposite, rewards);
    setText(find("parts-note", root), parts.length === 1 ? "One thing scores; the score is 0 to 1." : `The weighted sum of ${counted(parts.length, "part")}. Let truth weigh more than form.`);
    fillChoices(choice, rewards);
    columns.render(state, parts);
  }
  return { render };
}

/** What is said against the reward as a whole, and custom rewards that are gone.
 * @param {HTMLElement} root @param {Part[]} parts @param {Record<string, string>} errors @param {boolean} isComposite @param {any} rewards */
function renderProblems(root, parts, errors, isComposite, rewards) {
  const saved = rewards.custom.map((/** @type {any} */ one) => one.name);
  const missing = rewards.status !== "ready" ? [] : parts.filter((one) => one.custom_name && !one.custom && !saved.includes(one.custom_name))
    .map((one) => `There is no saved reward ${one.custom_name} any more. Save one of that name, or choose another.`);
  const own = isComposite ? [] : Object.keys(parts[0]?.parameters ?? {}).map((name) => problemOfParameter({ "": errors.reward ?? "" }, name));
  const problems = [...problemsOfAll(errors).filter((problem) => !own.includes(problem)), ...missing];
  show(find("reward-problems", root), problems.length > 0);
  fillList(find("reward-problems", root), "text", problems, (row, problem) => {
    row.className = "problem";
    setText(row, problem);
  });
}

/** "preset:math-science", "custom:mine" or "judge:" to a part. @param {string} value @returns {Part} */
function partFrom(value) {
  const [kind, name] = [value.slice(0, value.indexOf(":")), value.slice(value.indexOf(":") + 1)];
  if (kind === "judge") return { judge: {} };
  return kind === "custom" ? { custom_name: name } : { preset_name: name };
}

/** @param {HTMLSelectElement} select @param {any} rewards */
function fillChoices(select, { list, custom }) {
  const key = JSON.stringify([list.length, custom.map((/** @type {any} */ one) => one.name)]);
  if (select.dataset.key === key) return;
  select.dataset.key = key;
  const groups = [
    ["Presets", list.map((/** @type {any} */ one) => [one.title, `preset:${one.name}`])],
    ["Your own", custom.map((/** @type {any} */ one) => [one.name, `custom:${one.name}`])],
    ["A language model", [["A judge behind an OpenAI-compatible address", "judge:"]]],
  ];
  const before = select.value;
  select.replaceChildren(...groups.filter(([, options]) => options.length).map(([label, options]) => {
    const group = document.createElement("optgroup");
    group.label = label;
    group.append(...options.map((/** @type {[string, string]} */ [text, value]) => new Option(text, value)));
    return group;
  }));
  const isThere = [...select.options].some((option) => option.value === before);
  select.value = isThere && before ? before : "preset:solution-format";
}

/** @param {HTMLElement} element @param {Part[]} parts @param {number} at */
function showShare(element, parts, at) {
  const isOne = parts.length === 1;
  show(part(element, "reward-part__share"), !isOne);
  show(part(element, "reward-part__remove"), !isOne);
  const settings = /** @type {HTMLElement[]} */ ([...part(element, "reward-part__fields").children]);
  for (const setting of settings) show(setting, !isOne || !setting.dataset.field?.endsWith(".name"));
  show(part(element, "reward-part__more"), settings.some((setting) => !setting.hidden));
  /** @type {HTMLProgressElement} */ (part(element, "meter")).value = shareOf(parts, at);
  setText(part(element, "reward-part__share-text"), `${percent(shareOf(parts, at))} of the sum`);
}

/** @param {Part} one @param {number} at @param {any} context @returns {Drawn} */
function drawPart(one, at, context) {
  const { list, defs, custom } = rewardsOf(context.store.get());
  const element = clone("reward-part");
  const isComposite = context.get("reward.type") === "composite";
  const place = isComposite ? `reward.components.${at}` : "reward";
  if (isComposite) element.dataset.field = place;
  const preset = presetOf(list, one.preset_name);
  const patch = (/** @type {Partial<Part>} */ values) => putParts(context, withPatch(partsOf(context.get), at, values));
  const fields = [
    ...parameterFields(preset, place, element, context, at, patch),
    ...(one.judge && defs.JudgeSettings ? judgeFields(defs.JudgeSettings.properties, place, element, context, at, patch) : []),
    ...(defs.RewardComponent ? weightFields(defs.RewardComponent.properties, place, element, patch) : []),
  ];
  fillWords(element, one, preset, custom);
  return { element, show: (now, problems) => showPart(element, fields, now, problems, list) };
}

/** @typedef {{name: string, draw: (part: Part, problems: Record<string, string>) => void}} Bound */

/** @param {Record<string, any>} properties @param {string} place @param {HTMLElement} element @param {(values: Partial<Part>) => void} patch @returns {Bound[]} */
function weightFields(properties, place, element, patch) {
  return ["weight", "name"].map((key) => {
    const words = key === "name" ? { label: "Name in charts", help: "Automatic takes the name of what scores." } : {};
    const field = createField(schemaField(`${place}.${key}`, properties[key]), (_, value) => patch({ [key]: value ?? undefined }), words);
    part(element, key === "weight" ? "reward-part__weight" : "reward-part__fields").append(field.element);
    return { name: key, draw: (now, problems) => field.show(/** @type {any} */ (now)[key] ?? properties[key].default, problems[key] ?? "") };
  });
}

/** @param {any} preset @param {string} place @param {HTMLElement} element @param {any} context @param {number} at
 * @param {(values: Partial<Part>) => void} patch @returns {Bound[]} */
function parameterFields(preset, place, element, context, at, patch) {
  return (preset?.parameters ?? []).map((/** @type {any} */ parameter) => {
    const field = createField(parameterField(parameter, `${place}.parameters`), (_, value) =>
      patch({ parameters: withEntry(partsOf(context.get)[at].parameters, parameter.name, value) }));
    part(element, "reward-part__fields").append(field.element);
    return {
      name: parameter.name,
      draw: (/** @type {Part} */ now, /** @type {Record<string, string>} */ problems) =>
        field.show(now.parameters?.[parameter.name] ?? parameter.default, problemOfParameter(problems, parameter.name)),
    };
  });
}

/** @param {Record<string, any>} properties @param {string} place @param {HTMLElement} element @param {any} context @param {number} at
 * @param {(values: Partial<Part>) => void} patch @returns {Bound[]} */
function judgeFields(properties, place, element, context, at, patch) {
  const put = (/** @type {string} */ key, /** @type {any} */ value) => patch({ judge: withEntry(partsOf(context.get)[at].judge, key, value) });
  const host = part(element, "reward-part__fields");
  const plain = Object.entries(JUDGE_FIELDS).map(([key, label]) => {
    const field = createField(schemaField(`${place}.judge.${key}`, properties[key]), (_, value) => put(key, value), { label });
    host.append(field.element);
    return { name: key, draw: (/** @type {Part} */ now, /** @type {Record<string, string>} */ problems) => field.show(now.judge?.[key] ?? properties[key].default, problems[`judge.${key}`] ?? (key === "url" ? problems.judge ?? "" : "")) };
  });
  const rubric = drawRubric(properties.rubric, `${place}.judge.rubric`, (value) => put("rubric", value));
  host.prepend(rubric.element);
  return [...plain, { name: "rubric", draw: (now, problems) => rubric.show(now.judge?.rubric ?? properties.rubric.default, problems["judge.rubric"] ?? "") }];
}

/** The rubric is prose and gets the room for it. @param {any} property @param {string} place @param {(value: string | undefined) => void} onChange */
function drawRubric(property, place, onChange) {
  const element = clone("rubric");
  const label = /** @type {HTMLLabelElement} */ (part(element, "field__label"));
  const input = /** @type {HTMLTextAreaElement} */ (element.querySelector("textarea"));
  element.dataset.field = place;
  input.id = label.htmlFor = `rubric-${place.replaceAll(".", "-")}`;
  setText(label, "Rubric");
  setText(part(element, "field__help"), property.description);
  input.addEventListener("input", () => onChange(input.value || undefined));
  return {
    element,
    show(/** @type {string} */ value, /** @type {string} */ problem) {
      if (document.activeElement !== input && input.value !== value) input.value = value;
      setText(part(element, "field__error"), problem);
      show(part(element, "field__error"), problem !== "");
    },
  };
}

/** @param {HTMLElement} element @param {Part} one @param {any} preset @param {any[]} custom */
function fillWords(element, one, preset, custom) {
  const saved = custom.find((other) => other.name === one.custom_name);
  const what = one.judge ? "A language model grades the answer by a rubric." : saved?.definition.description || (one.custom ? "Written out in this draft, as the run it comes from had it." : "Your own reward, in its newest version.");
  setText(part(element, "reward-part__about"), preset ? preset.summary : one.preset_name ? "There is no preset of this name." : what);
  const badge = part(element, "reward-part__truth");
  if (preset) fillTruth(badge, preset);
  else {
    badge.dataset.status = "plain";
    setText(badge, one.judge ? "Judge" : "Your own");
  }
  show(part(element, "reward-part__edit"), Boolean(one.custom_name));
  const more = /** @type {HTMLDetailsElement} */ (part(element, "reward-part__more"));
  more.open = Boolean(one.judge) || Object.keys(one.parameters ?? {}).length > 0;
}

/** @param {HTMLElement} element @param {Bound[]} fields @param {Part} now @param {Record<string, string>} problems @param {any[]} catalogue */
function showPart(element, fields, now, problems, catalogue) {
  const title = titleOf(now, catalogue);
  setText(part(element, "reward-part__title"), title);
  part(element, "reward-part__remove").setAttribute("aria-label", `Remove ${now.name ?? title}`);
  part(element, "reward-part__edit").setAttribute("aria-label", `Edit ${title}`);
  for (const field of fields) field.draw(now, problems);
  const own = element.dataset.field ? leftOver(fields, now, problems) : "";
  setText(part(element, "reward-part__error"), own);
  show(part(element, "reward-part__error"), own !== "");
}

/** What is said against a part and stands beside none of its inputs. @param {Bound[]} fields @param {Part} now @param {Record<string, string>} problems */
function leftOver(fields, now, problems) {
  const isPlaced = (/** @type {string} */ place) => place === ""
    ? Object.keys(now.parameters ?? {}).some((name) => problemOfParameter(problems, name))
    : place === "judge" || fields.some(({ name }) => [name, `judge.${name}`, `parameters.${name}`].includes(place));
  return Object.entries(problems).filter(([place]) => !isPlaced(place)).map(([, problem]) => problem).join(" ");
}
