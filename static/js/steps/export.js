// @ts-check
/** Step 6: a trained run as a GGUF file, with its proof and the commands that use it. */

import { createExport, explain } from "../lib/api.js";
import { fillList, find, part, setText, show } from "../lib/dom.js";
import { words } from "../lib/format.js";
import { facts } from "../ui/facts.js";
import { commandsFor, proofFacts, QUANTIZATIONS, sizeText } from "../state/exports.js";
import { isFinal, sessionOf } from "../state/sessions.js";
import { copy } from "../ui/copy.js";
import { fillSessions, trained } from "../ui/session_select.js";
import { mountTabs } from "../ui/tabs.js";

/** @param {HTMLElement} root @param {any} context */
export function mount(root, context) {
  const select = /** @type {HTMLSelectElement} */ (find("export-session", root));
  mountTabs(find("use-tabs", root));
  select.addEventListener("change", () => context.go("export", select.value));
  root.addEventListener("click", (event) => {
    const ref = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-copy]"))?.dataset.copy : null;
    if (ref) copy(find(ref, root).textContent ?? "", context.say);
  });
  find("export-form", root).addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = /** @type {HTMLInputElement | null} */ (root.querySelector("input[name=quantization]:checked"));
    fail("");
    try {
      const state = await createExport(select.value, chosen?.value ?? QUANTIZATIONS[0].name);
      context.store.update((/** @type {any} */ all) => ({ ...all, exports: { ...all.exports, [state.export_id]: state } }));
    } catch (error) {
      fail(explain(error));
    }
  });

  /** @param {string} text */
  function fail(text) {
    setText(find("export-error-text", root), text);
    show(find("export-error", root), text !== "");
  }

  /** @param {any} state */
  function render(state) {
    const runs = trained(state);
    const session = sessionOf(state, state.route.session);
    show(find("export-none", root), state.isLoaded && runs.length === 0);
    show(find("export-body", root), runs.length > 0);
    fillSessions(select, runs, session?.saved ? session.session_id : null);
    const kinds = QUANTIZATIONS.map((kind) => kindOf(kind, baseParameters(session)));
    fillList(find("quantizations", root), "quantization", kinds, fillKind);
    renderState(root, state.exports[select.value], select.value);
    const isBusy = Boolean(state.exports[select.value]) && !isFinal(state.exports[select.value]);
    const start = /** @type {HTMLButtonElement} */ (find("export-start", root));
    start.disabled = isBusy || !select.value || state.connection === "offline";
    setText(find("export-note", root), state.exports[select.value] ? "Exporting again replaces the files that are there." : `Goes to exports/${select.value}/.`);
  }
  return { render, enter: () => fail("") };
}

/** @param {any} session @returns {number | null} */
const baseParameters = (session) => (session?.engine ? session.engine.parameters - session.engine.trainable_parameters : null);

/** @type {Map<string, any>} kept by what is shown, so that the choice is not drawn anew each second */
const drawnKinds = new Map();

/** @param {import("../state/exports.js").Quantization} kind @param {number | null} parameters */
function kindOf(kind, parameters) {
  const size = sizeText(kind, parameters);
  const key = `${kind.name} ${size}`;
  if (!drawnKinds.has(key)) drawnKinds.set(key, { ...kind, size });
  return drawnKinds.get(key);
}

/** @param {HTMLElement} row @param {any} kind @param {number} index */
function fillKind(row, kind, index) {
  setText(part(row, "choice__title"), kind.title);
  setText(part(row, "choice__text"), kind.text);
  setText(part(row, "chip"), kind.size);
  const input = /** @type {HTMLInputElement} */ (row.querySelector("input"));
  if (input.value !== kind.name) Object.assign(input, { value: kind.name, checked: index === 0 });
}

/** @param {HTMLElement} root @param {any} one undefined when it was never exported @param {string} session */
function renderState(root, one, session) {
  show(find("export-state", root), Boolean(one));
  show(find("export-use", root), Boolean(one?.files.length));
  if (!one) return;
  const badge = find("export-status", root);
  badge.dataset.status = one.status;
  setText(badge, words(one.status));
  setText(find("export-phase", root), isFinal(one) ? "" : [words(one.phase ?? "starting"), one.detail].filter(Boolean).join(": "));
  show(find("export-failure", root), Boolean(one.failure));
  setText(find("export-failure-text", root), one.failure ? `${one.failure.cause} ${one.failure.cure}` : "");
  fillList(find("export-files", root), "export-file", one.files, (row, /** @type {any} */ file) => {
    setText(part(row, "proof__name"), `exports/${session}/${file.file}`);
    facts(/** @type {HTMLElement} */ (row.querySelector("dl")), proofFacts(file));
    setText(part(row, "proof__question"), file.question);
    setText(row.querySelector("pre"), file.answer);
  });
  const file = one.files[0];
  if (!file) return;
  for (const [program, { note, text }] of Object.entries(commandsFor(session, file))) {
    setText(find(`use-note-${program}`, root), note);
    setText(find(`use-${program}`, root), text);
  }
}
