// @ts-check
/** Quick Start: the mapping, template and reward that suit the draft's data set, each with its reason. */

import { explain, suggestForDataset } from "../../lib/api.js";
import { fillList, find, setText, show } from "../../lib/dom.js";
import { setting } from "../../lib/format.js";
import { createLatest } from "../../lib/latest.js";
import { changesOfSuggestion, hasOwnPrompt, isInPlace, shareOf, sourceOf, titleOf } from "../../state/rewards.js";
import { rewardsOf, tell } from "./shared.js";

const QUIET_MS = 250;

/** @param {HTMLElement} root @param {any} context */
export function mountQuick(root, context) {
  /** @type {Map<string, {found?: any, problem?: string}>} What was answered for which data set. */
  const answers = new Map();
  let asked = "";

  const latest = createLatest(() => asked);

  /** @param {{found?: any, problem?: string}} answer */
  function put(answer) {
    answers.set(asked, answer);
    render(context.store.get());
  }
  const ask = () => latest.ask(() => suggestForDataset(JSON.parse(asked)), {
    quietMs: QUIET_MS, answered: (found) => put({ found }), refused: (error) => put({ problem: explain(error) }),
  });

  find("quick-again", root).addEventListener("click", () => {
    answers.delete(asked);
    ask();
    render(context.store.get());
  });
  find("quick-use", root).addEventListener("click", () => {
    const found = answers.get(asked)?.found;
    if (!found) return;
    context.set(changesOfSuggestion(found, context.get));
    context.say("Mapping, prompt template and reward are set.");
  });

  /** @param {any} state */
  function render(state) {
    const key = JSON.stringify(sourceOf(context.get));
    const isOther = key !== asked;
    asked = key;
    if (isOther && !answers.has(key)) ask();
    const answer = answers.get(key);
    show(find("quick-busy", root), !answer);
    tell(find("quick-error", root), find("quick-error-text", root), answer?.problem ?? "");
    show(find("quick-found", root), Boolean(answer?.found));
    show(find("quick-actions", root), Boolean(answer?.found));
    renderFound(answer?.found, rewardsOf(state).list);
  }

  /** @param {any} found @param {any[]} catalogue */
  function renderFound(found, catalogue) {
    const changes = found ? changesOfSuggestion(found, context.get) : {};
    const isUsed = Boolean(found) && isInPlace(changes, context.get, context.boot.defaults);
    show(find("quick-used", root), isUsed);
    /** @type {HTMLButtonElement} */ (find("quick-use", root)).disabled = isUsed;
    if (!found) return;
    const replaces = !isUsed && found.prompt.template !== context.get("prompt.template") && hasOwnPrompt(context.get);
    setText(find("quick-note", root), isUsed ? "This is what the draft has." : `Sets the mapping, the prompt template and the reward.${replaces ? " Your own prompt gives way to the template’s." : ""}`);
    fillList(find("quick-facts", root), "fact", factsOf(found, catalogue), (row, [name, text]) => {
      setText(row.querySelector("dt"), name);
      setText(row.querySelector("dd"), text);
    });
    fillList(find("quick-reasons", root), "text", found.reasons, (row, reason) => setText(row, reason));
  }
  return { render };
}

/** @param {any} found @param {any[]} catalogue @returns {[string, string][]} */
function factsOf({ dataset, prompt, reward }, catalogue) {
  const parts = reward.components ?? [reward];
  const said = parts.map((/** @type {any} */ one, /** @type {number} */ at) => `${titleOf(one, catalogue)}${parts.length > 1 ? `, ${Math.round(shareOf(parts, at) * 100)} %` : ""}`);
  const optional = [["Context", dataset.context_field], ["Worked solution", dataset.reasoning_field], ["Further columns", Object.entries(reward.fields ?? {}).map(([name, column]) => (name === column ? name : `${name} from ${column}`)).join(", ")]];
  return [
    ["Data set", dataset.source], ["Question", dataset.instruction_field], ["Answer", dataset.response_field],
    .../** @type {[string, string][]} */ (optional.filter(([, value]) => value)),
    ["Final answer", setting(dataset.final_answer)], ["Prompt template", prompt.template], ["Reward", said.join(" + ")],
  ];
}
