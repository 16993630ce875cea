// @ts-check
/** The parameters of a built-in set or a procedural task, drawn from its description. */

import { find, setText, show } from "../../lib/dom.js";
import { createField } from "../../forms/field.js";
import { parameterField, withParameter } from "../../state/datasets.js";

/** @param {HTMLElement} root @param {any} context */
export function mountParameters(root, context) {
  /** @type {{parameter: any, drawn: import("../../forms/field.js").Drawn}[]} */
  let fields = [];
  let of = "";

  /** @param {any} known */
  function draw(known) {
    fields = known.parameters.map((/** @type {any} */ parameter) => ({
      parameter,
      drawn: createField(parameterField(parameter), (_, value) => context.set({ "dataset.parameters": withParameter(context.get("dataset.parameters"), parameter, value) })),
    }));
    find("parameters-fields", root).replaceChildren(...fields.map((one) => one.drawn.element));
    setText(find("parameters-of", root), known.title);
  }

  return {
    /** @param {any} state @param {import("../dataset.js").Shown} shown */
    render(state, { chosen, shelf, errors }) {
      const hasSome = Boolean(chosen.known?.parameters) && shelf === chosen.shelf;
      show(find("parameters", root), hasSome);
      if (!hasSome) return;
      const name = `${chosen.kind}/${chosen.source}`;
      if (name !== of) draw(chosen.known);
      of = name;
      const values = context.get("dataset.parameters");
      for (const { parameter, drawn } of fields) drawn.show(parameter.name in values ? values[parameter.name] : parameter.default, "");
      const problem = errors["dataset.parameters"] ?? "";
      setText(find("parameters-error", root), problem);
      show(find("parameters-error", root), problem !== "");
      if (problem) /** @type {HTMLDetailsElement} */ (find("parameters", root)).open = true;
    },
  };
}
