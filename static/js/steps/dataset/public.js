// @ts-check
/** The data sets to choose from by a card: curated ones of the hub, and built-in ones. */

import { count } from "../../lib/format.js";
import { matching } from "../../state/datasets.js";
import { showPlace } from "../../ui/place.js";
import { fillList, find, findInput, itemOf, part, setText, show, showText, valueIn } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {Context} context @param {ChooseData} choose */
export function mountPublic(root, context, choose) {
  const search = findInput("public-search", root);
  let category = "";
  search.addEventListener("input", () => drawPublic(context.store.get().datasets));
  find("public-categories", root).addEventListener("change", (event) => {
    category = valueIn(event);
    drawPublic(context.store.get().datasets);
  });
  find("public-sets", root).addEventListener("change", (event) => {
    const { source, subset, split, mapping } = itemOf(event.target);
    choose(source, { kind: "hub", subset, split, ...mapping });
  });
  find("builtin-sets", root).addEventListener("change", (event) => choose(itemOf(event.target).source, {}, false));

  /** @param {DataLists | undefined} lists */
  function drawPublic(lists) {
    const sets = matching(lists?.datasets ?? [], search.value, category, ["title", "source", "summary", "category"]);
    fillList(find("public-sets", root), "public-set", sets, fillPublic);
    show(find("public-empty", root), Boolean(lists) && sets.length === 0);
  }

  return {
    /** @param {State} state @param {ShownData} shown */
    render(state, { chosen }) {
      drawPublic(state.datasets);
      fillList(find("builtin-sets", root), "builtin-set", state.datasets?.builtin ?? [], fillBuiltin);
      for (const ref of ["public-sets", "builtin-sets"]) markChosen(find(ref, root), chosen);
    },
  };
}

/** Check the card of the chosen set. @param {HTMLElement} list @param {ChosenData} chosen */
export function markChosen(list, chosen) {
  for (const input of list.querySelectorAll("input")) {
    const publicSet = itemOf(input);
    input.checked = publicSet?.kind === chosen.kind && publicSet.source === chosen.source;
  }
}

/** @param {HTMLElement} row @param {ListedBuiltin} set */
function fillBuiltin(row, set) {
  fillTexts(row, set);
  showPlace(part(row, "place"), true);
}

/** @param {HTMLElement} row @param {{title: string, summary: string, source: string}} set */
function fillTexts(row, set) {
  setText(part(row, "choice__title"), set.title);
  setText(part(row, "choice__text"), set.summary);
  part(row, "choice__input", "input").value = set.source;
}

/** @param {HTMLElement} row @param {ListedCurated} set */
function fillPublic(row, set) {
  fillTexts(row, set);
  showText(part(row, "dataset__caution"), set.note);
  setText(part(row, "set__category"), set.category);
  setText(part(row, "set__rows"), `${count(set.rows)} rows`);
  showPlace(part(row, "place"), set.cached, set.size_bytes);
  setText(part(row, "set__licence"), set.licence);
}
