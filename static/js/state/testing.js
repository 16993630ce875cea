// @ts-check
/** What can be tested and how: models to choose from, what the machine holds, what goes along with a question; pure. */

import { typedNumber } from "../lib/format.js";
import { valueAt } from "./draft.js";
import { inForce, templateNamed } from "./prompts.js";

/** @typedef {{label: string, models: TestableModel[]}} Group */

/** Whether a model is an adapter on a base, which can be switched off. @param {TestableModel | undefined} model */
export const hasAdapter = (model) => model?.kind === "adapter" || model?.kind === "checkpoint";

/** A model's name below a heading that names its run, if it has one. @param {TestableModel} model */
export function nameInRun({ kind, title, session_id: run, is_training: isTraining }) {
  const rest = title.slice((run ?? "").length).replace(/^, /, "");
  /** @type {Record<string, string>} */
  const names = {
    adapter: "Trained adapter", checkpoint: `Checkpoint, ${rest}`, merged: "Merged, 16 bit", gguf: `GGUF ${rest}`,
  };
  return `${names[kind] ?? title}${isTraining ? " (still training)" : ""}`;
}

/** The models in groups: those of one run first, then the base models, then other runs where they are wanted.
 * @param {TestableModel[]} models @param {string | null} session
 * @param {boolean} isWide whether other runs belong to it @returns {Group[]} */
export function groupsOf(models, session, isWide) {
  const of = (/** @type {string | null} */ run) => models.filter((model) => model.session_id === run);
  const others = [...new Set(models.map((model) => model.session_id))].filter((id) => id !== null && id !== session);
  return [
    { label: session ?? "", models: session === null ? [] : of(session) },
    ...(isWide ? others.map((id) => ({ label: String(id), models: of(id) })) : []),
    { label: "Base models", models: of(null) },
  ].filter((group) => group.models.length);
}

/** @param {TestableModel[]} models @param {string} path */
export const modelAt = (models, path) => models.find((model) => model.model_path === path);

/** The model to begin with: the wanted one while it belongs to the run or to none, else the run's own, else any.
 * @param {TestableModel[]} models @param {string | null} session @param {string} wanted */
export function chosenModel(models, session, wanted) {
  const own = models.filter((model) => model.session_id === session && session !== null);
  const held = modelAt(models, wanted);
  if (held && (held.session_id === session || held.session_id === null)) return held;
  return own[0] ?? models.find((model) => model.session_id === null) ?? models[0];
}

/** What a chosen model is called beside others. @param {TestableModel[]} models @param {Choice} choice */
export function labelOf(models, choice) {
  const model = modelAt(models, choice.model_path);
  if (!model) return choice.model_path;
  return hasAdapter(model) && !choice.use_adapter ? `${shortBase(model)}, without adapter` : model.title;
}

/** @param {TestableModel} model */
const shortBase = (model) => (model.base ?? model.title).split("/").at(-1) ?? "";

/** A choice as the value of an option, and back. @param {Choice} choice */
export const toKey = (choice) => `${choice.use_adapter ? "on" : "off"} ${choice.model_path}`;
/** @param {string} key @returns {Choice} */
export const fromKey = (key) => ({ use_adapter: key.startsWith("on "), model_path: key.slice(key.indexOf(" ") + 1) });

/** A model with its adapter on, or off. @param {TestableModel} model @param {boolean} isOn @returns {Choice} */
const choiceOf = ({ model_path }, isOn) => ({ model_path, use_adapter: isOn });

/** Every choice of a group: an adapter can be on or off.
 * @param {Group} group @returns {{key: string, name: string}[]} */
export const choicesOf = (group) => group.models.flatMap((model) => {
  const name = nameInRun(model);
  const on = { key: toKey(choiceOf(model, true)), name };
  if (!hasAdapter(model)) return [on];
  const which = model.kind === "checkpoint" ? ` (${name})` : "";
  return [on, { key: toKey(choiceOf(model, false)), name: `${shortBase(model)}, without adapter${which}` }];
});

/** Every choice there is, as a select takes it.
 * @type {(...of: Parameters<typeof groupsOf>) => import("../ui/groups.js").Options[]} */
export const optionsOf = (...of) => groupsOf(...of).map((group) => ({
  label: group.label, options: choicesOf(group).map(({ key, name }) => ({ value: key, name })),
}));

/** The base model against the trained one; without an adapter the first two there are.
 * @param {TestableModel[]} models @param {string | null} session @returns {Choice[]} */
export function defaultColumns(models, session) {
  const own = models.find((model) => model.session_id === session && session !== null && hasAdapter(model));
  if (own) return [choiceOf(own, false), choiceOf(own, true)];
  const first = groupsOf(models, session, false).flatMap((group) => group.models).slice(0, 2);
  return first.map((model) => choiceOf(model, true));
}

/** How the chosen model stands on the machine, in words.
 * @param {LoadedState | null} machine @param {TestableModel | undefined} model
 * @returns {{level: string, badge: string, text: string, isLoaded: boolean}} */
export function machineText(machine, model) {
  if (!machine) return { level: "plain", badge: "", text: "", isLoaded: false };
  const held = machine.loaded.find((loaded) => loaded.model_path === model?.model_path);
  const others = machine.loaded.filter((loaded) => loaded !== held)
    .map(({ title, device }) => `${title} on ${deviceText(device)}`);
  const line = machine.waiting ? `${machine.waiting} more ${machine.waiting === 1 ? "waits" : "wait"}` : "";
  if (machine.busy) {
    const text = [`with ${machine.busy.what}`, line].filter(Boolean).join(", ");
    return { level: "busy", badge: "Busy", text, isLoaded: true };
  }
  if (held) return { level: "good", badge: "Loaded", text: `on ${deviceText(held.device)}`, isLoaded: true };
  const instead = others.length ? `In memory: ${others.join("; ")}. ` : "";
  const text = `${instead}The first question loads it.`;
  return { level: "plain", badge: "Not loaded", text, isLoaded: others.length > 0 };
}

/** @param {string} device */
export const deviceText = (device) => (device === "cpu" ? "the CPU" : `GPU ${device.replace("cuda:", "")}`);

/** The sampling values a run was trained with. @param {RunConfig | undefined} config @returns {Section} */
export function trainingSampling(config) {
  if (!config) return {};
  const { temperature, top_p, top_k, max_new_tokens } = config.training;
  return { temperature, top_p, top_k, max_tokens: max_new_tokens };
}

/** The sampling values of an evaluation until the user sets others: as long as in training, without chance for one
 * answer a row, as training itself scores, and by chance as in training for several.
 * @param {RunConfig | undefined} config of the run @param {Section} own @param {number} samples answers a row
 * @returns {Section} */
export const evaluationSampling = (config, own, samples) => ({
  ...trainingSampling(config),
  ...(samples > 1 ? {} : { temperature: 0 }),
  ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
});

/** What was typed as stop texts, one a line; "\n" in it stands for a new line. @param {string} text */
export const stopsFrom = (text) =>
  text.split("\n").map((line) => line.replaceAll("\\n", "\n")).filter((line) => line !== "");
/** @param {string[] | undefined} stops */
export const stopsText = (stops) => (stops ?? []).map((stop) => stop.replaceAll("\n", "\\n")).join("\n");

/** Sampling values that differ from the defaults, as they are sent. @param {Section} values */
export function samplingBody(values) {
  const isSet = (/** @type {unknown} */ value) => value !== undefined && value !== null && !isEmpty(value);
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isSet(value)));
}

/** @param {unknown} value */
const isEmpty = (value) => Array.isArray(value) && value.length === 0;

/** The system prompt in force and whether it is the training's own. The training's template has one only while it is
 * used. @param {string | undefined} own the user's, undefined when untouched
 * @param {string} trained @param {boolean} usesTemplate */
export function systemInForce(own, trained, usesTemplate) {
  const byDefault = usesTemplate ? trained : "";
  return { text: own ?? byDefault, isOwn: own !== undefined && own !== byDefault };
}

/** The prompt template of a run's configuration, as far as the page knows it: system prompt, form of a question,
 * markers. @param {RunConfig | null | undefined} config @param {ListedTemplate[]} templates */
export const templateOf = (config, templates) =>
  (config ? inForce(templateNamed(templates, config.prompt.template), (name) => valueAt(config, name)) : null);

/** Questions worth trying: those whose held-out answers were kept, with what is expected. @param {Session} session
 * @returns {{prompt: string, reference: string}[]} */
export function triedQuestions(session) {
  const kept = (session?.evaluations ?? []).find((score) => score.samples?.length);
  return (kept?.samples ?? []).slice(0, 4)
    .map((sample) => ({ prompt: sample.instruction, reference: sample.reference ?? "" }));
}

/** A whole number that was typed; what is empty stands for the default.
 * @param {string} text @returns {number | string | undefined} */
export const typedWhole = (text) => (text.trim() === "" ? undefined : typedNumber(text, true));
