// @ts-check
/** Finding, cloning and filling nodes; text only, never markup. */

/** The one node with this data-ref; throws when the page lacks it.
 * @param {string} ref @param {ParentNode} [root] @returns {HTMLElement} */
export function find(ref, root = document) {
  const node = root.querySelector(`[data-ref="${ref}"]`);
  if (!(node instanceof HTMLElement)) throw new Error(`The page has no ${ref}.`);
  return node;
}

/** The same, as an input. @param {string} ref @param {ParentNode} [root] @returns {HTMLInputElement} */
export const findInput = (ref, root = document) => /** @type {HTMLInputElement} */ (find(ref, root));

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

/** Hide a node or show it. @param {Element} node @param {boolean} isShown */
export function show(node, isShown) {
  if (node instanceof HTMLElement && node.hidden === isShown) node.hidden = !isShown;
}

/** A new element. @param {string} tag @param {string} [className] @param {string} [text] @returns {HTMLElement} */
export function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

/** @type {WeakMap<Element, unknown>} What each row of a list shows. */
const shown = new WeakMap();

/** The item that the row around a node shows, such as the one of a click; undefined outside of rows.
 * @param {EventTarget | null} node @returns {any} */
export function itemOf(node) {
  for (let at = node instanceof Element ? node : null; at; at = at.parentElement) if (shown.has(at)) return shown.get(at);
  return undefined;
}

/** Make `list` hold one row per item, reusing rows; a row whose item is the same object is left as it is.
 * @template T
 * @param {HTMLElement} list @param {string} template @param {readonly T[]} items
 * @param {(row: HTMLElement, item: T, index: number) => void} fill */
export function fillList(list, template, items, fill) {
  while (list.children.length > items.length) list.lastElementChild?.remove();
  if (list.children.length < items.length) {
    const fresh = document.createDocumentFragment();
    for (let i = list.children.length; i < items.length; i += 1) fresh.append(clone(template));
    list.append(fresh);
  }
  items.forEach((item, index) => {
    const row = /** @type {HTMLElement} */ (list.children[index]);
    if (typeof item === "object" && item !== null && shown.get(row) === item) return;
    shown.set(row, item);
    fill(row, item, index);
  });
}

/** Call `action` once things have been quiet for `ms`. @template {any[]} A
 * @param {(...values: A) => void} action @param {number} ms @returns {(...values: A) => void} */
export function debounced(action, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), ms);
  };
}

/** Call `action` at most once per `ms`, at once after a pause, and once more after a burst.
 * @param {() => unknown} action @param {number} ms @returns {() => void} */
export function throttled(action, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isWanted = false;
  const run = () => {
    timer = setTimeout(() => {
      timer = undefined;
      if (isWanted) run();
    }, ms);
    isWanted = false;
    action();
  };
  return () => {
    if (timer === undefined) run();
    else isWanted = true;
  };
}

/** Hand a text to the user as a file. @param {string} name @param {string | Blob} content @param {string} [type] */
export function saveFile(name, content, type = "application/json") {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
