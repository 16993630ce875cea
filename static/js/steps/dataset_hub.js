// @ts-check
/** Any data set of the Hugging Face hub by its id: looked up, then chosen with its subset and split. */

import { ApiError, describeDataset, explain } from "../lib/api.js";
import { fillList, find, findInput, setText, show } from "../lib/dom.js";
import { bytes, count } from "../lib/format.js";

/** @param {HTMLElement} root @param {any} context
 * @param {(source: string, known: any, isMapped?: boolean) => void} choose @param {() => void} toUpload */
export function mountHub(root, context, choose, toUpload) {
  const [path, subset, split] = ["hub-path", "hub-subset", "hub-split"].map((ref) => findInput(ref, root));
  const [subsets, splits] = ["hub-subsets", "hub-splits"].map((ref) => /** @type {HTMLSelectElement} */ (find(ref, root)));
  /** @type {AbortController | null} */
  let asking = null;
  let shownFor = "";

  const typed = () => ({ path: path.value.trim(), subset: subset.value.trim() || null, split: split.value.trim() || "train" });

  async function lookUp() {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    show(find("hub-busy", root), true);
    show(find("hub-error", root), false);
    try {
      const about = await describeDataset(typed(), mine.signal);
      if (mine.signal.aborted) return;
      showFound(about);
    } catch (error) {
      if (mine.signal.aborted) return;
      fail(error);
    }
    show(find("hub-busy", root), false);
  }

  /** @param {unknown} error */
  function fail(error) {
    setText(find("hub-error-text", root), explain(error));
    show(find("hub-unseen", root), error instanceof ApiError && error.code === "unavailable");
    show(find("hub-error", root), true);
    show(find("hub-found", root), false);
  }

  /** @param {any} about */
  function showFound(about) {
    fillSelect(subsets, about.subsets, about.subset, "choose a subset");
    fillSelect(splits, about.splits, about.split, "choose a split");
    [path.value, subset.value, split.value] = [about.source, about.subset ?? "", about.split ?? split.value];
    fillList(find("hub-facts", root), "tile", factsOf(about), (row, [name, text]) => {
      setText(row.querySelector("dt"), name);
      setText(row.querySelector("dd"), text);
    });
    setText(find("hub-note", root), noteOf(about));
    show(find("hub-found", root), true);
    if (about.subset !== null && about.split !== null) take();
  }

  /** What is typed becomes the draft's, unless it is already. */
  function take() {
    const wanted = typed();
    shownFor = wanted.path;
    const isSame = context.get("dataset.source") === wanted.path && context.get("dataset.subset") === wanted.subset && context.get("dataset.split") === wanted.split;
    if (!isSame) choose(wanted.path, { kind: "hub", subset: wanted.subset, split: wanted.split }, false);
  }

  find("hub-form", root).addEventListener("submit", (event) => {
    event.preventDefault();
    lookUp();
  });
  find("hub-unseen", root).addEventListener("click", take);
  find("hub-to-upload", root).addEventListener("click", toUpload);
  path.addEventListener("input", () => {
    asking?.abort();
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

  return {
    /** The draft's own id stands in the form from the start. @param {any} state @param {import("./dataset.js").Shown} shown */
    render(state, { chosen }) {
      if (chosen.shelf !== "hub") asking?.abort();
      if (chosen.shelf !== "hub" || chosen.source === shownFor) return;
      shownFor = chosen.source;
      [path.value, subset.value, split.value] = [chosen.source, context.get("dataset.subset") ?? "", context.get("dataset.split")];
      show(find("hub-found", root), false);
    },
  };
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
