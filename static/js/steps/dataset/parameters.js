// @ts-check
/** The parameters of a built-in set or a procedural task, drawn from its description. */

import { createField } from "../../forms/field.js";
import { parameterField, withParameter } from "../../state/datasets.js";
import { find, setText, show, showText } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {Context} context */
export function mountParameters(root, context) {
  /** @type {{parameter: DataParameter, drawn: import("../../forms/field.js").Drawn}[]} */
  let fields = [];
  let of = "";

  /** @param {KnownData} known */
  function draw(known) {
    fields = (known.parameters ?? []).map((parameter) => {
      const set = (/** @type {unknown} */ value) =>
        context.set({ "dataset.parameters": withParameter(context.get("dataset.parameters"), parameter, value) });
      return { parameter, drawn: createField(parameterField(parameter), (_, value) => set(value)) };
    });
    find("parameters-fields", root).replaceChildren(...fields.map(({ drawn }) => drawn.element));
    setText(find("parameters-of", root), known.title ?? "");
  }

  return {
    /** @param {State} _state @param {ShownData} shown */
    render(_state, { chosen, shelf, errors }) {
      const known = shelf === chosen.shelf ? chosen.known : undefined;
      show(find("parameters", root), Boolean(known?.parameters));
      if (!known?.parameters) return;
      const name = `${chosen.kind}/${chosen.source}`;
      if (name !== of) draw(known);
      of = name;
      const values = context.get("dataset.parameters");
      for (const { parameter: { name, default: byDefault }, drawn } of fields) {
        drawn.show(name in values ? values[name] : byDefault, "");
      }
      const problem = errors["dataset.parameters"] ?? "";
      showText(find("parameters-error", root), problem);
      if (problem) find("parameters", root, "details").open = true;
    },
  };
}
