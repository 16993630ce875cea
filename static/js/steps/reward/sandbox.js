// @ts-check
/** Where Python of models and users runs: the setting, and what this machine has for it. */

import { drawFields, showFields } from "../../forms/form.js";
import { find, setText, show } from "../../lib/dom.js";
import { partsOf } from "../../state/rewards.js";
import { rewardsOf } from "./shared.js";

/** @param {HTMLElement} root @param {Context} context */
export function mountSandbox(root, context) {
  const drawn = drawFields(find("sandbox-fields", root), ["reward.sandbox"], context, {
    "reward.sandbox": { label: "Where Python runs" },
  });
  return {
    /** @param {State} state */
    render(state) {
      const { list, custom, sandbox } = rewardsOf(state);
      const python = new Set([
        ...list.filter((preset) => preset.runs_python).map((preset) => preset.name),
        ...custom.filter(({ definition }) => definition.kind === "python").map(({ name }) => name),
      ]);
      const runs = partsOf(context.get).some((part) => python.has(part.preset_name ?? part.custom_name ?? ""));
      show(find("sandbox-part", root), runs || Boolean(state.unsaved.reward));
      setText(find("sandbox-note", root), sandbox);
      showFields(drawn, state);
    },
  };
}
