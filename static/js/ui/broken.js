// @ts-check
/** Entries of the server's stores that can't be read, beside the lists that they are missing from. */

import { attempt, deleteEntry } from "../lib/api.js";
import { doOf, each, fillList, itemOf, part, setText, show } from "../lib/dom.js";
import { brokenIn, brokenOf, canDelete } from "../state/broken.js";
import { ask } from "./dialog.js";

/** Let the user delete them, wherever they are shown. @param {Context} context */
export function mountBroken(context) {
  for (const list of each(document, "ul", "[data-broken]")) {
    list.addEventListener("click", (event) => doOf(event) === "delete" && remove(nameOf(list), itemOf(event.target)));
  }

  /** @param {StoreName} store @param {BrokenEntry} entry */
  async function remove(store, entry) {
    const text = "All its files are removed. Nothing can bring them back.";
    if (!(await ask({ title: `Delete ${entry.name}?`, text, yes: "Delete" }))) return;
    await attempt(async () => {
      await deleteEntry(store, entry.name);
      const left = brokenOf(context.store.get(), store).filter(({ name }) => name !== entry.name);
      context.store.update(brokenIn(store, left));
      if (store === "sessions") context.live.forget(entry.name);
    }, (problem) => context.say(problem, "error"));
  }
}

/** @param {State} state */
export function renderBroken(state) {
  for (const list of each(document, "ul", "[data-broken]")) {
    const entries = brokenOf(state, nameOf(list));
    fillList(list, "broken", entries, fill);
    show(list, entries.length > 0);
  }
}

/** @param {HTMLElement} list */
const nameOf = (list) => /** @type {StoreName} */ (list.dataset.broken);

/** @param {HTMLElement} row @param {BrokenEntry} entry */
function fill(row, entry) {
  const { name, problem, cure } = entry;
  setText(part(row, "broken__name"), name);
  setText(part(row, "broken__text"), `${problem} ${cure}`);
  const button = part(row, "button");
  button.setAttribute("aria-label", `Delete ${name}`);
  show(button, canDelete(entry));
}
