// @ts-check
/** Finding, cloning and filling nodes; text only, never markup. */

/** The one node with this data-ref; throws when the page lacks it, or has it on another kind of element.
 * @template {keyof HTMLElementTagNameMap} [K="span"]
 * @param {string} ref @param {ParentNode} [root] @param {K} [tag] @returns {HTMLElementTagNameMap[K]} */
export function find(ref, root = document, tag) {
  const node = root.querySelector(`${tag ?? ""}[data-ref="${ref}"]`);
  if (!(node instanceof HTMLElement)) throw new Error(`The page has no ${tag ?? "node"} ${ref}.`);
  return /** @type {HTMLElementTagNameMap[K]} */ (node);
}

/** @param {string} ref @param {ParentNode} [root] */
export const findInput = (ref, root = document) => find(ref, root, "input");

/** An input or a text area. @param {string} ref @param {ParentNode} [root] */
export const findText = (ref, root = document) => /** @type {HTMLInputElement} */ (find(ref, root));

/** A copy of the element in the <template> `row-<name>`. @param {string} name @returns {HTMLElement} */
export function clone(name) {
  const template = find(`row-${name}`, document, "template");
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/** The first element of a kind in `root`, which has one; `rest` is what else a selector says of it.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {ParentNode} root @param {K} tag @param {string} [rest] @returns {HTMLElementTagNameMap[K]} */
export const child = (root, tag, rest = "") =>
  /** @type {HTMLElementTagNameMap[K]} */ (root.querySelector(`${tag}${rest}`));

/** Every element of a kind in `root`. @template {keyof HTMLElementTagNameMap} K
 * @param {ParentNode} root @param {K} tag @param {string} [rest] @returns {HTMLElementTagNameMap[K][]} */
export const each = (root, tag, rest = "") => [...root.querySelectorAll(`${tag}${rest}`)].map((node) =>
  /** @type {HTMLElementTagNameMap[K]} */ (node));

/** The child of `root` with a class. @template {keyof HTMLElementTagNameMap} [K="span"]
 * @param {ParentNode} root @param {string} name @param {K} [tag] */
export const part = (root, name, tag) => child(root, /** @type {K} */ (tag ?? ""), `.${name}`);

/** The rows of a list. @param {Element} list */
export const rowsIn = (list) => /** @type {HTMLElement[]} */ ([...list.children]);

/** The number of the row around a node in a list, -1 outside of its rows.
 * @param {Element} list @param {EventTarget | null} node */
export const placeIn = (list, node) => rowsIn(list).findIndex((row) => node instanceof Node && row.contains(node));

/** What a selector finds first in `root`, or null.
 * @param {ParentNode | null | undefined} root @param {string} selector */
export const first = (root, selector) => /** @type {HTMLElement | null} */ (root?.querySelector(selector) ?? null);

/** What a selector finds first around a node, such as the button of a click.
 * @param {EventTarget | null} node @param {string} selector */
export const around = (node, selector) =>
  /** @type {HTMLElement | null} */ (node instanceof Element ? node.closest(selector) : null);

/** What a click asks for, as the data-do around it says. @param {Event} event */
export const doOf = (event) => around(event.target, "[data-do]")?.dataset.do;

/** What stands in the input of an event now. @param {Event} event */
export const valueIn = (event) => /** @type {HTMLInputElement} */ (event.target).value;

/** Hear of a form being sent. @param {HTMLElement} form @param {() => unknown} action */
export function onSubmit(form, action) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    action();
  });
}

/** Do something once what has changed is drawn. @param {() => unknown} action */
export const soon = (action) => requestAnimationFrame(() => requestAnimationFrame(action));

/** Choose among the radio buttons of a name. @param {ParentNode} root @param {string} name @param {string} value */
export function check(root, name, value) {
  for (const input of each(root, "input", `[name=${name}]`)) input.checked = input.value === value;
}

/** Set a node's text if it differs, so that nothing is redrawn or announced in vain.
 * @param {Element | null} node @param {string} text */
export function setText(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

/** Hide a node or show it. @param {Element} node @param {boolean} isShown */
export function show(node, isShown) {
  if (node instanceof HTMLElement && node.hidden === isShown) node.hidden = !isShown;
}

/** Show a text, or hide its node without one. @param {HTMLElement} node @param {string} text */
export function showText(node, text) {
  setText(node, text);
  show(node, text !== "");
}

/** Show a text in the note of a name, or hide the note without one. @param {ParentNode} root @param {string} name
 * @param {string} text */
export function tell(root, name, text) {
  setText(find(`${name}-text`, root), text);
  show(find(name, root), text !== "");
}

/** A new element. @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {string} [className] @param {string} [text] */
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
  for (let at = node instanceof Element ? node : null; at; at = at.parentElement) {
    if (shown.has(at)) return shown.get(at);
  }
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
  const rows = rowsIn(list);
  items.forEach((item, index) => {
    const row = rows[index];
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
