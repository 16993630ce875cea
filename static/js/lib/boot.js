// @ts-check
/** What the server wrote into the page: the settings' descriptions, the demo's configuration, the nonce of styles. */

import { defaultsOf } from "../forms/schema.js";
import { find } from "./dom.js";

/** @returns {PageBoot} */
export function readBoot() {
  const node = find("boot");
  const { fields: described, demo, algorithms } = /** @type {Boot} */ (JSON.parse(node.textContent ?? "{}"));
  const fields = described.map(asDrawn);
  const byName = Object.fromEntries(fields.map((field) => [field.name, field]));
  return {
    fields, demo, algorithms, defaults: defaultsOf(fields), nonce: node.dataset.nonce ?? "",
    titleOfAlgorithm: (value) => algorithms.find((algorithm) => algorithm.value === value)?.title ?? value,
    field(name) {
      if (!byName[name]) throw new Error(`There is no setting ${name}.`);
      return byName[name];
    },
  };
}

/** A switch has two positions; what may also be automatic is a choice. @param {ShownField} field
 * @returns {ShownField} */
const asDrawn = (field) =>
  (field.kind === "boolean" && field.nullable ? { ...field, kind: "choice", choices: [true, false] } : field);
