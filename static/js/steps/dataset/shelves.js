// @ts-check
/** The shelves that data is chosen from: which one is open, and what is said about it. */

import { SOURCES } from "../../state/datasets.js";
import { check, find, setText, show, valueIn } from "../../lib/dom.js";

/** @type {Record<string, string>} */
const NOTES = {
  public: "Known to work: columns and split are set when you choose one. " +
    "The rows are fetched from the Hugging Face hub.",
  hub: "Any data set of the Hugging Face hub. Its first rows are shown without downloading it.",
  upload: "Your own questions and answers.",
  builtin: "Made from a seed when the run starts: no download, no network, answers that are surely right.",
  procedural: "Puzzles of reasoning-gym, made from a seed without end. Each task can check any answer by itself.",
};

/** @param {HTMLElement} root @param {Context} context */
export function mountShelves(root, context) {
  let [shelf, seen] = ["", ""];

  /** @param {string} name */
  function open(name) {
    shelf = name;
    context.putParams({ source: name });
  }

  /** The shelf to show: the one that was opened, until other data is chosen, here or by loading a configuration.
   * @param {ChosenData} chosen */
  function shelfFor({ kind, source, shelf: own }) {
    const isOther = seen !== "" && seen !== source;
    seen = source;
    if (shelf && !isOther) return shelf;
    return shelf === "hub" && kind === "hub" ? shelf : own;
  }

  find("dataset-shelves", root).addEventListener("change", (event) => open(valueIn(event)));
  return {
    open,
    /** @param {Route} route */
    enter({ params }) {
      if (SOURCES.includes(params.source)) shelf = params.source;
    },
    /** Show the shelf that is open, and say which.
     * @param {ChosenData} chosen @param {boolean} isListed whether the lists are there */
    render(chosen, isListed) {
      if (isListed) shelf = shelfFor(chosen);
      renderShelf(root, shelf);
      return shelf;
    },
  };
}

/** @param {HTMLElement} root @param {string} shelf */
function renderShelf(root, shelf) {
  check(root, "dataset-shelf", shelf);
  for (const panel of root.querySelectorAll("[data-shelf]")) show(panel, panel.getAttribute("data-shelf") === shelf);
  setText(find("dataset-shelf-note", root), NOTES[shelf] ?? "");
}
