// @ts-check
/** The prompt as the model reads it, for a row of the data, and what would be read from an answer. */

import { explain, parseCompletion, previewPrompt } from "../../lib/api.js";
import { counted } from "../../lib/format.js";
import { createLatest } from "../../lib/latest.js";
import { questionFor } from "../../state/datasets.js";
import { createAnswer, NO_ANSWER } from "../dataset/answer.js";
import { fillList, find, part, setText, show, showText } from "../../lib/dom.js";
import { facts } from "../../ui/facts.js";

const QUIET_MS = 250;
const PERFECT = "Perfect form: every marker stands once, in order.";

/** @param {HTMLElement} root @param {Context} context */
export function mountPromptPreview(root, context) {
  let row = 0;
  const preview = createAnswer(context, "promptShown", { ask: previewPrompt, subjectOf: () => "", quietMs: QUIET_MS });
  const samples = () => context.store.get().rendered?.value?.samples ?? [];
  const prompt = () => context.store.get().draft.config.prompt ?? {};
  const trial = mountTrial(root, { prompt, samples, onTyped: () => render(context.store.get()) });
  const turn = (/** @type {number} */ by) => () => {
    row = (row + by + samples().length) % Math.max(1, samples().length);
    render(context.store.get());
  };
  find("prompt-before", root).addEventListener("click", turn(-1));
  find("prompt-after", root).addEventListener("click", turn(1));

  /** @param {State} state */
  function render(state) {
    const question = questionFor(samples(), row);
    preview.follow({ prompt: prompt(), model: context.get("model.name"), instruction: question.text });
    renderShown(root, state.promptShown ?? NO_ANSWER);
    setText(find("prompt-row", root), question.row === null ? "A made-up question" : `Row ${question.row + 1}`);
    for (const ref of ["prompt-before", "prompt-after"]) show(find(ref, root), samples().length > 1);
    trial.render();
  }

  return { render };
}

/** @param {HTMLElement} root @param {Kept<PromptPreview>} shown */
function renderShown(root, { status, value, error }) {
  if (value) setText(find("prompt-text", root), value.prompt);
  const problem = status === "failed" ? `Not refreshed: ${explain(error)}` : value?.problem?.message;
  setText(find("prompt-problem", root), [problem, ...(value?.notices ?? [])].filter(Boolean).join(" "));
  showText(find("prompt-tokens", root), value?.tokens ? counted(value.tokens, "token") : "");
}

/** An answer to try: the row's own until the user types another, read anew when it or the prompt changes.
 * @param {HTMLElement} root
 * @param {{prompt: () => Section, samples: () => RenderedRow[], onTyped: () => void}} from */
function mountTrial(root, { prompt, samples, onTyped }) {
  const text = find("prompt-try-text", root, "textarea");
  let isTyped = false;
  let read = "";

  text.addEventListener("input", () => {
    isTyped = true;
    onTyped();
  });
  const latest = createLatest(() => read);
  const fail = (/** @type {string} */ problem) => showText(find("prompt-try-error", root), problem);
  const parse = () => latest.ask(() => parseCompletion(prompt(), text.value), {
    quietMs: QUIET_MS,
    answered(parsed) {
      showParsed(root, parsed);
      fail("");
    },
    refused: (error) => fail(explain(error)),
  });

  return {
    render() {
      if (!isTyped && document.activeElement !== text) text.value = samples()[0]?.perfect_answer ?? text.value;
      const next = JSON.stringify([prompt(), text.value]);
      if (next === read || !find("prompt-try", root, "details").open) return;
      read = next;
      parse();
    },
  };
}

/** @param {HTMLElement} root @param {Parsed} parsed */
function showParsed(root, { reasoning, solution, problems }) {
  facts(find("prompt-try-facts", root), [
    ["Working out", reasoning || "none"],
    ["Solution", solution === null ? "none is found" : solution || "empty"],
  ]);
  const [lines, level] = problems.length ? [problems, "warning"] : [[PERFECT], "good"];
  fillList(find("prompt-try-problems", root), "notice", lines, (item, line) => {
    item.dataset.level = level;
    setText(part(item, "notice__text"), line);
  });
}
