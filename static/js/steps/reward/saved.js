// @ts-check
/** The list of saved custom rewards: use, edit or delete one. */

import { attempt, deleteCustomReward } from "../../lib/api.js";
import { counted } from "../../lib/format.js";
import { partsOf } from "../../state/rewards.js";
import { ask } from "../../ui/dialog.js";
import { fetchRewards, putParts } from "./shared.js";
import { around, child, each, fillList, find, itemOf, part, setText, show } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {Context} context
 * @param {{edit: (name: string) => void, removed: (name: string) => void}} tell
 * @returns {(custom: ShownReward[]) => void} */
export function mountSaved(root, context, tell) {
  const host = find("customs", root);
  const actions = /** @type {Record<string, (saved: ShownReward) => void>} */ ({
    edit: ({ name }) => tell.edit(name),
    delete: (saved) => remove(saved),
    use({ name }) {
      putParts(context, [{ custom_name: name }]);
      context.say(`${name} scores the answers now.`);
    },
  });
  host.addEventListener("click", (event) => {
    const button = around(event.target, "button");
    if (button) actions[button.dataset.do ?? ""](itemOf(button));
  });

  /** @param {ShownReward} saved */
  async function remove({ name, versions }) {
    const count = counted(versions.length, "version");
    const text = `${name} and its ${count} are removed. Runs keep what they were started with.`;
    if (!(await ask({ title: "Delete this reward?", text, yes: "Delete" }))) return;
    await attempt(async () => {
      await deleteCustomReward(name);
      tell.removed(name);
      await fetchRewards(context);
      context.refreshPlan();
    }, (problem) => context.say(problem, "error"));
  }

  return (custom) => {
    show(find("customs-empty", root), custom.length === 0);
    fillList(host, "custom", custom, fillSaved);
    const used = partsOf(context.get).filter((rewardPart) => !rewardPart.custom)
      .map(({ custom_name: name }) => name);
    for (const row of host.children) {
      const isUsed = used.includes(itemOf(row).name);
      show(part(row, "badge"), isUsed);
      show(child(row, "button", "[data-do=use]"), !isUsed);
    }
  };
}

const ACTIONS = /** @type {Record<string, string>} */ ({ use: "Use", edit: "Edit", delete: "Delete" });

/** @param {HTMLElement} row @param {ShownReward} saved */
function fillSaved(row, { name, version, definition }) {
  setText(part(row, "row__title"), name);
  const checks = definition.recipe?.checks.length ?? 0;
  const kind = definition.kind === "python" ? "Python" : counted(checks, "check");
  setText(part(row, "row__about"), [kind, `version ${version}`, definition.description].filter(Boolean).join(" · "));
  for (const button of each(row, "button")) {
    button.setAttribute("aria-label", `${ACTIONS[button.dataset.do ?? ""]} ${name}`);
  }
}
