// @ts-check
/** The prompt as the model reads it, for a row of the data, and what would be read from an answer. */

import { explain, parseCompletion, previewPrompt } from "../../lib/api.js";
import { fillList, find, part, setText, show } from "../../lib/dom.js";
import { counted } from "../../lib/format.js";
import { createLatest } from "../../lib/latest.js";
import { questionFor } from "../../state/datasets.js";
import { facts } from "../../ui/facts.js";
import { createAnswer } from "../dataset/answer.js";

const QUIET_MS = 250;

/** @param {HTMLElement} root @param {any} context */
export function mountPromptPreview(root, context) {
  let row = 0;
  const preview = createAnswer(context, "promptShown", {
    ask: (wanted, signal) => previewPrompt(wanted, signal), subjectOf: () => "", quietMs: QUIET_MS,
  });
  const samples = () => context.store.get().rendered?.value?.samples ?? [];
  const prompt = () => context.store.get().draft.config.prompt ?? {};
  const trial = mountTrial(root, { prompt, samples, onTyped: () => render(context.store.get()) });
  const turn = (/** @type {number} */ by) => () => {
    row = (row + by + samples().length) % Math.max(1, samples().length);
    render(context.store.get());
  };
  find("prompt-before", root).addEventListener("click", turn(-1));
  find("prompt-after", root).addEventListener("click", turn(1));

  /** @param {any} state */
  function render(state) {
    const question = questionFor(samples(), row);
    preview.follow({ prompt: prompt(), model: context.get("model.name"), instruction: question.text });
    renderShown(root, state.promptShown ?? { status: "busy", value: null, error: null });
    setText(find("prompt-row", root), question.row === null ? "A made-up question" : `Row ${question.row + 1}`);
    for (const ref of ["prompt-before", "prompt-after"]) show(find(ref, root), samples().length > 1);
    trial.render(state);
  }

  return { render };
}

/** @param {HTMLElement} root @param {import("../dataset/answer.js").Answer} shown */
function renderShown(root, { status, value, error }) {
  const isFailed = status === "failed";
  if (value) setText(find("prompt-text", root), value.prompt);
  setText(find("prompt-problem", root), isFailed ? `Not refreshed: ${explain(error)}` : (value?.problem?.message ?? ""));
  setText(find("prompt-tokens", root), value?.tokens ? counted(value.tokens, "token") : "");
  show(find("prompt-tokens", root), Boolean(value?.tokens));
}

/** An answer to try: the row's own until the user types another, read anew when it or the prompt changes.
 * @param {HTMLElement} root @param {{prompt: () => any, samples: () => any[], onTyped: () => void}} from */
function mountTrial(root, { prompt, samples, onTyped }) {
  const text = /** @type {HTMLTextAreaElement} */ (find("prompt-try-text", root));
  let isTyped = false;
  let read = "";

  text.addEventListener("input", () => {
    isTyped = true;
    onTyped();
  });
  const latest = createLatest(() => read);
  const parse = () => latest.ask(() => parseCompletion(prompt(), text.value), {
    quietMs: QUIET_MS,
    answered(parsed) {
      showParsed(root, parsed);
      fail(root, "");
    },
    refused: (error) => fail(root, explain(error)),
  });

  return {
    /** @param {any} state */
    render(state) {
      if (!isTyped && document.activeElement !== text) text.value = samples()[0]?.perfect_answer ?? text.value;
      const next = JSON.stringify([state.draft.config.prompt ?? {}, text.value]);
      if (next === read || !/** @type {HTMLDetailsElement} */ (find("prompt-try", root)).open) return;
      read = next;
      parse();
    },
  };
}

/** @param {HTMLElement} root @param {any} parsed */
function showParsed(root, parsed) {
  facts(find("prompt-try-facts", root), [["Working out", parsed.reasoning || "none"], ["Solution", parsed.solution === null ? "none is found" : parsed.solution || "empty"]]);
  const problems = parsed.problems.length ? parsed.problems : ["Perfect form: every marker stands once, in order."];
  fillList(find("prompt-try-problems", root), "notice", problems, (item, problem) => {
    item.dataset.level = parsed.problems.length ? "warning" : "good";
    setText(part(item, "notice__text"), problem);
  });
}

/** Why the answer could not be read. @param {HTMLElement} root @param {string} problem empty for none */
function fail(root, problem) {
  setText(find("prompt-try-error", root), problem);
  show(find("prompt-try-error", root), problem !== "");
}
