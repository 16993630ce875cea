// @ts-check
/** The inputs of Test Reward: the typed texts, kept across a reload, the further columns, the number of answers, and the past run. */

import { fillList, find, findInput, part, setText, show } from "../../lib/dom.js";
import { inOrder } from "../../state/sessions.js";
import { fillSessions } from "../../ui/session_select.js";
import { keep, kept } from "./shared.js";

const KEPT = "reward-try";
const TEXTS = ["response", "reference", "instruction"];

/** @param {HTMLElement} root @param {any} context */
export function mountTexts(root, context) {
  const extras = find("try-extras", root);
  const before = kept(KEPT) ?? {};
  for (const name of TEXTS) {
    findInput(`try-${name}`, root).value = before[name] ?? "";
    findInput(`try-${name}`, root).addEventListener("input", () => keep(context, KEPT, typedTexts()));
  }
  const typedTexts = () => Object.fromEntries(TEXTS.map((name) => [name, findInput(`try-${name}`, root).value]));
  const typedExtras = () => Object.fromEntries([...extras.querySelectorAll("input")].filter((input) => input.value !== "").map((input) => [input.name, asValue(input.value)]));

  return {
    hasExtras: () => extras.childElementCount > 0,
    /** What is typed, as one row to be scored. */
    row: () => ({ ...typedTexts(), extras: typedExtras() }),
    /** Put in a row of the data set with its perfect answer, to change and see what that costs. @param {any} sample */
    fill(sample) {
      for (const name of TEXTS) findInput(`try-${name}`, root).value = sample[name];
      for (const input of extras.querySelectorAll("input")) input.value = asText(sample.extras[input.name]);
      keep(context, KEPT, typedTexts());
    },
  };
}

/** How many of the data set's answers. @param {HTMLElement} root */
export const chosenSamples = (root) => Number(/** @type {HTMLSelectElement} */ (find("try-samples", root)).value);

/** The past run and its step, a step that is no whole number as typed. @param {HTMLElement} root */
export function chosenRun(root) {
  const session = /** @type {HTMLSelectElement} */ (find("try-session", root));
  const step = findInput("try-step", root).value.trim();
  return { session_id: session.value, ...(step === "" ? {} : { step: Number.isInteger(Number(step)) ? Number(step) : step }) };
}

/** The runs and the further columns there are to choose from and to fill in.
 * @param {HTMLElement} root @param {any} state @param {import("../../state/rewards.js").Wanted[]} columns */
export function renderInputs(root, state, columns) {
  const sessions = inOrder(state).filter((one) => one.step > 0);
  fillSessions(/** @type {HTMLSelectElement} */ (find("try-session", root)), sessions, null);
  show(find("try-run-form", root), sessions.length > 0);
  show(find("try-no-run", root), sessions.length === 0);
  fillList(find("try-extras", root), "extra", columns.map((one) => one.name), (row, name) => {
    setText(part(row, "field__label"), `Column ${name}`);
    /** @type {HTMLInputElement} */ (row.querySelector("input")).name = name;
  });
}

/** A list or object where the text is one, so that tests and options can be given. @param {string} text */
function asValue(text) {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param {any} value */
const asText = (value) => (value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value));
