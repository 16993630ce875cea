// @ts-check
/** The inputs of Test Reward: the typed texts, kept across a reload, the further columns, the number of answers, and
 * the past run. */

import { cellText } from "../../state/datasets.js";
import { inOrder } from "../../state/sessions.js";
import { fillSessions } from "../../ui/session_select.js";
import { keep, kept } from "./shared.js";
import { child, each, fillList, find, findInput, findText, part, setText, show } from "../../lib/dom.js";

const KEPT = "reward-try";
const TEXTS = /** @type {const} */ (["response", "reference", "instruction"]);

/** @param {HTMLElement} root @param {Context} context */
export function mountTexts(root, context) {
  const extras = find("try-extras", root);
  const before = kept(KEPT) ?? {};
  const inputs = TEXTS.map((name) => /** @type {const} */ ([name, findText(`try-${name}`, root)]));
  for (const [name, input] of inputs) {
    input.value = before[name] ?? "";
    input.addEventListener("input", () => keep(context, KEPT, typedTexts()));
  }
  const typedTexts = () => Object.fromEntries(inputs.map(([name, input]) => [name, input.value]));
  const typedExtras = () => Object.fromEntries(each(extras, "input").filter((input) => input.value !== "")
    .map((input) => [input.name, asValue(input.value)]));

  return {
    hasExtras: () => extras.childElementCount > 0,
    /** What is typed, as one row to be scored. */
    row: () => ({ ...typedTexts(), extras: typedExtras() }),
    /** Put in a row of the data set with its perfect answer, to change and see what that costs.
     * @param {{response: string, reference: unknown, instruction: string, extras: Section}} sample */
    fill(sample) {
      for (const [name, input] of inputs) input.value = cellText(sample[name]);
      for (const input of each(extras, "input")) input.value = cellText(sample.extras[input.name]);
      keep(context, KEPT, typedTexts());
    },
  };
}

/** How many of the data set's answers. @param {HTMLElement} root */
export const chosenSamples = (root) => Number(find("try-samples", root, "select").value);

/** The past run and its step, a step that is no whole number as typed. @param {HTMLElement} root */
export function chosenRun(root) {
  const session = find("try-session", root, "select");
  const step = findInput("try-step", root).value.trim();
  const chosen = step === "" ? {} : { step: Number.isInteger(Number(step)) ? Number(step) : step };
  return { session_id: session.value, ...chosen };
}

/** The runs and the further columns there are to choose from and to fill in.
 * @param {HTMLElement} root @param {State} state @param {import("../../state/rewards.js").Wanted[]} columns */
export function renderInputs(root, state, columns) {
  const sessions = inOrder(state).filter(({ step = 0 }) => step > 0);
  fillSessions(find("try-session", root, "select"), sessions, null);
  show(find("try-run-form", root), sessions.length > 0);
  show(find("try-no-run", root), sessions.length === 0);
  fillList(find("try-extras", root), "extra", columns.map((column) => column.name), (row, name) => {
    setText(part(row, "field__label"), `Column ${name}`);
    child(row, "input").name = name;
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
