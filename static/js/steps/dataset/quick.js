// @ts-check
/** Quick Start: columns, prompt and reward that suit the rows, set at once, with reasons and a way back. */

import { explain, suggestForDataset } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { mappingOf, suggested, wantedOf } from "../../state/datasets.js";
import { fillList, find, setText, show, showText } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {Context} context */
export function mountQuickStart(root, context) {
  /** The draft before Quick Start. @type {Draft | null} */
  let before = null;

  const latest = createLatest(() => {
    const { prompt, reward } = context.store.get().draft.config;
    return [wantedOf(context.get), mappingOf(context.get), prompt, reward];
  });

  find("mapping-quick-start", root).addEventListener("click", () => {
    show(find("mapping-quick-error", root), false);
    latest.ask((signal) => suggestForDataset(wantedOf(context.get), signal), {
      answered(suggestion) {
        before ??= context.store.get().draft;
        context.set(suggested(suggestion, Object.keys(context.boot.defaults)));
        showReasons("Set for these rows:", suggestion.reasons);
      },
      refused: (error) => showText(find("mapping-quick-error", root), explain(error)),
    });
  });
  find("mapping-quick-undo", root).addEventListener("click", () => {
    if (before) context.patchDraft(before);
    close();
  });
  find("mapping-quick-close", root).addEventListener("click", close);

  /** @param {string} title @param {string[]} reasons */
  function showReasons(title, reasons) {
    setText(find("mapping-quick-title", root), title);
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
