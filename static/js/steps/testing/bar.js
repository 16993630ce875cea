// @ts-check
/** The bar above all ways of testing: which run, which model, adapter on or off, and what the machine holds. */

import { attempt, loadModel, unloadModels } from "../../lib/api.js";
import { unchanged } from "../../lib/latest.js";
import { groupsOf, hasAdapter, machineText, nameInRun } from "../../state/testing.js";
import { inOrder, isFinal, titleOf } from "../../state/sessions.js";
import { ask as confirm } from "../../ui/dialog.js";
import { fillGroups } from "../../ui/groups.js";
import { fillSessions } from "../../ui/session_select.js";
import { find, findInput, setText, show, showText, tell } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {TestDesk} desk */
export function mountBar(root, desk) {
  const { context, get, put } = desk;
  const runs = find("test-session", root, "select");
  const models = find("test-model", root, "select");
  const device = find("test-device", root, "select");
  const adapter = findInput("test-adapter", root);
  let isLoading = false;
  const fail = (/** @type {string} */ text) => tell(root, "machine-error", text);
  runs.addEventListener("change", () => {
    const { tab } = context.store.get().route.params;
    context.go("test", runs.value, tab ? { tab } : {});
  });
  models.addEventListener("change", () => put({ model: models.value }));
  device.addEventListener("change", () => put({ device: device.value }));
  adapter.addEventListener("change", () => put({ usesAdapter: adapter.checked }));
  find("machine-load", root).addEventListener("click", () => act(() => loadModel(models.value, get().device)));
  find("machine-unload", root).addEventListener("click", async () => {
    const busy = get().machine?.busy;
    const text = `It is busy with ${busy?.what}, which ends with it.`;
    if (busy && !(await confirm({ title: "Unload the model?", text, yes: "Unload" }))) return;
    act(unloadModels);
  });

  /** @param {() => Promise<LoadedState>} action that gives the state of the machine */
  async function act(action) {
    fail("");
    isLoading = true;
    const isUntold = unchanged(() => get().machine);
    await attempt(async () => {
      const machine = await action();
      if (isUntold()) put({ machine }); // else the socket has told of this change, and maybe of later ones
    }, fail).finally(() => {
      isLoading = false;
    });
    requestAnimationFrame(() => {
      const there = ["machine-load", "machine-unload"].map((name) => find(name, root)).find((button) => !button.hidden);
      if (document.activeElement === document.body) there?.focus(); // the button that was pressed is gone
    });
  }

  return {
    /** @param {State} state @param {string} tab */
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

/** @param {HTMLElement} root @param {HTMLSelectElement} select @param {TestDesk} desk @param {boolean} isOneModel */
function renderModels(root, select, desk, isOneModel) {
  const { models, usesAdapter } = desk.get();
  const session = desk.session();
  const chosen = desk.model();
  fillGroups(select, groupsOf(models ?? [], desk.run(), false).map(({ label, models: list }) => ({
    label: session && label === session.session_id ? titleOf(session) : label,
    options: list.map((model) => ({ value: model.model_path, name: nameInRun(model) })),
  })), chosen?.model_path ?? "");
  show(find("test-adapter-part", root), isOneModel && hasAdapter(chosen));
  findInput("test-adapter", root).checked = usesAdapter;
  setText(find("test-adapter-text", root), usesAdapter ? "Adapter on" : "Adapter off: the base model answers");
  const isUnsaved = models && session && !models.some((model) => model.session_id === session.session_id);
  const why = session && isFinal(session) ? "that can be loaded" : "yet: its first checkpoint can be tested";
  const text = `This run has saved no adapter ${why}. A base model answers instead.`;
  showText(find("test-unsaved", root), isUnsaved && isOneModel ? text : "");
}

/** @param {HTMLElement} root @param {LoadedState | null} machine @param {TestableModel | undefined} model
 * @param {boolean} isLoading */
function renderMachine(root, machine, model, isLoading) {
  const { level, badge, text, isLoaded } = machineText(machine, model);
  const badgeNode = find("machine-badge", root);
  badgeNode.dataset.status = level === "busy" ? "training" : level;
  showText(badgeNode, badge);
  setText(find("machine-text", root), text);
  show(find("machine-unload", root), isLoaded);
  const load = find("machine-load", root, "button");
  show(load, Boolean(model) && level === "plain");
  load.disabled = isLoading;
  tell(root, "machine-notice", machine?.notice ?? "");
}
