// @ts-check
/** The lists of data sets as the server gave them, in the store, and what they say about the chosen one. */

import { explain, listDatasets } from "../../lib/api.js";
import { find, setText, show } from "../../lib/dom.js";
import { createLatest } from "../../lib/latest.js";
import { kindOf, shelfOf } from "../../state/datasets.js";

/** @typedef {{kind: string, source: string, shelf: string, known: any, facts: any, title: string}} Chosen facts: rows and size, where the lists know them */

/** @param {HTMLElement} root @param {any} context */
export function mountLists(root, context) {
  /** @param {any} patch */
  function put(patch) {
    context.store.update((/** @type {any} */ state) => ({ ...state, datasets: { ...state.datasets, ...patch } }));
  }

  const latest = createLatest();

  async function fetchLists() {
    show(find("dataset-list-error", root), false);
    await latest.ask(listDatasets, {
      // The uploads have a list of their own, which is never older.
      answered: (lists) => put({ ...lists, uploads: context.store.get().datasets?.uploads ?? lists.uploads }),
      refused(error) {
        setText(find("dataset-list-error-text", root), explain(error));
        show(find("dataset-list-error", root), true);
      },
    });
    show(find("dataset-list-busy", root), latest.isAsking());
  }

  find("dataset-list-again", root).addEventListener("click", fetchLists);
  context.live.on("connect", () => !context.store.get().datasets?.builtin && fetchLists());
  fetchLists();
  return { put };
}

/** The draft's data set, and what the lists say about it. @param {(name: string) => any} get @param {any} lists @returns {Chosen} */
export function chosenOf(get, lists) {
  const source = get("dataset.source");
  const kind = kindOf(source, get("dataset.kind"), (lists?.builtin ?? []).map((/** @type {any} */ one) => one.source));
  const shelves = /** @type {Record<string, any[]>} */ ({ hub: lists?.datasets, builtin: lists?.builtin, procedural: lists?.tasks });
  const known = kind === "upload" ? lists?.uploads?.find((/** @type {any} */ one) => one.path === source) : shelves[kind]?.find((one) => one.source === source);
  const isAsListed = kind !== "hub" || (known?.subset === get("dataset.subset") && known?.split === get("dataset.split"));
  return { kind, source, shelf: shelfOf(kind, Boolean(known)), known, facts: isAsListed ? known : null, title: known?.title ?? source.replace(/^uploads\//, "") };
}
