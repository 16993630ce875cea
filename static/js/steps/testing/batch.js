// @ts-check
/** Batch: many prompts from a file or pasted, their answers in a table that grows, and both as files. */

import { ApiError, explain, startBatch, startFileBatch, testFile } from "../../lib/api.js";
import { fillList, find, itemOf, make, setText, show } from "../../lib/dom.js";
import { bytes, counted } from "../../lib/format.js";
import { unchanged } from "../../lib/latest.js";
import { hasAdapter, samplingBody } from "../../state/testing.js";
import { cellsOf, pageText, previewRows, shownTest, testsOf, tilesOf } from "../../state/testing_runs.js";
import { read } from "../../ui/copy.js";
import { mountDrop } from "../../ui/drop.js";
import { systemOf } from "./asking.js";
import { createResults } from "./results.js";
import { listenToCancel, renderRunning, reveal, tell } from "./running.js";

const PAGE = 20;
const HEAD = ["#", "Prompt", "Answer", "Expected", "Reward", "Tokens", "Whole"];

/** @typedef {import("./desk.js").Desk} Desk */

/** @param {HTMLElement} root @param {Desk} desk */
export function mountBatch(root, desk) {
  const lines = /** @type {HTMLTextAreaElement} */ (find("batch-lines", root));
  const results = createResults(PAGE, desk.context, () => renderTable(root, results.view(), shown()));
  /** @type {File | null} */
  let file = null;
  let isSending = false;
  const shown = () => shownTest(testsOf(desk.get().tests, desk.session()?.session_id ?? null), "batch", desk.context.store.get().route.params.test);
  const choose = (/** @type {File | null} */ one) => {
    file = one;
    tell(root, "batch-error", "");
    render();
  };

  listen(root, desk, { choose, start: () => start(), shown, results });
  lines.addEventListener("input", () => render());

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
      const test = await (file ? startFileBatch(file, options) : startBatch({ ...options, prompts: prompts.map((prompt) => ({ prompt })) }));
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
    setText(find("batch-note", root), file ? "" : prompts ? counted(prompts, "prompt") : "");
    /** @type {HTMLButtonElement} */ (find("batch-go", root)).disabled = isSending || !desk.model() || desk.context.store.get().connection === "offline";
    const test = shown();
    show(find("batch-test", root), Boolean(test));
    if (!test) return;
    if (isOpen(root)) results.follow(test);
    renderTest(root, test, results.view());
  }
  return { render };
}

/** @param {HTMLElement} root @param {Desk} desk
 * @param {{choose: (file: File | null) => void, start: () => void, shown: () => any, results: ReturnType<typeof createResults>}} to */
function listen(root, desk, { choose, start, shown, results }) {
  mountDrop(find("batch-drop", root), (files) => isOpen(root) && choose(files[0]));
  find("batch-drop-file", root).addEventListener("click", () => choose(null));
  find("batch-form", root).addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  listenToCancel(find("batch-cancel", root), shown, desk);
  find("batch-before", root).addEventListener("click", () => results.move(-1));
  find("batch-after", root).addEventListener("click", () => results.move(1));
  find("batch-rows", root).addEventListener("click", (event) => {
    const row = event.target instanceof Element && event.target.closest("button") ? itemOf(event.target) : null;
    if (row) read(`Prompt ${row.index + 1}`, wholeText(row), desk.context.say);
  });
  find("batch-head", root).replaceChildren(...HEAD.map((name) => Object.assign(make("th", "", name), { scope: "col" })));
}

/** Whether this way of testing is what is looked at. @param {HTMLElement} root */
const isOpen = (root) => find("batch-form", root).checkVisibility();

/** @param {string} text */
const promptsOf = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** @param {Desk} desk */
function optionsOf(desk) {
  const model = desk.model();
  const { usesAdapter, usesTemplate, device, sampling } = desk.get();
  const system = systemOf(desk);
  return {
    model_path: model?.model_path, use_adapter: !hasAdapter(model) || usesAdapter, use_template: usesTemplate, device,
    ...(system === undefined ? {} : { system }), ...samplingBody(sampling.chat),
  };
}

/** @type {any} */
let drawn = null;

/** @param {HTMLElement} root @param {any} test @param {import("./results.js").View} view */
function renderTest(root, test, view) {
  if (test === drawn) return;
  drawn = test;
  renderTable(root, view, test);
  renderRunning(root, "batch", test);
  show(find("batch-tiles", root), Boolean(test.summary));
  fillList(find("batch-tiles", root), "tile", test.summary ? tilesOf(test.summary) : [], (tile, { name, value, level }) => {
    tile.dataset.level = level;
    setText(tile.querySelector("dt"), name);
    setText(tile.querySelector("dd"), value);
  });
  for (const kind of ["json", "csv"]) /** @type {HTMLAnchorElement} */ (find(`batch-${kind}`, root)).href = testFile(test.test_id, `results.${kind}`);
}

/** @param {HTMLElement} root @param {import("./results.js").View} view @param {any} test */
function renderTable(root, view, test) {
  if (!test) return;
  const isThere = view.id === test.test_id && view.rows.length > 0;
  const rows = isThere ? view.rows : previewRows(test);
  show(find("batch-results", root), rows.length > 0);
  fillList(find("batch-rows", root), "batch", rows, (row, one) => {
    cellsOf(one).forEach((text, index) => setText(row.children[index], text));
    row.querySelector("button")?.setAttribute("aria-label", `Read all of prompt ${one.index + 1}`);
  });
  setText(find("batch-page", root), isThere ? pageText(view.offset, rows.length, view.total) : `The first ${rows.length} of ${test.total}, as they were read`);
  for (const name of ["batch-before", "batch-after"]) show(find(name, root), isThere && view.total > rows.length);
  /** @type {HTMLButtonElement} */ (find("batch-before", root)).disabled = view.offset === 0;
  /** @type {HTMLButtonElement} */ (find("batch-after", root)).disabled = view.offset + view.rows.length >= view.total;
}

/** A row with everything there is to read. @param {any} row */
function wholeText(row) {
  const scores = Object.entries(row.scores ?? {}).map(([name, score]) => `${name}: ${score?.value ?? "no score"}${score?.reason ? ` (${score.reason})` : ""}`);
  return [`Prompt:\n${row.prompt}`, row.reference ? `Expected:\n${row.reference}` : "", `Answer:\n${row.response}`, scores.length ? `Scores:\n${scores.join("\n")}` : ""].filter(Boolean).join("\n\n");
}
