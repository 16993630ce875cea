// @ts-check
/** The shelves that data is chosen from: which one is open, and what is said about it. */

import { find, setText, show } from "../../lib/dom.js";
import { SOURCES } from "../../state/datasets.js";

const NOTES = /** @type {Record<string, string>} */ ({
  public: "Known to work: columns and split are set when you choose one. The rows are fetched from the Hugging Face hub.",
  hub: "Any data set of the Hugging Face hub. Its first rows are shown without downloading it.",
  upload: "Your own questions and answers.",
  builtin: "Made from a seed when the run starts: no download, no network, answers that are surely right.",
  procedural: "Puzzles of reasoning-gym, made from a seed without end. Each task can check any answer by itself.",
});

/** @param {HTMLElement} root @param {any} context */
export function mountShelves(root, context) {
  let [shelf, seen] = ["", ""];

  /** @param {string} name */
  function open(name) {
    shelf = name;
    context.putParams({ source: name });
  }

  /** The shelf to show: the one that was opened, until other data is chosen, here or by loading a configuration.
   * @param {import("./lists.js").Chosen} chosen */
  function shelfFor({ kind, source, shelf: own }) {
    const isOther = seen !== "" && seen !== source;
    seen = source;
    if (shelf && !isOther) return shelf;
    return shelf === "hub" && kind === "hub" ? shelf : own;
  }

  find("dataset-shelves", root).addEventListener("change", (event) => open(/** @type {HTMLInputElement} */ (event.target).value));
  return {
    open,
    enter: (/** @type {any} */ route) => {
      if (SOURCES.includes(route.params.source)) shelf = route.params.source;
    },
    /** Show the shelf that is open, and say which. @param {import("./lists.js").Chosen} chosen @param {boolean} isListed whether the lists are there */
    render(chosen, isListed) {
      if (isListed) shelf = shelfFor(chosen);
      renderShelf(root, shelf);
      return shelf;
    },
  };
}

/** @param {HTMLElement} root @param {string} shelf */
function renderShelf(root, shelf) {
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("input[name=dataset-shelf]"))) input.checked = input.value === shelf;
  for (const panel of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-shelf]"))) show(panel, panel.dataset.shelf === shelf);
  setText(find("dataset-shelf-note", root), NOTES[shelf] ?? "");
}
