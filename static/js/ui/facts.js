// @ts-check
/** Name and value pairs, and what is said about settings. */

import { labelOf } from "../forms/schema.js";
import { fillList, part, setText } from "../lib/dom.js";

/** Name and value pairs.
 * @param {HTMLElement} list @param {readonly (readonly [string, string])[]} pairs
 * @param {"fact" | "tile"} [template] */
export function facts(list, pairs, template = "fact") {
  fillList(list, template, pairs, (row, [name, text]) => {
    setText(row.querySelector("dt"), name);
    setText(row.querySelector("dd"), text);
  });
}

/** Figures with their names. @param {HTMLElement} list @param {Tile[]} items */
export function tiles(list, items) {
  fillList(list, "tile", items, (row, { name, value, level }) => {
    row.dataset.level = level;
    setText(row.querySelector("dt"), name);
    setText(row.querySelector("dd"), value);
  });
}

/** What is said about settings. @param {HTMLElement} list @param {Notice[]} notices */
export function fillNotices(list, notices) {
  fillList(list, "notice", notices, (row, notice) => {
    row.dataset.level = notice.level;
    setText(part(row, "notice__field"), labelOf(notice.field));
    setText(part(row, "notice__text"), notice.message);
  });
}
