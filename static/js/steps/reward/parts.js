// @ts-check
/** Your reward as it stands: its parts with weights and settings, what may be added, and the columns it reads. */

import { createField } from "../../forms/field.js";
import { counted, percent } from "../../lib/format.js";
import {
  parameterField, partsOf, presetOf, problemOfParameter, problemsOfAll, problemsOfPart, rangeOfPart, schemaField,
  shareOf, titleOf, withEntry, withPart, withPatch, withoutPart,
} from "../../state/rewards.js";
import { mountColumns } from "./columns.js";
import { fillTruth } from "./presets.js";
import { fillGroups } from "../../ui/groups.js";
import { putParts, rewardsOf } from "./shared.js";
import {
  child, clone, doOf, fillList, find, first, part, placeIn, rowsIn, setText, show, showText,
} from "../../lib/dom.js";

/** @typedef {{element: HTMLElement, show: (part: RewardPart, problems: Record<string, string>) => void}} Drawn */

/** @type {Record<string, string>} */
const JUDGE_FIELDS = {
  url: "Address",
  model: "Model",
  timeout_s: "Time limit",
  max_parallel: "Questions at once",
  api_key_variable: "Variable with the key",
  order_swap: "Grade in both orders",
};
const FIRST_CHOICE = "preset:solution-format";

/** @param {HTMLElement} root @param {Context} context @param {(name: string) => void} edit opens a custom reward */
export function mountParts(root, context, edit) {
  const host = find("parts", root);
  const columns = mountColumns(root, context);
  const choice = find("part-choice", root, "select");
  /** @type {Drawn[]} */
  let drawn = [];
  let drawnKey = "";

  find("part-add", root).addEventListener("click", () => {
    const added = withPart(partsOf(context.get), partFrom(choice.value), rewardsOf(context.store.get()).list);
    putParts(context, added);
    context.say(`${choice.selectedOptions[0].text} is part ${added.length} of your reward.`);
  });
  host.addEventListener("click", (event) => {
    const action = doOf(event);
    if (!action) return;
    const [parts, at] = [partsOf(context.get), placeIn(host, event.target)];
    if (action === "edit") edit(parts[at].custom_name ?? "");
    else removePart(parts, at);
  });

  /** @param {RewardPart[]} parts @param {number} at */
  function removePart(parts, at) {
    putParts(context, withoutPart(parts, at));
    render(context.store.get());
    const next = first(host.children[Math.min(at, host.children.length - 1)], "[data-do=remove]:not([hidden])");
    (next ?? choice).focus();
  }

  /** @param {State} state */
  function render(state) {
    const rewards = rewardsOf(state);
    const parts = partsOf(context.get);
    const isComposite = context.get("reward.type") === "composite";
    const kinds = parts.map(({ preset_name: preset, custom_name: own, judge }) => [preset, own, Boolean(judge)]);
    const key = JSON.stringify([rewards.status, isComposite, kinds]);
    if (key !== drawnKey) {
      drawn = parts.map((rewardPart, at) => drawPart(rewardPart, at, context));
      host.replaceChildren(...drawn.map(({ element }) => element));
      drawnKey = key;
    }
    const errors = state.plan.errors;
    parts.forEach((rewardPart, at) => {
      drawn[at].show(rewardPart, problemsOfPart(errors, at, isComposite));
      showShare(drawn[at].element, parts, at);
    });
    renderProblems(root, parts, errors, isComposite, rewards);
    const sum = `The weighted sum of ${counted(parts.length, "part")}. Let truth weigh more than form.`;
    const one = `One thing scores; the score is ${rangeOfPart(parts[0], rewards.custom)}.`;
    setText(find("parts-note", root), parts.length === 1 ? one : sum);
    fillChoices(choice, rewards);
    columns.render(state, parts);
  }
  return { render };
}

/** What is said against the reward as a whole, and custom rewards that are gone.
 * @param {HTMLElement} root @param {RewardPart[]} parts @param {Record<string, string>} errors
 * @param {boolean} isComposite @param {Rewards} rewards */
function renderProblems(root, parts, errors, isComposite, { status, custom }) {
  const isGone = (/** @type {RewardPart} */ rewardPart) =>
    rewardPart.custom_name && !rewardPart.custom && !custom.some(({ name }) => name === rewardPart.custom_name);
  const missing = (status === "ready" ? parts.filter(isGone) : []).map((rewardPart) =>
    `There is no saved reward ${rewardPart.custom_name} any more. Save one of that name, or choose another.`);
  const whole = { "": errors.reward ?? "" };
  const parameters = isComposite ? {} : parts[0]?.parameters ?? {};
  const own = Object.keys(parameters).map((name) => problemOfParameter(whole, name));
  const problems = [...problemsOfAll(errors).filter((problem) => !own.includes(problem)), ...missing];
  show(find("reward-problems", root), problems.length > 0);
  fillList(find("reward-problems", root), "text", problems, (row, problem) => {
    row.className = "problem";
    setText(row, problem);
  });
}

/** "preset:math-science", "custom:mine" or "judge:" to a part. @param {string} value @returns {RewardPart} */
function partFrom(value) {
  const [kind, name] = [value.slice(0, value.indexOf(":")), value.slice(value.indexOf(":") + 1)];
  if (kind === "judge") return { judge: {} };
  return kind === "custom" ? { custom_name: name } : { preset_name: name };
}

/** @param {HTMLSelectElement} select @param {Rewards} rewards */
function fillChoices(select, { list, custom }) {
  fillGroups(select, [
    { label: "Presets", options: list.map(({ title, name }) => ({ value: `preset:${name}`, name: title })) },
    { label: "Your own", options: custom.map(({ name }) => ({ value: `custom:${name}`, name })) },
    { label: "A language model", options: [{ value: "judge:", name: "A judge behind an OpenAI-compatible address" }] },
  ], select.value);
  if (!select.value) select.value = FIRST_CHOICE;
}

/** @param {HTMLElement} element @param {RewardPart[]} parts @param {number} at */
function showShare(element, parts, at) {
  const isOne = parts.length === 1;
  show(part(element, "reward-part__share"), !isOne);
  show(part(element, "reward-part__remove"), !isOne);
  const settings = rowsIn(part(element, "reward-part__fields"));
  for (const setting of settings) show(setting, !isOne || !setting.dataset.field?.endsWith(".name"));
  show(part(element, "reward-part__more"), settings.some((setting) => !setting.hidden));
  part(element, "meter", "progress").value = shareOf(parts, at);
  const takes = Number(parts[at].weight ?? 1) < 0 ? "takes away, " : "";
  setText(part(element, "reward-part__share-text"), `${takes}${percent(shareOf(parts, at))} of the sum`);
}

/** Where the settings of a part stand, and how they are changed.
 * @typedef {{place: string, element: HTMLElement, now: () => RewardPart,
 *   patch: (values: Partial<RewardPart>) => void}} Site */

/** @param {RewardPart} rewardPart @param {number} at @param {Context} context @returns {Drawn} */
function drawPart(rewardPart, at, context) {
  const { list, defs, custom } = rewardsOf(context.store.get());
  const element = clone("reward-part");
  const isComposite = context.get("reward.type") === "composite";
  const place = isComposite ? `reward.components.${at}` : "reward";
  if (isComposite) element.dataset.field = place;
  const preset = presetOf(list, rewardPart.preset_name);
  /** @type {Site} */
  const site = {
    place, element, now: () => partsOf(context.get)[at],
    patch: (values) => putParts(context, withPatch(partsOf(context.get), at, values)),
  };
  const fields = [
    ...parameterFields(preset?.parameters ?? [], site),
    ...(rewardPart.judge && defs.JudgeSettings ? judgeFields(defs.JudgeSettings.properties, site) : []),
    ...(defs.RewardComponent ? weightFields(defs.RewardComponent.properties, site) : []),
  ];
  fillWords(element, rewardPart, preset, custom);
  return { element, show: (now, problems) => showPart(element, fields, now, problems, list) };
}

/** @typedef {{name: string, draw: (part: RewardPart, problems: Record<string, string>) => void}} Bound */

/** @param {Record<string, JsonProperty>} properties @param {Site} site @returns {Bound[]} */
function weightFields(properties, { place, element, patch }) {
  return /** @type {const} */ (["weight", "name"]).map((key) => {
    const words = key === "name" ? { label: "Name in charts", help: "Automatic takes the name of what scores." } : {};
    const description = schemaField(`${place}.${key}`, properties[key]);
    const field = createField(description, (_, value) => patch({ [key]: value ?? undefined }), words);
    part(element, key === "weight" ? "reward-part__weight" : "reward-part__fields").append(field.element);
    return {
      name: key, draw: (now, problems) => field.show(now[key] ?? properties[key].default, problems[key] ?? ""),
    };
  });
}

/** @param {Parameter[]} parameters @param {Site} site @returns {Bound[]} */
function parameterFields(parameters, { place, element, now, patch }) {
  return parameters.map((parameter) => {
    const { name, default: byDefault } = parameter;
    const field = createField(parameterField(parameter, `${place}.parameters`), (_, value) =>
      patch({ parameters: withEntry(now().parameters, name, value) }));
    part(element, "reward-part__fields").append(field.element);
    return {
      name, draw: ({ parameters: values }, problems) =>
        field.show(values?.[name] ?? byDefault, problemOfParameter(problems, name)),
    };
  });
}

/** @param {Record<string, JsonProperty>} properties @param {Site} site @returns {Bound[]} */
function judgeFields(properties, { place, element, now, patch }) {
  const host = part(element, "reward-part__fields");
  const valueOf = (/** @type {RewardPart} */ { judge }, /** @type {string} */ key) =>
    judge?.[key] ?? properties[key].default;
  const put = (/** @type {string} */ key, /** @type {unknown} */ value) =>
    patch({ judge: withEntry(now().judge, key, value) });
  /** @type {Bound[]} */
  const plain = Object.entries(JUDGE_FIELDS).map(([key, label]) => {
    const description = schemaField(`${place}.judge.${key}`, properties[key]);
    const field = createField(description, (_, value) => put(key, value), { label });
    host.append(field.element);
    const problemIn = (/** @type {Record<string, string>} */ problems) =>
      problems[`judge.${key}`] ?? (key === "url" ? problems.judge : undefined) ?? "";
    return { name: key, draw: (part, problems) => field.show(valueOf(part, key), problemIn(problems)) };
  });
  const rubric = drawRubric(properties.rubric, `${place}.judge.rubric`, (value) => put("rubric", value));
  host.prepend(rubric.element);
  return [...plain, {
    name: "rubric",
    draw: (part, problems) => rubric.show(String(valueOf(part, "rubric")), problems["judge.rubric"] ?? ""),
  }];
}

/** The rubric is prose and gets the room for it.
 * @param {JsonProperty} property @param {string} place @param {(value: string | undefined) => void} onChange */
function drawRubric(property, place, onChange) {
  const element = clone("rubric");
  const label = part(element, "field__label", "label");
  const input = child(element, "textarea");
  element.dataset.field = place;
  input.id = label.htmlFor = `rubric-${place.replaceAll(".", "-")}`;
  setText(label, "Rubric");
  setText(part(element, "field__help"), property.description ?? "");
  input.addEventListener("input", () => onChange(input.value || undefined));
  return {
    element,
    show(/** @type {string} */ value, /** @type {string} */ problem) {
      if (document.activeElement !== input && input.value !== value) input.value = value;
      showText(part(element, "field__error"), problem);
    },
  };
}

/** @param {RewardPart} rewardPart @param {ShownPreset | undefined} preset @param {ShownReward[]} saved */
function aboutText(rewardPart, preset, saved) {
  if (preset) return preset.summary;
  if (rewardPart.preset_name) return "There is no preset of this name.";
  if (rewardPart.judge) return "A language model grades the answer by a rubric.";
  const { description = "" } = saved.find(({ name }) => name === rewardPart.custom_name)?.definition ?? {};
  if (description) return description;
  const isHere = "Written out in this draft, as the run it comes from had it.";
  return rewardPart.custom ? isHere : "Your own reward, in its newest version.";
}

/** @param {HTMLElement} element @param {RewardPart} rewardPart @param {ShownPreset | undefined} preset
 * @param {ShownReward[]} saved */
function fillWords(element, rewardPart, preset, saved) {
  setText(part(element, "reward-part__about"), aboutText(rewardPart, preset, saved));
  const badge = part(element, "reward-part__truth");
  if (preset) fillTruth(badge, preset);
  else {
    badge.dataset.status = "plain";
    setText(badge, rewardPart.judge ? "Judge" : "Your own");
  }
  show(part(element, "reward-part__edit"), Boolean(rewardPart.custom_name));
  const more = part(element, "reward-part__more", "details");
  more.open = Boolean(rewardPart.judge) || Object.keys(rewardPart.parameters ?? {}).length > 0;
}

/** @param {HTMLElement} element @param {Bound[]} fields @param {RewardPart} now
 * @param {Record<string, string>} problems @param {ShownPreset[]} catalogue */
function showPart(element, fields, now, problems, catalogue) {
  const title = titleOf(now, catalogue);
  setText(part(element, "reward-part__title"), title);
  part(element, "reward-part__remove").setAttribute("aria-label", `Remove ${now.name ?? title}`);
  part(element, "reward-part__edit").setAttribute("aria-label", `Edit ${title}`);
  for (const field of fields) field.draw(now, problems);
  showText(part(element, "reward-part__error"), element.dataset.field ? leftOver(fields, now, problems) : "");
}

/** What is said against a part and stands beside none of its inputs.
 * @param {Bound[]} fields @param {RewardPart} now @param {Record<string, string>} problems */
function leftOver(fields, now, problems) {
  const isPlaced = (/** @type {string} */ place) => place === ""
    ? Object.keys(now.parameters ?? {}).some((name) => problemOfParameter(problems, name))
    : place === "judge" || fields.some(({ name }) => [name, `judge.${name}`, `parameters.${name}`].includes(place));
  return Object.entries(problems).filter(([place]) => !isPlaced(place)).map(([, problem]) => problem).join(" ");
}
