// @ts-check
/** Quick Start: the mapping, template and reward that suit the draft's data set, each with its reason. */

import { suggestForDataset } from "../../lib/api.js";
import { setting } from "../../lib/format.js";
import { columnsIn, failingFacts } from "../../state/datasets.js";
import { changesOfSuggestion, hasOwnPrompt, isInPlace, shareOf, titleOf } from "../../state/rewards.js";
import { createBySource } from "./by_source.js";
import { rewardsOf } from "./shared.js";
import { fillList, find, setText, show, tell } from "../../lib/dom.js";
import { facts } from "../../ui/facts.js";

/** @param {HTMLElement} root @param {Context} context */
export function mountQuick(root, context) {
  const suggest = (/** @type {any} */ wanted) => suggestForDataset(wanted, context.get("model.name"));
  const bySource = createBySource(context, suggest);
  find("quick-again", root).addEventListener("click", bySource.again);
  find("quick-use", root).addEventListener("click", () => {
    const found = bySource.look()?.value;
    if (!found) return;
    context.set(changesOfSuggestion(found, context.get));
    context.say("Mapping, prompt template and reward are set.");
  });

  /** @param {State} state */
  function render(state) {
    const answer = bySource.look();
    show(find("quick-busy", root), !answer);
    tell(root, "quick-error", answer?.problem ?? "");
    show(find("quick-found", root), Boolean(answer?.value));
    show(find("quick-actions", root), Boolean(answer?.value));
    renderFound(answer?.value, rewardsOf(state).list);
  }

  /** @param {Suggestion | undefined} found @param {ShownPreset[]} catalogue */
  function renderFound(found, catalogue) {
    const changes = found ? changesOfSuggestion(found, context.get) : {};
    const isUsed = Boolean(found) && isInPlace(changes, context.get, context.boot.defaults);
    show(find("quick-used", root), isUsed);
    find("quick-use", root, "button").disabled = isUsed;
    if (!found) return;
    const isOther = found.prompt.template !== context.get("prompt.template");
    const gives = isOther && hasOwnPrompt(context.get) ? " Your own prompt gives way to the template’s." : "";
    const sets = `Sets the mapping, the prompt template and the reward.${gives}`;
    setText(find("quick-note", root), isUsed ? "This is what the draft has." : sets);
    facts(find("quick-facts", root), factsOf(found, catalogue));
    fillList(find("quick-reasons", root), "text", found.reasons, (row, reason) => setText(row, reason));
  }
  return { render };
}

/** @param {Suggestion} found @param {ShownPreset[]} catalogue */
function factsOf({ dataset, prompt, reward, pre_training: warmUp, own_answers: own }, catalogue) {
  const parts = reward.components ?? [reward];
  const shareText = (/** @type {number} */ at) =>
    (parts.length > 1 ? `, ${Math.round(shareOf(parts, at) * 100)} %` : "");
  const said = parts.map((part, at) => `${titleOf(part, catalogue)}${shareText(at)}`);
  const further = Object.entries(reward.fields ?? {})
    .map(([name, column]) => (name === column ? name : `${name} from ${column}`));
  const optional = [
    ["Context", columnsIn(dataset.context_field).join(", ")],
    ["Worked solution", dataset.reasoning_field],
    ["Further columns", further.join(", ")],
  ];
  return /** @type {[string, string][]} */ ([
    ["Data set", dataset.source],
    ["Question", dataset.instruction_field],
    ["Answer", dataset.response_field ?? "none"],
    ...optional.filter(([, value]) => value),
    ["Final answer", setting(dataset.final_answer)],
    ["Prompt template", prompt.template],
    ["Reward", said.join(" + ")],
    ...(warmUp.enabled ? [["Warm-up", "on"]] : []),
    ...failingFacts(own),
  ]);
}
