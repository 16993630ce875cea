// @ts-check
/** The commands that run an exported file, with its real path. */

import { find, setText, show } from "../lib/dom.js";
import { commandsFor, modelfileOf } from "../state/export_commands.js";
import { copy } from "../ui/copy.js";
import { mountTabs } from "../ui/tabs.js";

const PROGRAMS = ["llama", "ollama", "lmstudio", "python"];

/** @param {HTMLElement} root @param {any} context */
export function mountUse(root, context) {
  const tabs = mountTabs(find("use-tabs", root));
  const select = /** @type {HTMLSelectElement} */ (find("use-file", root));
  /** @type {any} */
  let drawn = null;
  /** @type {any} */
  let session = null;
  select.addEventListener("change", draw);
  root.addEventListener("click", (event) => {
    const ref = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-copy]"))?.dataset.copy : null;
    if (ref) copy(find(ref, root).textContent ?? "", context.say);
  });

  function draw() {
    const file = drawn.files.find((/** @type {any} */ one) => one.target === select.value) ?? drawn.files[0];
    const commands = commandsFor(drawn, file, session?.model ?? session?.config?.model?.name ?? "the-base-model");
    for (const program of PROGRAMS) {
      const command = commands[program];
      show(find(`use-tabs`, root).querySelector(`[data-tab=${program}]`) ?? root, Boolean(command));
      setText(find(`use-note-${program}`, root), command?.note ?? "");
      setText(find(`use-${program}`, root), command?.text ?? "");
    }
    if (!commands[tabs.selected()]) tabs.select(PROGRAMS.find((program) => commands[program]) ?? "llama");
    const isPlain = file.kind === "gguf" && modelfileOf(file, drawn.files) === "Modelfile" && Boolean(drawn.modelfile);
    show(find("use-modelfile", root), isPlain);
    setText(find("use-modelfile-text", root), isPlain ? drawn.modelfile : "");
  }

  return {
    /** @param {import("./export.js").Shown} shown */
    render(shown) {
      const files = shown.one?.files ?? [];
      show(find("export-use", root), files.length > 0);
      session = shown.session;
      if (!files.length || shown.one === drawn) return;
      drawn = shown.one;
      fillFiles(select, files);
      draw();
    },
  };
}

/** @param {HTMLSelectElement} select @param {any[]} files */
function fillFiles(select, files) {
  const key = files.map((file) => file.target).join(" ");
  if (select.dataset.key === key) return;
  const before = select.value;
  select.replaceChildren(...files.map((file) => new Option(`${file.title} (${file.file})`, file.target)));
  select.dataset.key = key;
  const preferred = files.find((file) => file.target === before) ?? files.find((file) => file.target === "q4_k_m") ?? files.find((file) => file.kind === "gguf") ?? files[0];
  select.value = preferred.target;
}
