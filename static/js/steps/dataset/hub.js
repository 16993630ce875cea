// @ts-check
/** Any data set of the Hugging Face hub by its id: looked up, then chosen with its subset and split. */

import { describeDataset, explain } from "../../lib/api.js";
import { fillList, find, findInput, setText, show } from "../../lib/dom.js";
import { bytes, count } from "../../lib/format.js";
import { createLatest } from "../../lib/latest.js";
import { wantedOf } from "../../state/datasets.js";

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

  const latest = createLatest(() => [typed(fields), wantedOf(context.get)]);
  const drawBusy = () => show(find("hub-busy", root), latest.isAsking());

  /** Look up what is typed. */
  async function lookUp() {
    show(find("hub-error", root), false);
    const asked = latest.ask((signal) => describeDataset(typed(fields), signal), {
      answered(about) {
        showFound(root, fields, about);
        if (about.subset !== null && about.split !== null) take();
      },
      refused: (error) => showFailure(root, error),
    });
    drawBusy();
    await asked;
    drawBusy();
  }

  listen(root, fields, { lookUp, drawBusy });
  find("hub-unseen", root).addEventListener("click", take);
  find("hub-to-upload", root).addEventListener("click", toUpload);

  return {
    /** The draft's own id stands in the form from the start. @param {any} state @param {import("../dataset.js").Shown} shown */
    render(state, { chosen }) {
      drawBusy();
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

/** @param {HTMLElement} root @param {Fields} fields @param {{lookUp: () => void, drawBusy: () => void}} to */
function listen(root, { path, subset, split, subsets, splits }, { lookUp, drawBusy }) {
  find("hub-form", root).addEventListener("submit", (event) => {
    event.preventDefault();
    lookUp();
  });
  path.addEventListener("input", () => {
    [subset.value, split.value] = ["", ""];
    drawBusy();
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

/** @param {HTMLElement} root @param {import("../../lib/api.js").ApiError} error */
function showFailure(root, error) {
  setText(find("hub-error-text", root), explain(error));
  show(find("hub-unseen", root), error.code === "unavailable");
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
