// @ts-check
/** The lists of data sets as the server gave them, in the store, and what they say about the chosen one. */

import { explain, listDatasets } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { kindOf, shelfOf } from "../../state/datasets.js";
import { find, show, tell } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {Context} context */
export function mountLists(root, context) {
  /** @param {DataLists} patch */
  const put = (patch) => context.patch({ datasets: { ...context.store.get().datasets, ...patch } });

  const latest = createLatest();

  async function fetchLists() {
    show(find("dataset-list-error", root), false);
    await latest.ask(listDatasets, {
      // The uploads have a list of their own, which is never older.
      answered: (lists) => put({ ...lists, uploads: context.store.get().datasets?.uploads ?? lists.uploads }),
      refused: (error) => tell(root, "dataset-list-error", explain(error)),
    });
    show(find("dataset-list-busy", root), latest.isAsking());
  }

  find("dataset-list-again", root).addEventListener("click", fetchLists);
  context.live.on("connect", () => !context.store.get().datasets?.builtin && fetchLists());
  fetchLists();
  return { put };
}

/** The draft's data set, and what the lists say about it.
 * @param {Get} get @param {DataLists} [lists] @returns {ChosenData} */
export function chosenOf(get, { datasets, builtin = [], tasks, uploads } = {}) {
  const source = get("dataset.source");
  const kind = kindOf(source, get("dataset.kind"), builtin.map((set) => set.source));
  /** @type {Record<string, KnownData[] | undefined>} */
  const shelves = { hub: datasets, builtin, procedural: tasks, upload: uploads };
  const known = shelves[kind]?.find((set) => (set.path ?? set.source) === source);
  const isAsListed = known?.subset === get("dataset.subset") && known?.split === get("dataset.split");
  const title = known?.title ?? source.replace(/^uploads\//, "");
  const facts = kind !== "hub" || isAsListed ? known : undefined;
  return { kind, source, shelf: shelfOf(kind, Boolean(known)), known, facts, title };
}
