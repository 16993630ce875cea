// @ts-check
/** The commands that run an exported file, with its real path. */

import { downloadAddress } from "../../lib/api.js";
import { baseOf, commandsFor, labelOf, preferredFile, PROGRAMS } from "../../state/export_commands.js";
import { templateOf } from "../../state/testing.js";
import { copy } from "../../ui/copy.js";
import { mountTabs } from "../../ui/tabs.js";
import { around, each, fillList, find, itemOf, part, setText, show } from "../../lib/dom.js";

/** @typedef {import("../../state/export_commands.js").Use} Use */

/** @param {HTMLElement} root @param {ExportDesk} desk */
export function mountUse(root, desk) {
  mountTabs(find("use-tabs", root));
  const select = find("use-file", root, "select");
  /** @type {ShownExport | null} */
  let shown = null;
  let drawn = "";
  const places = each(root, "input", "[name=use-place]");
  for (const radio of places) radio.checked = radio.value === (isLocal() ? "server" : "download");
  const place = () => /** @type {Use["place"]} */ (places.find((radio) => radio.checked)?.value ?? "server");
  /** The file that was chosen by hand, by run; otherwise the preferred one of those that are there.
   * @type {{id: string, target: string} | null} */
  let byHand = null;
  select.addEventListener("change", () => {
    byHand = { id: shown?.id ?? "", target: select.value };
    draw();
  });
  for (const radio of places) radio.addEventListener("change", draw);
  const systemText = find("use-system-text", root);
  find("export-use", root).addEventListener("click", (event) => {
    const button = around(event.target, "[data-act]");
    if (!button) return;
    if (button.dataset.act === "copy-command") copy(itemOf(button).text, desk.context.say);
    if (button.dataset.act === "copy-system") copy(systemText.textContent ?? "", desk.context.say);
  });

  function draw() {
    const file = shown?.files.find((listed) => listed.target === select.value);
    if (!shown?.exportState || !file) return;
    const template = templateOf(shown.session?.config, desk.get().templates);
    const use = useOf(shown, shown.exportState.folder, file, place(), template);
    const key = JSON.stringify([use, shown.exportState.modelfile]);
    if (key === drawn) return;
    drawn = key;
    drawPrograms(root, use);
    drawModelfile(root, use, shown.exportState.modelfile);
    show(find("use-system", root), use.system !== "");
    setText(systemText, use.system);
  }

  return {
    /** @param {ShownExport} next */
    render(next) {
      shown = next;
      show(find("export-use", root), next.files.length > 0);
      if (!next.files.length) return;
      const own = next.files.find((listed) => byHand?.id === next.id && listed.target === byHand.target);
      fillFiles(select, next, (own ?? preferredFile(next.files)).target);
      draw();
    },
  };
}

/** Whether this browser runs on the server's machine, so that its paths are the user's. */
const isLocal = () => ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);

/** @param {ShownExport} shown @param {string} folder @param {ListedFile} file @param {Use["place"]} place
 * @param {PromptTexts | null} template @returns {Use} */
function useOf({ id, files, session }, folder, file, place, template) {
  const model = session?.config?.model;
  return {
    session: id, folder, files, file, place,
    system: template?.system_prompt ?? "", form: template?.instruction_template || "{instruction}",
    base: baseOf(model?.name ?? session?.model ?? "the base model"), rank: model?.lora_rank ?? 16,
  };
}

/** @param {HTMLElement} root @param {Use} use */
function drawPrograms(root, use) {
  const programs = commandsFor(use);
  for (const name of PROGRAMS) {
    const { note, blocks, takes } = programs[name];
    const hint = use.files.some((file) => file.kind === "gguf") ? "choose one" : "export one";
    setText(find(`use-note-${name}`, root), takes ? `This program takes ${takes}: ${hint} above.` : note);
    fillList(find(`use-commands-${name}`, root), "export-command", blocks, (row, block) => {
      setText(part(row, "command__title"), block.title);
      setText(row.querySelector("pre"), block.text);
      row.querySelector("pre")?.setAttribute("aria-label", block.title);
      row.querySelector("button")?.setAttribute("aria-label", `Copy: ${block.title}`);
    });
  }
}

/** The Modelfile belongs to a GGUF file; its text is at hand for the preferred one.
 * @param {HTMLElement} root @param {Use} use @param {string | null} text */
function drawModelfile(root, { session, file, files }, text) {
  const name = file.modelfile ?? "";
  show(find("use-modelfile", root), file.kind === "gguf");
  const link = find("use-modelfile-link", root, "a");
  link.href = downloadAddress(session, name);
  const isShown = name === "Modelfile" && Boolean(text);
  show(find("use-modelfile-part", root), isShown);
  setText(find("use-modelfile-text", root), isShown ? text ?? "" : "");
}

/** @param {HTMLSelectElement} select @param {ShownExport} shown @param {string} target which is chosen */
function fillFiles(select, { id, files }, target) {
  const key = [id, ...files.map((file) => file.target)].join(" ");
  const options = files.map((file) => new Option(labelOf(file), file.target));
  if (select.dataset.key !== key) select.replaceChildren(...options);
  select.dataset.key = key;
  if (select.value !== target) select.value = target;
}
