// @ts-check
/** The list of saved custom rewards: use, edit or delete one. */

import { deleteCustomReward, explain } from "../../lib/api.js";
import { fillList, find, itemOf, part, setText, show } from "../../lib/dom.js";
import { counted } from "../../lib/format.js";
import { partsOf } from "../../state/rewards.js";
import { ask } from "../../ui/dialog.js";
import { fetchRewards, putParts } from "./shared.js";

/** @param {HTMLElement} root @param {any} context
 * @param {{edit: (name: string) => void, removed: (name: string) => void}} tell @returns {(custom: any[]) => void} */
export function mountSaved(root, context, tell) {
  const host = find("customs", root);
  const actions = /** @type {Record<string, (saved: any) => void>} */ ({
    edit: ({ name }) => tell.edit(name),
    delete: (saved) => remove(saved),
    use({ name }) {
      putParts(context, [{ custom_name: name }]);
      context.say(`${name} scores the answers now.`);
    },
  });
  host.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("button")) : null;
    if (button) actions[button.dataset.do ?? ""](itemOf(button));
  });

  /** @param {any} saved */
  async function remove({ name, versions }) {
    const text = `${name} and its ${counted(versions.length, "version")} are removed. Runs keep what they were started with.`;
    if (!(await ask({ title: "Delete this reward?", text, yes: "Delete", danger: true }))) return;
    try {
      await deleteCustomReward(name);
      tell.removed(name);
      await fetchRewards(context);
      context.refreshPlan();
    } catch (error) {
      context.say(explain(error), "error");
    }
  }

  return (custom) => {
    show(find("customs-empty", root), custom.length === 0);
    fillList(host, "custom", custom, fillSaved);
    const used = partsOf(context.get).filter((one) => !one.custom).map((one) => one.custom_name);
    for (const row of host.children) {
      const isUsed = used.includes(itemOf(row).name);
      show(part(row, "badge"), isUsed);
      show(/** @type {HTMLElement} */ (row.querySelector("[data-do=use]")), !isUsed);
    }
  };
}

const ACTIONS = /** @type {Record<string, string>} */ ({ use: "Use", edit: "Edit", delete: "Delete" });

/** @param {HTMLElement} row @param {any} saved */
function fillSaved(row, { name, version, definition }) {
  setText(part(row, "row__title"), name);
  const kind = definition.kind === "python" ? "Python" : counted(definition.recipe.checks.length, "check");
  setText(part(row, "row__about"), [kind, `version ${version}`, definition.description].filter(Boolean).join(" · "));
  for (const button of row.querySelectorAll("button")) button.setAttribute("aria-label", `${ACTIONS[button.dataset.do ?? ""]} ${name}`);
}
