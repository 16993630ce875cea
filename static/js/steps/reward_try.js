// @ts-check
/** Test Reward: what the draft's reward says of a typed text, of the data set's own answers, or of a past run. */

import { datasetFields, explain, testReward } from "../lib/api.js";
import { fillList, find, findInput, part, setText, show } from "../lib/dom.js";
import { partsOf, wantedColumns } from "../state/rewards.js";
import { inOrder } from "../state/sessions.js";
import { fillSessions } from "../ui/session_select.js";
import { mountTabs } from "../ui/tabs.js";
import { keep, kept, rewardsOf, tell } from "./reward_shared.js";
import { mountVerdicts } from "./reward_verdicts.js";

const KEPT = "reward-try";
const TEXTS = ["response", "reference", "instruction"];

/** @param {HTMLElement} root @param {any} context */
export function mountTry(root, context) {
  const box = /** @type {HTMLDetailsElement} */ (find("try", root));
  const extras = find("try-extras", root);
  const session = /** @type {HTMLSelectElement} */ (find("try-session", root));
  const before = kept(KEPT) ?? {};
  const verdicts = mountVerdicts(root);
  let isBusy = false;

  mountTabs(box, () => clear());
  for (const name of TEXTS) {
    findInput(`try-${name}`, root).value = before[name] ?? "";
    findInput(`try-${name}`, root).addEventListener("input", () => keep(context, KEPT, typedTexts()));
  }
  const typedTexts = () => Object.fromEntries(TEXTS.map((name) => [name, findInput(`try-${name}`, root).value]));
  const typedExtras = () => Object.fromEntries([...extras.querySelectorAll("input")].filter((input) => input.value !== "").map((input) => [input.name, asValue(input.value)]));

  listen("try-text", () => ({ rows: [{ ...typedTexts(), extras: typedExtras() }] }));
  listen("try-answers", () => ({ samples: Number(/** @type {HTMLSelectElement} */ (find("try-samples", root)).value) }));
  listen("try-run", () => {
    const step = findInput("try-step", root).value.trim();
    return { session_id: session.value, ...(step === "" ? {} : { step: Number.isInteger(Number(step)) ? Number(step) : step }) };
  });
  find("try-fill", root).addEventListener("click", fillIn);

  /** @param {string} form @param {() => object} wanted */
  function listen(form, wanted) {
    find(form, root).addEventListener("submit", (event) => {
      event.preventDefault();
      run(async () => verdicts.show(await testReward({ config: context.store.get().draft.config, ...wanted() })));
    });
  }

  /** @param {() => Promise<void>} action */
  async function run(action) {
    if (isBusy) return;
    clear();
    isBusy = true;
    render(context.store.get());
    try {
      await action();
    } catch (error) {
      fail(explain(error));
    } finally {
      isBusy = false;
      render(context.store.get());
    }
  }

  /** A row of the data set with its perfect answer, to change and see what that costs. */
  function fillIn() {
    run(async () => {
      const sample = await firstRow(context.store.get().draft.config, extras.childElementCount > 0);
      for (const name of TEXTS) findInput(`try-${name}`, root).value = sample[name];
      for (const input of extras.querySelectorAll("input")) input.value = asText(sample.extras[input.name]);
      keep(context, KEPT, typedTexts());
    });
  }

  function clear() {
    verdicts.show(null);
    fail("");
  }

  const fail = (/** @type {string} */ text) => tell(find("try-error", root), find("try-error-text", root), text);

  /** @param {any} state */
  function render(state) {
    show(find("try-busy", root), isBusy);
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (box.querySelectorAll("button[type=submit]"))) button.disabled = isBusy;
    if (box.open) renderInputs(root, state, wantedColumns(partsOf(context.get), rewardsOf(state).list, context.get("reward.fields")));
  }
  box.addEventListener("toggle", () => render(context.store.get()));
  return { render };
}

/** The runs and the further columns there are to choose from and to fill in.
 * @param {HTMLElement} root @param {any} state @param {import("../state/rewards.js").Wanted[]} columns */
function renderInputs(root, state, columns) {
  const sessions = inOrder(state).filter((one) => one.step > 0);
  fillSessions(/** @type {HTMLSelectElement} */ (find("try-session", root)), sessions, null);
  show(find("try-run-form", root), sessions.length > 0);
  show(find("try-no-run", root), sessions.length === 0);
  fillList(find("try-extras", root), "extra", columns.map((one) => one.name), (row, name) => {
    setText(part(row, "field__label"), `Column ${name}`);
    /** @type {HTMLInputElement} */ (row.querySelector("input")).name = name;
  });
}

/** The data set's first row with its perfect answer; further columns are told only with the rows as the model sees them,
 * which takes its tokenizer. @param {object} config @param {boolean} needsExtras */
async function firstRow(config, needsExtras) {
  if (!needsExtras) return { ...(await testReward({ config, samples: 1 })).results[0], extras: {} };
  const [sample] = (await datasetFields(config)).samples;
  return { ...sample, response: sample.perfect_answer };
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
