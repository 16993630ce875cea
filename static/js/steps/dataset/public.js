// @ts-check
/** The data sets to choose from by a card: curated ones of the hub, and built-in ones. */

import { fillList, find, findInput, itemOf, part, setText, show } from "../../lib/dom.js";
import { bytes, count } from "../../lib/format.js";
import { matching } from "../../state/datasets.js";

/** @param {HTMLElement} root @param {any} context @param {(source: string, known: any, isMapped?: boolean) => void} choose */
export function mountPublic(root, context, choose) {
  const search = findInput("public-search", root);
  let category = "";
  search.addEventListener("input", () => drawPublic(context.store.get().datasets));
  find("public-categories", root).addEventListener("change", (event) => {
    category = /** @type {HTMLInputElement} */ (event.target).value;
    drawPublic(context.store.get().datasets);
  });
  find("public-sets", root).addEventListener("change", (event) => {
    const { source, subset, split, mapping } = itemOf(event.target);
    choose(source, { kind: "hub", subset, split, ...mapping });
  });
  find("builtin-sets", root).addEventListener("change", (event) => choose(itemOf(event.target).source, {}, false));

  /** @param {any} lists */
  function drawPublic(lists) {
    const sets = matching(lists?.datasets ?? [], search.value, category, ["title", "source", "summary", "category"]);
    fillList(find("public-sets", root), "public-set", sets, fillPublic);
    show(find("public-empty", root), Boolean(lists) && sets.length === 0);
  }

  return {
    /** @param {any} state @param {import("../dataset.js").Shown} shown */
    render(state, { chosen }) {
      drawPublic(state.datasets);
      fillList(find("builtin-sets", root), "builtin-set", state.datasets?.builtin ?? [], fillTexts);
      for (const ref of ["public-sets", "builtin-sets"]) markChosen(find(ref, root), chosen);
    },
  };
}

/** Check the card of the chosen set. @param {HTMLElement} list @param {import("./lists.js").Chosen} chosen */
export function markChosen(list, chosen) {
  for (const input of list.querySelectorAll("input")) {
    const item = itemOf(input);
    input.checked = item?.kind === chosen.kind && item.source === chosen.source;
  }
}

/** @param {HTMLElement} row @param {any} set */
function fillTexts(row, set) {
  setText(part(row, "choice__title"), set.title);
  setText(part(row, "choice__text"), set.summary);
  /** @type {HTMLInputElement} */ (part(row, "choice__input")).value = set.source;
}

/** @param {HTMLElement} row @param {any} set */
function fillPublic(row, set) {
  fillTexts(row, set);
  setText(part(row, "dataset__caution"), set.note);
  show(part(row, "dataset__caution"), set.note !== "");
  setText(part(row, "set__category"), set.category);
  setText(part(row, "set__rows"), `${count(set.rows)} rows`);
  setText(part(row, "set__size"), bytes(set.size_bytes));
  setText(part(row, "set__licence"), set.licence);
}
