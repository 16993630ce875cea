// @ts-check
/** What can be tested and how: models to choose from, what the machine holds, and what goes along with a question; pure. */

import { typedNumber } from "../lib/format.js";
import { valueAt } from "./draft.js";

/** @typedef {{model_path: string, kind: string, title: string, session_id: string | null, base: string | null, is_training: boolean}} Model */
/** @typedef {{model_path: string, use_adapter: boolean}} Choice */
/** @typedef {{loaded: any[], busy: any, waiting: number, notice: string}} Machine */
/** @typedef {{label: string, models: Model[]}} Group */

/** Whether a model is an adapter on a base, which can be switched off. @param {Model | undefined} model */
export const hasAdapter = (model) => model?.kind === "adapter" || model?.kind === "checkpoint";

/** A model's name among those of its run. @param {Model} model */
export function nameInRun(model) {
  const rest = model.title.slice((model.session_id ?? "").length).replace(/^, /, "");
  const names = /** @type {Record<string, string>} */ ({ adapter: "Trained adapter", checkpoint: `Checkpoint, ${rest}`, merged: "Merged, 16 bit", gguf: `GGUF ${rest}` });
  return `${names[model.kind] ?? model.title}${model.is_training ? " (still training)" : ""}`;
}

/** The models in groups: those of one run first, then the base models, then other runs where they are wanted.
 * @param {Model[]} models @param {string | null} session @param {boolean} isWide whether other runs belong to it @returns {Group[]} */
export function groupsOf(models, session, isWide) {
  const own = models.filter((model) => model.session_id === session && session !== null);
  const others = [...new Set(models.map((model) => model.session_id))].filter((id) => id !== null && id !== session);
  const base = models.filter((model) => model.session_id === null);
  return [
    { label: session ?? "", models: own },
    ...(isWide ? others.map((id) => ({ label: String(id), models: models.filter((model) => model.session_id === id) })) : []),
    { label: "Base models", models: base },
  ].filter((group) => group.models.length);
}

/** @param {Model[]} models @param {string} path */
export const modelAt = (models, path) => models.find((model) => model.model_path === path);

/** The model to begin with: the wanted one while it belongs to the run or to none, else the run's own, else any.
 * @param {Model[]} models @param {string | null} session @param {string} wanted */
export function chosenModel(models, session, wanted) {
  const own = models.filter((model) => model.session_id === session && session !== null);
  const held = modelAt(models, wanted);
  if (held && (held.session_id === session || held.session_id === null)) return held;
  return own[0] ?? models.find((model) => model.session_id === null) ?? models[0];
}

/** What a chosen model is called beside others. @param {Model[]} models @param {Choice} choice */
export function labelOf(models, choice) {
  const model = modelAt(models, choice.model_path);
  if (!model) return choice.model_path;
  return hasAdapter(model) && !choice.use_adapter ? `${shortBase(model)}, without adapter` : model.title;
}

/** @param {Model} model */
const shortBase = (model) => (model.base ?? model.title).split("/").at(-1) ?? "";

/** A choice as the value of an option, and back. @param {Choice} choice */
export const toKey = (choice) => `${choice.use_adapter ? "on" : "off"} ${choice.model_path}`;
/** @param {string} key @returns {Choice} */
export const fromKey = (key) => ({ use_adapter: key.startsWith("on "), model_path: key.slice(key.indexOf(" ") + 1) });

/** Every choice of a group: an adapter can be on or off. @param {Group} group @returns {{key: string, name: string}[]} */
export const choicesOf = (group) => group.models.flatMap((model) => [
  { key: toKey({ model_path: model.model_path, use_adapter: true }), name: model.session_id === null ? model.title : nameInRun(model) },
  ...(hasAdapter(model) ? [{ key: toKey({ model_path: model.model_path, use_adapter: false }), name: `${shortBase(model)}, without adapter${model.kind === "checkpoint" ? ` (${nameInRun(model)})` : ""}` }] : []),
]);

/** The base model against the trained one; without an adapter the first two there are.
 * @param {Model[]} models @param {string | null} session @returns {Choice[]} */
export function defaultColumns(models, session) {
  const own = models.find((model) => model.session_id === session && session !== null && hasAdapter(model));
  if (own) return [{ model_path: own.model_path, use_adapter: false }, { model_path: own.model_path, use_adapter: true }];
  const first = groupsOf(models, session, false).flatMap((group) => group.models).slice(0, 2);
  return first.map((model) => ({ model_path: model.model_path, use_adapter: true }));
}

/** How the chosen model stands on the machine, in words. @param {Machine | null} machine @param {Model | undefined} model
 * @returns {{level: string, badge: string, text: string, isLoaded: boolean}} */
export function machineText(machine, model) {
  if (!machine) return { level: "plain", badge: "", text: "", isLoaded: false };
  const held = machine.loaded.find((one) => one.model_path === model?.model_path);
  const others = machine.loaded.filter((one) => one !== held).map((one) => `${one.title} on ${deviceText(one.device)}`);
  const line = machine.waiting ? `${machine.waiting} more ${machine.waiting === 1 ? "waits" : "wait"}` : "";
  if (machine.busy) return { level: "busy", badge: "Busy", text: [`with ${machine.busy.what}`, line].filter(Boolean).join(", "), isLoaded: true };
  if (held) return { level: "good", badge: "Loaded", text: `on ${deviceText(held.device)}`, isLoaded: true };
  const instead = others.length ? `In memory: ${others.join("; ")}. ` : "";
  return { level: "plain", badge: "Not loaded", text: `${instead}The first question loads it.`, isLoaded: others.length > 0 };
}

/** @param {string} device */
export const deviceText = (device) => (device === "cpu" ? "the CPU" : `GPU ${device.replace("cuda:", "")}`);

/** The sampling values a run was trained with. @param {any} config @returns {Record<string, any>} */
export function trainingSampling(config) {
  if (!config) return {};
  const { temperature, top_p, top_k, max_new_tokens } = config.training;
  return { temperature, top_p, top_k, max_tokens: max_new_tokens };
}

/** The sampling values of an evaluation until the user sets others: as long as in training, without chance for one answer a row, as
 * training itself scores, and by chance as in training for several.
 * @param {any} config of the run @param {Record<string, any>} own @param {number} samples answers a row @returns {Record<string, any>} */
export const evaluationSampling = (config, own, samples) => ({
  ...trainingSampling(config),
  ...(samples > 1 ? {} : { temperature: 0 }),
  ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
});

/** What was typed as stop texts, one a line; "\n" in it stands for a new line. @param {string} text @returns {string[]} */
export const stopsFrom = (text) => text.split("\n").map((line) => line.replaceAll("\\n", "\n")).filter((line) => line !== "");
/** @param {string[] | undefined} stops */
export const stopsText = (stops) => (stops ?? []).map((stop) => stop.replaceAll("\n", "\\n")).join("\n");

/** Sampling values that differ from the defaults, as they are sent. @param {Record<string, any>} values */
export const samplingBody = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)));

/** The system prompt in force and whether it is the training's own. The training's template has one only while it is used.
 * @param {string | undefined} own the user's, undefined when untouched @param {string} trained @param {boolean} usesTemplate */
export function systemInForce(own, trained, usesTemplate) {
  const byDefault = usesTemplate ? trained : "";
  return { text: own ?? byDefault, isOwn: own !== undefined && own !== byDefault };
}

/** The prompt template of a run's configuration, as far as the page knows it: system prompt, form of a question, markers.
 * @param {any} config @param {any[]} templates @returns {Record<string, string> | null} */
export function templateOf(config, templates) {
  if (!config) return null;
  const base = templates.find((one) => one.name === config.prompt.template) ?? {};
  const names = ["system_prompt", "instruction_template", "reasoning_start", "reasoning_end", "solution_start", "solution_end"];
  return Object.fromEntries(names.map((name) => [name, valueAt(config.prompt, name) ?? base[name] ?? ""]));
}

/** Questions worth trying: those whose held-out answers were kept, with what is expected. @param {any} session
 * @returns {{prompt: string, reference: string}[]} */
export function triedQuestions(session) {
  const kept = (session?.evaluations ?? []).find((/** @type {any} */ score) => score.samples?.length);
  return (kept?.samples ?? []).slice(0, 4).map((/** @type {any} */ one) => ({ prompt: one.instruction, reference: one.reference ?? "" }));
}

/** A whole number that was typed; what is empty stands for the default. @param {string} text @returns {number | string | undefined} */
export const typedWhole = (text) => (text.trim() === "" ? undefined : typedNumber(text, true));
