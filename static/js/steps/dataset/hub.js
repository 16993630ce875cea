// @ts-check
/** Any data set of the Hugging Face hub by its id: looked up, then chosen with its subset and split. */

import { describeDataset, explain } from "../../lib/api.js";
import { count } from "../../lib/format.js";
import { createLatest } from "../../lib/latest.js";
import { wantedOf } from "../../state/datasets.js";
import { find, findInput, onSubmit, setText, show, tell } from "../../lib/dom.js";
import { facts } from "../../ui/facts.js";
import { placeText } from "../../ui/place.js";
import { isSame } from "../../state/draft.js";

/** The fields of the form: what is typed, and the names to choose from.
 * @typedef {{path: HTMLInputElement, subset: HTMLInputElement, split: HTMLInputElement, subsets: HTMLSelectElement,
 *   splits: HTMLSelectElement}} Fields */

/** @param {HTMLElement} root @param {Context} context @param {ChooseData} choose @param {() => void} toUpload */
export function mountHub(root, context, choose, toUpload) {
  const fields = fieldsOf(root);
  let shownFor = "";

  /** What is typed becomes the draft's, unless it is already. */
  function take() {
    const { path, subset, split } = typed(fields);
    shownFor = path;
    if (isSame([path, subset, split], chosenNow())) return;
    choose(path, { kind: "hub", subset, split }, false);
  }
  const chosenNow = () => ["source", "subset", "split"].map((name) => context.get(`dataset.${name}`));

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
    /** The draft's own id stands in the form from the start. @param {State} _state @param {ShownData} shown */
    render(_state, { chosen }) {
      drawBusy();
      if (chosen.shelf !== "hub" || chosen.source === shownFor) return;
      shownFor = chosen.source;
      const { path, subset, split } = fields;
      [path.value, subset.value, split.value] = chosenNow().map((value) => value ?? "");
      show(find("hub-found", root), false);
    },
  };
}

/** @param {HTMLElement} root @returns {Fields} */
function fieldsOf(root) {
  const [path, subset, split] = ["hub-path", "hub-subset", "hub-split"].map((ref) => findInput(ref, root));
  const [subsets, splits] = ["hub-subsets", "hub-splits"].map((ref) => find(ref, root, "select"));
  return { path, subset, split, subsets, splits };
}

/** @param {Fields} fields */
const typed = ({ path, subset, split }) =>
  ({ path: path.value.trim(), subset: subset.value.trim() || null, split: split.value.trim() || "train" });

/** @param {HTMLElement} root @param {Fields} fields @param {{lookUp: () => void, drawBusy: () => void}} to */
function listen(root, { path, subset, split, subsets, splits }, { lookUp, drawBusy }) {
  onSubmit(find("hub-form", root), () => lookUp());
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
  tell(root, "hub-error", explain(error));
  show(find("hub-unseen", root), error.code === "unavailable");
  show(find("hub-found", root), false);
}

/** @param {HTMLElement} root @param {Fields} fields @param {HubDescription} about */
function showFound(root, { path, subset, split, subsets, splits }, about) {
  fillSelect(subsets, about.subsets, about.subset, "choose a subset");
  fillSelect(splits, about.splits, about.split, "choose a split");
  [path.value, subset.value, split.value] = [about.source, about.subset ?? "", about.split ?? split.value];
  facts(find("hub-facts", root), factsOf(about), "tile");
  setText(find("hub-note", root), noteOf(about));
  show(find("hub-found", root), true);
}

/** @param {HTMLSelectElement} select @param {string[]} names @param {string | null} chosen
 * @param {string} invitation */
function fillSelect(select, names, chosen, invitation) {
  const options = names.map((name) => new Option(name, name));
  select.replaceChildren(...(chosen === null ? [new Option(invitation, "")] : []), ...options);
  select.value = chosen ?? "";
}

/** @param {HubDescription} about @returns {[string, string][]} */
const factsOf = (about) => [
  ["Rows", about.rows === null ? "not said" : count(about.rows)],
  ["Where", placeText(about.cached, about.size_bytes)],
  ["Licence", about.licence || "not said"],
];

/** @param {HubDescription} about */
function noteOf(about) {
  const terms = `accept the terms on huggingface.co/datasets/${about.source}`;
  if (about.gated) return `Its owner asks for an agreement: ${terms}, then log in with a token.`;
  if (about.subset === null) return "It has several subsets: choose one.";
  if (about.split === null) return "It has no such split: choose one.";
  return about.columns.length ? `Columns: ${about.columns.join(", ")}.` : "";
}
