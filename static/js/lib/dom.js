// @ts-check
/** Finding, cloning and filling nodes; text only, never markup. */

/** The one node with this data-ref; throws when the page lacks it.
 * @param {string} ref @param {ParentNode} [root] @returns {HTMLElement} */
export function find(ref, root = document) {
  const node = root.querySelector(`[data-ref="${ref}"]`);
  if (!(node instanceof HTMLElement)) throw new Error(`The page has no ${ref}.`);
  return node;
}

/** A copy of the element in the <template> `row-<name>`.
 * @param {string} name @returns {HTMLElement} */
export function clone(name) {
  const template = /** @type {HTMLTemplateElement} */ (find(`row-${name}`));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/** Set a node's text if it differs, so that nothing is redrawn or announced in vain.
 * @param {Element | null} node @param {string} text */
export function setText(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

/** The child of `root` with a class.
 * @param {ParentNode} root @param {string} name @returns {HTMLElement} */
export function part(root, name) {
  return /** @type {HTMLElement} */ (root.querySelector(`.${name}`));
}

/** Make `list` hold one row per item, reusing rows, and fill each.
 * @template T
 * @param {HTMLElement} list @param {string} template @param {T[]} items @param {(row: HTMLElement, item: T) => void} fill */
export function fillList(list, template, items, fill) {
  while (list.children.length > items.length) list.lastElementChild?.remove();
  while (list.children.length < items.length) list.append(clone(template));
  items.forEach((item, index) => fill(/** @type {HTMLElement} */ (list.children[index]), item));
}
