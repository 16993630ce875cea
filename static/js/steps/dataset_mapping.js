// @ts-check
/** Which column is question, answer and the rest: selects with the guess beside them, Quick Start, and three rendered rows. */

import { explain, suggestForDataset } from "../lib/api.js";
import { clone, find, fillList, part, setText, show } from "../lib/dom.js";
import { counted } from "../lib/format.js";
import { cellText, suggested, sureness, taking, wantedOf } from "../state/datasets.js";

const PATH = "\u0000path";
const FIELDS = [
  { key: "instruction_field", role: "instruction", label: "Question", help: "What the model is asked.", isNeeded: true },
  { key: "response_field", role: "response", label: "Answer", help: "What the reward compares with.", isNeeded: true },
  { key: "context_field", role: "context", label: "Context", help: "Belongs to the question and follows it; a list becomes options A), B) …", isNeeded: false },
  { key: "reasoning_field", role: "reasoning", label: "Reasoning", help: "A worked solution, which a warm-up teaches before the answer.", isNeeded: false },
];
const RULES = [["auto", "Automatic"], ["none", "All of the answer"], ["hash", "What follows ####"], ["boxed", "Inside \\boxed{ }"], ["last-line", "The last line"]];

/** @param {HTMLElement} root @param {any} context */
export function mountMapping(root, context) {
  const rows = [...FIELDS, { key: "final_answer", role: "", label: "Final answer", help: "Which part of the answer is compared.", isNeeded: true }].map(draw);
  /** The draft before Quick Start. @type {any} */
  let before = null;

  /** @param {typeof FIELDS[number]} field */
  function draw(field) {
    const element = clone("mapping");
    const [select, path] = [element.querySelector("select"), element.querySelector("input")];
    if (!select || !path) throw new Error("The row of a mapping lacks its inputs.");
    const id = `mapping-${field.key}`;
    element.dataset.field = `dataset.${field.key}`;
    select.id = id;
    setText(part(element, "field__label"), field.label);
    part(element, "field__label").setAttribute("for", id);
    part(element, "mapping__guess").id = `${id}-guess`;
    part(element, "field__error").id = `${id}-error`;
    for (const input of [select, path]) input.setAttribute("aria-describedby", `${id}-error ${id}-guess`);
    path.setAttribute("aria-label", `${field.label}: path of the value`);
    setText(part(element, "mapping__role"), field.help);
    const put = (/** @type {string | null} */ value) => context.set({ [`dataset.${field.key}`]: value });
    select.addEventListener("change", () => {
      show(path, select.value === PATH);
      if (select.value === PATH) return path.focus();
      put(select.value === "" ? null : select.value);
    });
    path.addEventListener("input", () => path.value.trim() && put(path.value.trim()));
    find("mapping-fields", root).append(element);
    return { field, element, select, path };
  }

  find("take-guess", root).addEventListener("click", () => {
    const mapping = context.store.get().look?.value?.mapping;
    if (mapping) context.set(taking(mapping));
    context.say("The guessed columns are taken.");
  });
  find("quick-start", root).addEventListener("click", async () => {
    show(find("quick-error", root), false);
    try {
      const suggestion = await suggestForDataset(wantedOf(context.get));
      before ??= context.store.get().draft;
      context.set(suggested(suggestion, Object.keys(context.boot.defaults)));
      showReasons("Set for these rows:", suggestion.reasons);
    } catch (error) {
      setText(find("quick-error", root), explain(error));
      show(find("quick-error", root), true);
    }
  });
  find("quick-undo", root).addEventListener("click", () => {
    if (before) context.patchDraft(before);
    closeReasons();
  });
  find("quick-close", root).addEventListener("click", closeReasons);

  /** @param {string} title @param {string[]} reasons */
  function showReasons(title, reasons) {
    setText(find("quick-title", root), title);
    fillList(find("quick-reasons", root), "text", reasons, (row, text) => setText(row, text));
    show(find("quick-result", root), true);
  }

  function closeReasons() {
    before = null;
    show(find("quick-result", root), false);
  }

  let source = "";
  return {
    /** @param {any} state @param {import("./dataset.js").Shown} shown */
    render(state, { errors, chosen }) {
      const name = `${chosen.kind}/${chosen.source}`;
      if (source && name !== source) closeReasons();
      source = name;
      const known = state.look?.value;
      for (const row of rows) renderRow(row, context.get(`dataset.${row.field.key}`), known, errors[`dataset.${row.field.key}`] ?? "");
      /** @type {HTMLButtonElement} */ (find("take-guess", root)).disabled = !known;
      renderRendered(root, state.rendered);
    },
  };
}

/** @param {any} row @param {string | null} value @param {any} known what the first rows tell @param {string} error */
function renderRow({ field, element, select, path }, value, known, error) {
  const options = optionsOf(field, known?.columns ?? []);
  const isListed = options.some(([name]) => name === (value ?? ""));
  const wanted = JSON.stringify([options, isListed ? "" : value]);
  if (select.dataset.options !== wanted) {
    select.dataset.options = wanted;
    select.replaceChildren(...options.map(([name, text]) => new Option(text, name)));
  }
  if (document.activeElement !== select && document.activeElement !== path) {
    select.value = isListed ? (value ?? "") : PATH;
    path.value = isListed ? "" : value;
    show(path, !isListed);
  }
  const guess = guessOf(field, known);
  setText(part(element, "mapping__guess"), guess);
  show(part(element, "mapping__guess"), guess !== "");
  setText(part(element, "field__error"), error);
  show(part(element, "field__error"), error !== "");
  select.setAttribute("aria-invalid", String(error !== ""));
}

/** @param {any} field @param {string[]} columns @returns {string[][]} */
function optionsOf(field, columns) {
  if (field.key === "final_answer") return RULES;
  return [...(field.isNeeded ? [] : [["", "none"]]), ...columns.map((name) => [name, name]), [PATH, "another path …"]];
}

/** The guess in words; of a set that is known, the guess is not needed. @param {any} field @param {any} known */
function guessOf(field, known) {
  if (!known) return "";
  if (field.key === "final_answer") return `Guess: ${known.guesses.final_answer_reason}.`;
  const guess = known.guesses[field.role];
  const mapped = known.mapping[field.key];
  if (mapped !== guess.field) return `Known: ${mapped ?? "none"}.`;
  return guess.field === null ? `Guess: none, ${guess.reason}.` : `Guess, ${sureness(guess.confidence)}: ${guess.reason}.`;
}

/** @param {HTMLElement} root @param {any} answer */
function renderRendered(root, answer) {
  const { status, value, error } = answer ?? { status: "busy", value: null, error: null };
  const isFailed = status === "failed";
  show(find("rendered-busy", root), status === "busy");
  show(find("rendered-error", root), isFailed);
  setText(find("rendered-error-text", root), isFailed ? explain(error) : "");
  const notice = value && !isFailed ? [...value.notices.map((/** @type {string} */ text) => `${text}.`), value.problem?.message ?? ""].filter(Boolean).join(" ") : "";
  setText(find("rendered-notice-text", root), notice);
  show(find("rendered-notice", root), notice !== "");
  const samples = isFailed ? [] : (value?.samples ?? []);
  fillList(find("rendered", root), "rendered", samples, (row, sample, index) => fillSample(row, sample, index));
  show(find("rendered-empty", root), status === "known" && samples.length === 0);
  setText(find("rendered-empty", root), "No row is left. Look at the filters and the columns.");
}

/** @param {HTMLElement} row @param {any} sample @param {number} index */
function fillSample(row, sample, index) {
  setText(row.querySelector("h4"), `Row ${index + 1}`);
  setText(part(row, "chip"), sample.tokens === null ? "" : counted(sample.tokens, "token"));
  show(part(row, "chip"), sample.tokens !== null);
  const prompt = part(row, "code");
  setText(prompt, sample.prompt);
  prompt.setAttribute("aria-label", `Prompt of row ${index + 1}`);
  setText(part(row, "rendered__reference"), cellText(sample.reference) || "empty");
  setText(part(row, "rendered__perfect"), sample.perfect_answer);
  const extras = Object.entries(sample.extras).map(([name, value]) => `${name}: ${cellText(value).slice(0, 200)}`);
  show(part(row, "rendered__extras"), extras.length > 0);
  setText(part(row, "rendered__extras").querySelector(".mono"), extras.join("\n"));
}
