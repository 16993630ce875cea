// @ts-check
/** Test Reward: what the draft's reward says of a typed text, of the data set's own answers, or of a past run. */

import { datasetFields, explain, testReward } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { partsOf, wantedColumns } from "../../state/rewards.js";
import { mountTabs } from "../../ui/tabs.js";
import { rewardsOf } from "./shared.js";
import { chosenRun, chosenSamples, mountTexts, renderInputs } from "./try_inputs.js";
import { mountVerdicts } from "./verdicts.js";
import { each, find, onSubmit, show, tell } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {Context} context */
export function mountTry(root, context) {
  const box = find("try", root, "details");
  const verdicts = mountVerdicts(root);

  const tabs = mountTabs(box, () => {
    clear();
    render(context.store.get());
  });
  const texts = mountTexts(root, context);
  listen("try-text", () => ({ rows: [texts.row()] }));
  listen("try-answers", () => ({ samples: chosenSamples(root) }));
  listen("try-run", () => chosenRun(root));
  const scoring = createLatest(tabs.selected);
  const filling = createLatest(() => [tabs.selected(), texts.row()]);
  const isBusy = () => scoring.isAsking() || filling.isAsking();
  const ask = () => firstRow(context.store.get().draft.config, texts.hasExtras());
  find("try-fill", root).addEventListener("click", () => run(filling, ask, texts.fill));

  /** @param {string} form @param {() => object} wanted */
  function listen(form, wanted) {
    onSubmit(find(form, root), () =>
      run(scoring, () => testReward({ config: context.store.get().draft.config, ...wanted() }), verdicts.show));
  }

  /** @template T @param {ReturnType<typeof createLatest>} latest
   * @param {() => Promise<T>} request @param {(value: T) => void} answered */
  async function run(latest, request, answered) {
    if (isBusy()) return;
    clear();
    const asked = latest.ask(request, { answered, refused: (error) => fail(explain(error)) });
    render(context.store.get());
    await asked;
    render(context.store.get());
  }

  function clear() {
    verdicts.show(null);
    fail("");
  }

  const fail = (/** @type {string} */ text) => tell(root, "try-error", text);

  /** @param {State} state */
  function render(state) {
    show(find("try-busy", root), isBusy());
    for (const button of each(box, "button", "[type=submit]")) button.disabled = isBusy();
    if (!box.open) return;
    const { list, custom } = rewardsOf(state);
    renderInputs(root, state, wantedColumns(partsOf(context.get), list, context.get("reward.fields"), custom));
  }
  box.addEventListener("toggle", () => render(context.store.get()));
  return { render };
}

/** The data set's first row with its perfect answer; further columns are told only with the rows as the model sees
 * them, which takes its tokenizer. @param {object} config @param {boolean} needsExtras */
async function firstRow(config, needsExtras) {
  if (!needsExtras) return { ...(await testReward({ config, samples: 1 })).results[0], extras: {} };
  const [sample] = (await datasetFields(config)).samples;
  return { ...sample, response: sample.perfect_answer };
}
