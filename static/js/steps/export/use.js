// @ts-check
/** The commands that run an exported file, with its real path. */

import { downloadAddress } from "../../lib/api.js";
import { fillList, find, itemOf, part, setText, show } from "../../lib/dom.js";
import { baseOf, commandsFor, labelOf, modelfileOf, preferredFile, PROGRAMS } from "../../state/export_commands.js";
import { templateOf } from "../../state/testing.js";
import { copy } from "../../ui/copy.js";
import { mountTabs } from "../../ui/tabs.js";

/** @typedef {import("./desk.js").Shown} Shown */
/** @typedef {import("../../state/export_commands.js").Use} Use */

/** @param {HTMLElement} root @param {import("./desk.js").Desk} desk */
export function mountUse(root, desk) {
  mountTabs(find("use-tabs", root));
  const select = /** @type {HTMLSelectElement} */ (find("use-file", root));
  /** @type {Shown | null} */
  let shown = null;
  let drawn = "";
  const places = /** @type {HTMLInputElement[]} */ ([...root.querySelectorAll("[name=use-place]")]);
  for (const one of places) one.checked = one.value === (isLocal() ? "server" : "download");
  const place = () => /** @type {Use["place"]} */ (places.find((one) => one.checked)?.value ?? "server");
  /** The file that was chosen by hand, by run; otherwise the preferred one of those that are there. @type {{id: string, target: string} | null} */
  let byHand = null;
  select.addEventListener("change", () => {
    byHand = { id: shown?.id ?? "", target: select.value };
    draw();
  });
  for (const one of places) one.addEventListener("change", draw);
  find("export-use", root).addEventListener("click", (event) => {
    const button = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-act]")) : null;
    if (!button) return;
    if (button.dataset.act === "copy-command") copy(itemOf(button).text, desk.context.say);
    if (button.dataset.act === "copy-system") copy(find("use-system-text", root).textContent ?? "", desk.context.say);
  });

  function draw() {
    if (!shown?.files.length) return;
    const file = shown.files.find((one) => one.target === select.value);
    const use = useOf(shown, file, place(), templateOf(shown.session?.config, desk.get().templates));
    const key = JSON.stringify([use, shown.one.modelfile]);
    if (key === drawn) return;
    drawn = key;
    drawPrograms(root, use);
    drawModelfile(root, use, shown.one.modelfile);
    show(find("use-system", root), use.system !== "");
    setText(find("use-system-text", root), use.system);
  }

  return {
    /** @param {Shown} next */
    render(next) {
      shown = next;
      show(find("export-use", root), next.files.length > 0);
      if (!next.files.length) return;
      const own = byHand?.id === next.id ? next.files.find((one) => one.target === byHand?.target) : undefined;
      fillFiles(select, next, (own ?? preferredFile(next.files)).target);
      draw();
    },
  };
}

/** Whether this browser runs on the server's machine, so that its paths are the user's. */
const isLocal = () => ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);

/** @param {Shown} shown @param {any} file @param {Use["place"]} place @param {Record<string, string> | null} template @returns {Use} */
const useOf = ({ id, one, files, session }, file, place, template) => ({
  session: id, folder: one.folder, files, file, place, system: template?.system_prompt ?? "", form: template?.instruction_template || "{instruction}",
  base: baseOf(session?.config?.model.name ?? session?.model ?? "the base model"), rank: session?.config?.model.lora_rank ?? 16,
});

/** @param {HTMLElement} root @param {Use} use */
function drawPrograms(root, use) {
  const programs = commandsFor(use);
  for (const name of PROGRAMS) {
    const { note, blocks, takes } = programs[name];
    const isThere = use.files.some((file) => file.kind === "gguf");
    setText(find(`use-note-${name}`, root), takes ? `This program takes ${takes}: ${isThere ? "choose one" : "export one"} above.` : note);
    fillList(find(`use-commands-${name}`, root), "export-command", blocks, (row, block) => {
      setText(part(row, "command__title"), block.title);
      setText(row.querySelector("pre"), block.text);
      row.querySelector("pre")?.setAttribute("aria-label", block.title);
      row.querySelector("button")?.setAttribute("aria-label", `Copy: ${block.title}`);
    });
  }
}

/** The Modelfile belongs to a GGUF file; its text is at hand for the preferred one. @param {HTMLElement} root @param {Use} use @param {string | null} text */
function drawModelfile(root, { session, file, files }, text) {
  const name = modelfileOf(file, files);
  show(find("use-modelfile", root), file.kind === "gguf");
  const link = /** @type {HTMLAnchorElement} */ (find("use-modelfile-link", root));
  link.href = downloadAddress(session, name);
  const isShown = name === "Modelfile" && Boolean(text);
  show(find("use-modelfile-part", root), isShown);
  setText(find("use-modelfile-text", root), isShown ? text ?? "" : "");
}

/** @param {HTMLSelectElement} select @param {Shown} shown @param {string} target which is chosen */
function fillFiles(select, { id, files }, target) {
  const key = [id, ...files.map((file) => file.target)].join(" ");
  if (select.dataset.key !== key) select.replaceChildren(...files.map((file) => new Option(labelOf(file), file.target)));
  select.dataset.key = key;
  if (select.value !== target) select.value = target;
}
