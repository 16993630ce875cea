// @ts-check
/** Test Reward: what the draft's reward says of a typed text, of the data set's own answers, or of a past run. */

import { datasetFields, explain, testReward } from "../lib/api.js";
import { fillList, find, findInput, part, setText, show } from "../lib/dom.js";
import { counted, number, percent } from "../lib/format.js";
import { partsOf, wantedColumns } from "../state/rewards.js";
import { inOrder } from "../state/sessions.js";
import { fillParts } from "../ui/parts.js";
import { fillSessions } from "../ui/session_select.js";
import { mountTabs } from "../ui/tabs.js";
import { keep, kept, rewardsOf, tell } from "./reward_shared.js";

const KEPT = "reward-try";
const SHOWN = 12;
const TEXTS = ["response", "reference", "instruction"];

/** @param {HTMLElement} root @param {any} context */
export function mountTry(root, context) {
  const box = /** @type {HTMLDetailsElement} */ (find("try", root));
  const extras = find("try-extras", root);
  const session = /** @type {HTMLSelectElement} */ (find("try-session", root));
  const before = kept(KEPT) ?? {};
  /** @type {any} */
  let answer = null;
  let isBusy = false;
  let showsAll = false;

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
  find("try-more", root).addEventListener("click", () => {
    showsAll = true;
    renderAnswer();
  });
  find("try-fill", root).addEventListener("click", fillIn);

  /** @param {string} form @param {() => object} wanted */
  function listen(form, wanted) {
    find(form, root).addEventListener("submit", (event) => {
      event.preventDefault();
      run(async () => {
        answer = await testReward({ config: context.store.get().draft.config, ...wanted() });
        showsAll = false;
      });
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
      renderAnswer();
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
    answer = null;
    fail("");
    renderAnswer();
  }

  const fail = (/** @type {string} */ text) => tell(find("try-error", root), find("try-error-text", root), text);

  function renderAnswer() {
    show(find("try-result", root), Boolean(answer));
    if (!answer) return;
    const { results, most } = answer;
    setText(find("try-summary", root), summaryOf(answer));
    fillList(find("verdicts", root), "verdict", showsAll ? results : results.slice(0, SHOWN), (row, result) => fillVerdict(row, result, most));
    show(find("try-more", root), !showsAll && results.length > SHOWN);
    setText(find("try-more", root), `Show all ${results.length}`);
  }

  /** @param {any} state */
  function render(state) {
    show(find("try-busy", root), isBusy);
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (box.querySelectorAll("button[type=submit]"))) button.disabled = isBusy;
    if (!box.open) return;
    const sessions = inOrder(state).filter((one) => one.step > 0);
    fillSessions(session, sessions, null);
    show(find("try-run-form", root), sessions.length > 0);
    show(find("try-no-run", root), sessions.length === 0);
    const columns = wantedColumns(partsOf(context.get), rewardsOf(state).list, context.get("reward.fields"));
    fillList(extras, "extra", columns.map((one) => one.name), (row, name) => {
      setText(part(row, "field__label"), `Column ${name}`);
      /** @type {HTMLInputElement} */ (row.querySelector("input")).name = name;
    });
  }
  box.addEventListener("toggle", () => render(context.store.get()));
  return { render };
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

/** @param {any} answer */
function summaryOf({ results, most, ms_per_completion: speeds }) {
  const mean = results.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.total, 0) / results.length;
  const full = results.filter((/** @type {any} */ one) => one.total >= most - 1e-9).length;
  const slow = Object.entries(speeds).map(([name, ms]) => `${name} ${number(ms, 2)} ms`).join(", ");
  const scores = results.length === 1 ? "" : `${counted(results.length, "completion")}, ${number(mean, 2)} of ${number(most, 2)} on average, full marks for ${percent(full / results.length)}. `;
  return `${scores}Time per completion: ${slow}.`;
}

/** @param {HTMLElement} row @param {any} result @param {number} most */
function fillVerdict(row, result, most) {
  const { scores, parsed } = result;
  const unscored = Object.values(scores).filter((/** @type {any} */ score) => score.value === null).length;
  setText(part(row, "verdict__total"), `${number(result.total, 3)} of ${number(most, 2)}${unscored ? `, ${counted(unscored, "part")} without a score` : ""}`);
  const meter = /** @type {HTMLProgressElement} */ (part(row, "meter"));
  meter.max = most;
  meter.value = result.total;
  setText(part(row, "verdict__question"), result.instruction);
  show(part(row, "verdict__question"), result.instruction !== "");
  setText(part(row, "verdict__response"), result.response || "(empty)");
  const facts = /** @type {[string, string][]} */ ([["Expected", result.reference], ["Solution found", parsed.solution ?? ""], ["Reasoning found", parsed.reasoning ?? ""]]);
  fillList(/** @type {HTMLElement} */ (row.querySelector("dl")), "fact", facts, (fact, [name, text]) => {
    setText(fact.querySelector("dt"), name);
    setText(fact.querySelector("dd"), text || "none");
  });
  fillParts(part(row, "parts"), scores);
  fillList(part(row, "verdict__problems"), "text", parsed.problems, (item, problem) => setText(item, problem));
  const prints = Object.values(scores).map((/** @type {any} */ score) => score.prints).filter(Boolean).join("\n");
  setText(part(row, "verdict__prints"), prints ? `Printed: ${prints}` : "");
  show(part(row, "verdict__prints"), prints !== "");
}
