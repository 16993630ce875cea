// @ts-check
/** The bar above all ways of testing: which run, which model, adapter on or off, and what the machine holds. */

import { explain, loadModel, unloadModels } from "../../lib/api.js";
import { find, findInput, setText, show } from "../../lib/dom.js";
import { unchanged } from "../../lib/latest.js";
import { groupsOf, hasAdapter, machineText, nameInRun } from "../../state/testing.js";
import { inOrder, isFinal, titleOf } from "../../state/sessions.js";
import { ask as confirm } from "../../ui/dialog.js";
import { fillSessions } from "../../ui/session_select.js";

/** @param {HTMLElement} root @param {import("./desk.js").Desk} desk */
export function mountBar(root, desk) {
  const { context, get, put } = desk;
  const runs = /** @type {HTMLSelectElement} */ (find("test-session", root));
  const models = /** @type {HTMLSelectElement} */ (find("test-model", root));
  const device = /** @type {HTMLSelectElement} */ (find("test-device", root));
  let isLoading = false;
  runs.addEventListener("change", () => context.go("test", runs.value, context.store.get().route.params.tab ? { tab: context.store.get().route.params.tab } : {}));
  models.addEventListener("change", () => put({ model: models.value }));
  device.addEventListener("change", () => put({ device: device.value }));
  find("test-adapter", root).addEventListener("change", () => put({ usesAdapter: findInput("test-adapter", root).checked }));
  find("machine-load", root).addEventListener("click", () => attempt(() => loadModel(models.value, get().device)));
  find("machine-unload", root).addEventListener("click", async () => {
    const busy = get().machine?.busy;
    if (busy && !(await confirm({ title: "Unload the model?", text: `It is busy with ${busy.what}, which ends with it.`, yes: "Unload", danger: true }))) return;
    attempt(unloadModels);
  });

  /** @param {() => Promise<any>} action that gives the state of the machine */
  async function attempt(action) {
    fail("");
    isLoading = true;
    const isUntold = unchanged(() => get().machine);
    try {
      const machine = await action();
      if (isUntold()) put({ machine }); // else the socket has told of this change, and maybe of later ones
    } catch (error) {
      fail(explain(error));
    } finally {
      isLoading = false;
    }
    requestAnimationFrame(() => {
      const there = ["machine-load", "machine-unload"].map((name) => find(name, root)).find((button) => !button.hidden);
      if (document.activeElement === document.body) there?.focus(); // the button that was pressed is gone
    });
  }

  /** @param {string} text */
  function fail(text) {
    setText(find("machine-error-text", root), text);
    show(find("machine-error", root), text !== "");
  }

  return {
    /** @param {any} state @param {string} tab */
    render(state, tab) {
      const session = desk.session();
      const sessions = inOrder(state);
      fillSessions(runs, sessions, session?.session_id ?? null);
      show(find("test-session-part", root), sessions.length > 0);
      show(find("test-none", root), state.isLoaded && sessions.length === 0);
      const isOneModel = tab === "chat" || tab === "batch";
      show(find("test-model-part", root), isOneModel);
      show(find("test-device-part", root), Boolean(state.system?.gpu_name) && tab !== "history");
      device.value = get().device;
      renderModels(root, models, desk, isOneModel);
      renderMachine(root, get().machine, desk.model(), isLoading);
    },
    enter: () => fail(""),
  };
}

/** @param {HTMLElement} root @param {HTMLSelectElement} select @param {import("./desk.js").Desk} desk @param {boolean} isOneModel */
function renderModels(root, select, desk, isOneModel) {
  const { models, usesAdapter } = desk.get();
  const session = desk.session();
  const chosen = desk.model();
  fillGroups(select, groupsOf(models ?? [], session?.session_id ?? null, false).map(({ label, models: list }) => ({
    label: label === session?.session_id ? titleOf(session) : label,
    options: list.map((model) => ({ value: model.model_path, name: model.session_id === null ? model.title : nameInRun(model) })),
  })), chosen?.model_path ?? "");
  const canSwitch = isOneModel && hasAdapter(chosen);
  show(find("test-adapter-part", root), canSwitch);
  findInput("test-adapter", root).checked = usesAdapter;
  setText(find("test-adapter-text", root), usesAdapter ? "Adapter on" : "Adapter off: the base model answers");
  const isUnsaved = Boolean(models && session && !models.some((model) => model.session_id === session.session_id));
  show(find("test-unsaved", root), isUnsaved && isOneModel);
  setText(find("test-unsaved", root), isUnsaved ? `This run has saved no adapter ${isFinal(session) ? "that can be loaded" : "yet: its first checkpoint can be tested"}. A base model answers instead.` : "");
}

/** Options in groups, drawn anew only when they change. @param {HTMLSelectElement} select
 * @param {{label: string, options: {value: string, name: string}[]}[]} groups @param {string} chosen */
export function fillGroups(select, groups, chosen) {
  const key = JSON.stringify(groups);
  if (select.dataset.key !== key) {
    select.replaceChildren(...groups.map(({ label, options }) => {
      const group = document.createElement("optgroup");
      group.label = label;
      group.append(...options.map(({ value, name }) => new Option(name, value)));
      return group;
    }));
    select.dataset.key = key;
  }
  if (select.value !== chosen) select.value = chosen;
}

/** @param {HTMLElement} root @param {any} machine @param {any} model @param {boolean} isLoading */
function renderMachine(root, machine, model, isLoading) {
  const { level, badge, text, isLoaded } = machineText(machine, model);
  const node = find("machine-badge", root);
  node.dataset.status = level === "busy" ? "training" : level;
  setText(node, badge);
  show(node, badge !== "");
  setText(find("machine-text", root), text);
  show(find("machine-unload", root), isLoaded);
  const load = /** @type {HTMLButtonElement} */ (find("machine-load", root));
  show(load, Boolean(model) && level === "plain");
  load.disabled = isLoading;
  setText(find("machine-notice-text", root), machine?.notice ?? "");
  show(find("machine-notice", root), Boolean(machine?.notice));
}
