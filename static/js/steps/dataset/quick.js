// @ts-check
/** Quick Start: columns, prompt and reward that suit the rows, set at once, with reasons and a way back. */

import { explain, suggestForDataset } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { failingFacts, mappingOf, suggested, wantedOf } from "../../state/datasets.js";
import { fillList, find, setText, show, showText } from "../../lib/dom.js";
import { facts } from "../../ui/facts.js";

const WEAK = "Set for these rows, but not even their own answers score well:";

/** @param {HTMLElement} root @param {Context} context */
export function mountQuickStart(root, context) {
  /** The draft before Quick Start. @type {Draft | null} */
  let before = null;

  const latest = createLatest(() => {
    const { prompt, reward, pre_training: warmUp } = context.store.get().draft.config;
    return [wantedOf(context.get), mappingOf(context.get), prompt, reward, warmUp, context.get("model.name")];
  });

  find("mapping-quick-start", root).addEventListener("click", () => {
    show(find("mapping-quick-error", root), false);
    latest.ask(() => suggestForDataset(wantedOf(context.get), context.get("model.name")), {
      answered(suggestion) {
        before ??= context.store.get().draft;
        context.set(suggested(suggestion, Object.keys(context.boot.defaults)));
        showReasons(suggestion);
      },
      refused: (error) => showText(find("mapping-quick-error", root), explain(error)),
    });
  });
  find("mapping-quick-undo", root).addEventListener("click", () => {
    if (before) context.patchDraft(before);
    close();
  });
  find("mapping-quick-close", root).addEventListener("click", close);

  /** @param {Suggestion} suggestion */
  function showReasons({ reasons, own_answers: own, enough }) {
    find("mapping-quick-result", root).dataset.level = enough ? "good" : "warning";
    setText(find("mapping-quick-title", root), enough ? "Set for these rows:" : WEAK);
    const failing = failingFacts(own);
    show(find("mapping-quick-own", root), failing.length > 0);
    facts(find("mapping-quick-own", root), failing);
    fillList(find("mapping-quick-reasons", root), "text", reasons, (row, text) => setText(row, text));
    show(find("mapping-quick-result", root), true);
  }

  function close() {
    before = null;
    show(find("mapping-quick-result", root), false);
  }

  return {
    close,
    /** The columns that are guessed from the first rows come before what is suggested for them.
     * @param {State["look"]} look */
    render(look) {
      find("mapping-quick-start", root, "button").disabled = look?.status === "busy";
    },
  };
}
