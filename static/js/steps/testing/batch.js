// @ts-check
/** Batch: many prompts from a file or pasted, their answers in a table that grows, and both as files. */

import { ApiError, explain, startBatch, startFileBatch, testFile } from "../../lib/api.js";
import { bytes, counted } from "../../lib/format.js";
import { unchanged } from "../../lib/latest.js";
import { hasAdapter, samplingBody } from "../../state/testing.js";
import { cellsOf, pageText, previewRows, tilesOf } from "../../state/testing_runs.js";
import { read } from "../../ui/copy.js";
import { mountDrop } from "../../ui/drop.js";
import { tiles } from "../../ui/facts.js";
import { systemOf } from "./asking.js";
import { createResults, fillHead, listenToPages, renderPages } from "./results.js";
import { listenToCancel, renderRunning, reveal } from "./running.js";
import { around, fillList, find, itemOf, onSubmit, setText, show, tell } from "../../lib/dom.js";

const PAGE = 20;
const HEAD = ["#", "Prompt", "Answer", "Expected", "Reward", "Tokens", "Whole"];

/** @typedef {import("../../state/testing_runs.js").TableRow} TableRow */

/** @param {HTMLElement} root @param {TestDesk} desk */
export function mountBatch(root, desk) {
  const lines = find("batch-lines", root, "textarea");
  const results = createResults(PAGE, desk.context, () => renderTable(root, results.view(), desk.shown("batch")));
  /** @type {File | null} */
  let file = null;
  let isSending = false;
  const choose = (/** @type {File | null} */ next) => {
    file = next;
    tell(root, "batch-error", "");
    render();
  };

  listen(root, desk, results, { choose, start });
  lines.addEventListener("input", render);

  async function start() {
    const prompts = promptsOf(lines.value);
    if (!file && !prompts.length) return tell(root, "batch-error", "Choose a file, or paste a prompt.");
    isSending = true;
    tell(root, "batch-error", "");
    render();
    const isStillHere = unchanged(() => desk.context.store.get().route);
    const isAsSent = unchanged(() => [file?.name, lines.value]);
    try {
      const options = optionsOf(desk);
      const rows = prompts.map((prompt) => ({ prompt }));
      const test = await (file ? startFileBatch(file, options) : startBatch({ ...options, prompts: rows }));
      desk.putTest(test);
      desk.put({ problems: {} });
      if (isStillHere()) {
        desk.context.putParams({ tab: "batch", test: test.test_id });
        reveal(find("batch-test", root));
      }
      if (isAsSent()) [file, lines.value] = [null, ""];
    } catch (error) {
      if (error instanceof ApiError) desk.put({ problems: error.fields });
      tell(root, "batch-error", explain(error));
    } finally {
      isSending = false;
      render();
    }
    return undefined;
  }

  function render() {
    const prompts = promptsOf(lines.value).length;
    show(find("batch-chosen", root), file !== null);
    setText(find("batch-name", root), file?.name ?? "");
    setText(find("batch-size", root), file ? bytes(file.size) : "");
    lines.disabled = file !== null;
    setText(find("batch-note", root), !file && prompts ? counted(prompts, "prompt") : "");
    find("batch-go", root, "button").disabled = isSending || !desk.model() || desk.isOffline();
    const test = desk.shown("batch");
    show(find("batch-test", root), Boolean(test));
    if (!test) return;
    if (isOpen(root)) results.follow(test);
    renderTest(root, test, results.view());
  }
  return { render };
}

/** @param {HTMLElement} root @param {TestDesk} desk @param {ReturnType<typeof createResults>} results
 * @param {{choose: (file: File | null) => void, start: () => void}} to */
function listen(root, desk, results, { choose, start }) {
  mountDrop(find("batch-drop", root), (files) => isOpen(root) && choose(files[0]));
  find("batch-drop-file", root).addEventListener("click", () => choose(null));
  onSubmit(find("batch-form", root), start);
  listenToCancel(root, "batch", desk);
  listenToPages(root, "batch", results);
  find("batch-rows", root).addEventListener("click", (event) => {
    const row = around(event.target, "button") && itemOf(event.target);
    if (row) read(`Prompt ${row.index + 1}`, wholeText(row), desk.context.say);
  });
  fillHead(find("batch-head", root), HEAD);
}

/** Whether this way of testing is what is looked at. @param {HTMLElement} root */
const isOpen = (root) => find("batch-form", root).checkVisibility();

/** @param {string} text */
const promptsOf = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** @param {TestDesk} desk */
function optionsOf(desk) {
  const model = desk.model();
  const { usesAdapter, usesTemplate, device, sampling } = desk.get();
  const system = systemOf(desk);
  return {
    model_path: model?.model_path,
    use_adapter: !hasAdapter(model) || usesAdapter,
    use_template: usesTemplate,
    device,
    ...(system === undefined ? {} : { system }), ...samplingBody(sampling.chat),
  };
}

/** @type {EvaluationRecord | null} */
let drawn = null;

/** @param {HTMLElement} root @param {EvaluationRecord} test @param {import("./results.js").View} view */
function renderTest(root, test, view) {
  if (test === drawn) return;
  drawn = test;
  renderTable(root, view, test);
  renderRunning(root, "batch", test);
  show(find("batch-tiles", root), Boolean(test.summary));
  tiles(find("batch-tiles", root), test.summary && "answered" in test.summary ? tilesOf(test.summary) : []);
  for (const kind of ["json", "csv"]) find(`batch-${kind}`, root, "a").href = testFile(test.test_id, `results.${kind}`);
}

/** @param {HTMLElement} root @param {import("./results.js").View} view @param {EvaluationRecord | undefined} test */
function renderTable(root, view, test) {
  if (!test) return;
  const isThere = view.id === test.test_id && view.rows.length > 0;
  const rows = isThere ? view.rows : /** @type {TableRow[]} */ (previewRows(test));
  show(find("batch-results", root), rows.length > 0);
  fillList(find("batch-rows", root), "batch", rows, (row, entry) => {
    cellsOf(entry).forEach((text, index) => setText(row.children[index], text));
    row.querySelector("button")?.setAttribute("aria-label", `Read all of prompt ${entry.index + 1}`);
  });
  const first = `The first ${rows.length} of ${test.total}, as they were read`;
  setText(find("batch-page", root), isThere ? pageText(view.offset, rows.length, view.total) : first);
  for (const name of ["batch-before", "batch-after"]) show(find(name, root), isThere && view.total > rows.length);
  renderPages(root, "batch", view);
}

/** A row with everything there is to read. @param {TableRow} row */
function wholeText({ prompt, reference, response, scores }) {
  const said = Object.entries(scores ?? {}).map(([name, score]) => {
    const reason = score?.reason ? ` (${score.reason})` : "";
    return `${name}: ${score?.value ?? "no score"}${reason}`;
  });
  return [
    `Prompt:\n${prompt}`,
    reference ? `Expected:\n${reference}` : "",
    `Answer:\n${response}`,
    said.length ? `Scores:\n${said.join("\n")}` : "",
  ].filter(Boolean).join("\n\n");
}
