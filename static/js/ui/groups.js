// @ts-check
/** A select whose options stand in groups. */

/** @typedef {{label: string, options: {value: string, name: string}[]}} Options */

/** Options in groups, drawn anew only when they change; a group without any is left out.
 * @param {HTMLSelectElement} select @param {Options[]} groups @param {string} chosen */
export function fillGroups(select, groups, chosen) {
  const key = JSON.stringify(groups);
  if (select.dataset.key !== key) {
    select.replaceChildren(...groups.filter(({ options }) => options.length).map(groupOf));
    select.dataset.key = key;
  }
  if (select.value !== chosen) select.value = chosen;
}

/** @param {Options} group */
function groupOf({ label, options }) {
  const group = document.createElement("optgroup");
  group.label = label;
  group.append(...options.map(({ value, name }) => new Option(name, value)));
  return group;
}
