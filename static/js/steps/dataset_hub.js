// @ts-check
/** Any data set of the Hugging Face hub by its id: looked up, then chosen with its subset and split. */

import { ApiError, describeDataset, explain } from "../lib/api.js";
import { fillList, find, findInput, setText, show } from "../lib/dom.js";
import { bytes, count } from "../lib/format.js";

/** The fields of the form: what is typed, and the names to choose from.
 * @typedef {{path: HTMLInputElement, subset: HTMLInputElement, split: HTMLInputElement, subsets: HTMLSelectElement, splits: HTMLSelectElement}} Fields */

/** @param {HTMLElement} root @param {any} context
 * @param {(source: string, known: any, isMapped?: boolean) => void} choose @param {() => void} toUpload */
export function mountHub(root, context, choose, toUpload) {
  const fields = fieldsOf(root);
  let shownFor = "";

  /** What is typed becomes the draft's, unless it is already. */
  function take() {
    const wanted = typed(fields);
    shownFor = wanted.path;
    const isSame = context.get("dataset.source") === wanted.path && context.get("dataset.subset") === wanted.subset && context.get("dataset.split") === wanted.split;
    if (!isSame) choose(wanted.path, { kind: "hub", subset: wanted.subset, split: wanted.split }, false);
  }

  const search = createSearch(root, fields, take);
  listen(root, fields, search);
  find("hub-unseen", root).addEventListener("click", take);
  find("hub-to-upload", root).addEventListener("click", toUpload);

  return {
    /** The draft's own id stands in the form from the start. @param {any} state @param {import("./dataset.js").Shown} shown */
    render(state, { chosen }) {
      if (chosen.shelf !== "hub") search.abort();
      if (chosen.shelf !== "hub" || chosen.source === shownFor) return;
      shownFor = chosen.source;
      [fields.path.value, fields.subset.value, fields.split.value] = [chosen.source, context.get("dataset.subset") ?? "", context.get("dataset.split")];
      show(find("hub-found", root), false);
    },
  };
}

/** @param {HTMLElement} root @returns {Fields} */
function fieldsOf(root) {
  const [path, subset, split] = ["hub-path", "hub-subset", "hub-split"].map((ref) => findInput(ref, root));
  const [subsets, splits] = ["hub-subsets", "hub-splits"].map((ref) => /** @type {HTMLSelectElement} */ (find(ref, root)));
  return { path, subset, split, subsets, splits };
}

/** @param {Fields} fields */
const typed = ({ path, subset, split }) => ({ path: path.value.trim(), subset: subset.value.trim() || null, split: split.value.trim() || "train" });

/** Looking up what is typed: one request at a time, an older one aborted.
 * @param {HTMLElement} root @param {Fields} fields @param {() => void} onWhole called when subset and split are found as well */
function createSearch(root, fields, onWhole) {
  /** @type {AbortController | null} */
  let asking = null;

  return {
    abort: () => asking?.abort(),
    async lookUp() {
      asking?.abort();
      const mine = new AbortController();
      asking = mine;
      show(find("hub-busy", root), true);
      show(find("hub-error", root), false);
      try {
        const about = await describeDataset(typed(fields), mine.signal);
        if (mine.signal.aborted) return;
        showFound(root, fields, about);
        if (about.subset !== null && about.split !== null) onWhole();
      } catch (error) {
        if (mine.signal.aborted) return;
        showFailure(root, error);
      }
      show(find("hub-busy", root), false);
    },
  };
}

/** @param {HTMLElement} root @param {Fields} fields @param {ReturnType<typeof createSearch>} search */
function listen(root, { path, subset, split, subsets, splits }, { lookUp, abort }) {
  find("hub-form", root).addEventListener("submit", (event) => {
    event.preventDefault();
    lookUp();
  });
  path.addEventListener("input", () => {
    abort();
    show(find("hub-busy", root), false);
    [subset.value, split.value] = ["", ""];
    for (const ref of ["hub-found", "hub-error"]) show(find(ref, root), false);
  });
  subsets.addEventListener("change", () => {
    subset.value = subsets.value;
    lookUp();
  });
  splits.addEventListener("change", () => {
    split.value = splits.value;
    lookUp();
  });
}

/** @param {HTMLElement} root @param {unknown} error */
function showFailure(root, error) {
  setText(find("hub-error-text", root), explain(error));
  show(find("hub-unseen", root), error instanceof ApiError && error.code === "unavailable");
  show(find("hub-error", root), true);
  show(find("hub-found", root), false);
}

/** @param {HTMLElement} root @param {Fields} fields @param {any} about */
function showFound(root, { path, subset, split, subsets, splits }, about) {
  fillSelect(subsets, about.subsets, about.subset, "choose a subset");
  fillSelect(splits, about.splits, about.split, "choose a split");
  [path.value, subset.value, split.value] = [about.source, about.subset ?? "", about.split ?? split.value];
  fillList(find("hub-facts", root), "tile", factsOf(about), (row, [name, text]) => {
    setText(row.querySelector("dt"), name);
    setText(row.querySelector("dd"), text);
  });
  setText(find("hub-note", root), noteOf(about));
  show(find("hub-found", root), true);
}

/** @param {HTMLSelectElement} select @param {string[]} names @param {string | null} chosen @param {string} invitation */
function fillSelect(select, names, chosen, invitation) {
  select.replaceChildren(...(chosen === null ? [new Option(invitation, "")] : []), ...names.map((name) => new Option(name, name)));
  select.value = chosen ?? "";
}

/** @param {any} about @returns {[string, string][]} */
const factsOf = (about) => [
  ["Rows", about.rows === null ? "not said" : count(about.rows)],
  ["Download", about.size_bytes === null ? "not said" : bytes(about.size_bytes)],
  ["Licence", about.licence || "not said"],
];

/** @param {any} about */
function noteOf(about) {
  if (about.gated) return `Its owner asks for an agreement: accept the terms on huggingface.co/datasets/${about.source}, then log in with a token.`;
  if (about.subset === null) return "It has several subsets: choose one.";
  if (about.split === null) return "It has no such split: choose one.";
  return about.columns.length ? `Columns: ${about.columns.join(", ")}.` : "";
}
