// @ts-check
/** What a run was started with: each setting beside its default, and what was said about it at the start. */

import { fillList, find, saveFile, setText } from "../../lib/dom.js";
import { setting } from "../../lib/format.js";
import { fillNotices } from "../../ui/facts.js";
import { isSame, valueAt } from "../../state/draft.js";
import { read } from "../../ui/copy.js";

/** @param {HTMLElement} root @param {Context} context */
export function mountSetup(root, context) {
  /** @type {Session | null} */
  let session = null;
  const text = () => `${JSON.stringify(session?.config ?? {}, null, 2)}\n`;
  find("setup-json", root).addEventListener("click", () => read("Configuration of the run", text(), context.say));
  find("setup-save", root).addEventListener("click", () => saveFile(`${session?.session_id}.json`, text()));

  return {
    show() {
      session = null;
    },
    /** @param {Session} next */
    render(next) {
      if (!next.config || next.config === session?.config) return;
      session = next;
      const rows = Object.entries(context.boot.defaults)
        .map(([name, byDefault]) => ({ name, byDefault, value: valueAt(next.config, name) }))
        .filter((row) => !isSame(row.value, row.byDefault));
      const note = `${rows.length} settings differ from the defaults; the others are at theirs.`;
      setText(find("setup-note", root), note);
      fillList(find("setup-rows", root), "setup", rows, (row, difference) => {
        const [value, byDefault] = row.querySelectorAll("td");
        setText(row.querySelector("th"), difference.name);
        setText(value, setting(difference.value));
        setText(byDefault, setting(difference.byDefault));
      });
      fillNotices(find("setup-notices", root), next.notices ?? []);
    },
  };
}
