// @ts-check
/** Step stub. */

/** @param {HTMLElement} root @param {any} context */
export function mount(root, context) {
  return {};
}
