// @ts-check
/** Name and value pairs, and what is said about settings. */

import { fillList, part, setText } from "../lib/dom.js";
import { labelOf } from "../forms/schema.js";

/** Name and value pairs. @param {HTMLElement} list @param {[string, string][]} pairs */
export function facts(list, pairs) {
  fillList(list, "fact", pairs, (row, [name, text]) => {
    setText(row.querySelector("dt"), name);
    setText(row.querySelector("dd"), text);
  });
}

/** What is said about settings. @param {HTMLElement} list @param {any[]} notices */
export function fillNotices(list, notices) {
  fillList(list, "notice", notices, (row, notice) => {
    row.dataset.level = notice.level;
    setText(part(row, "notice__field"), labelOf(notice.field));
    setText(part(row, "notice__text"), notice.message);
  });
}
