// @ts-check
/** Tabs by the ARIA pattern: arrow keys move, one panel is shown. */

import { around, each } from "../lib/dom.js";

/** `put` tells nobody. @typedef {{select: (name: string) => void, put: (name: string) => void, selected: () => string}}
 *   Tabs */

/** @param {HTMLElement} root holds [role=tab] with data-tab, and [role=tabpanel] with data-panel
 * @param {(name: string) => void} [onChange] @returns {Tabs} */
export function mountTabs(root, onChange) {
  const tabs = each(root, "button", "[role=tab]");
  const panels = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-panel]")]);
  let current = "";

  const put = (/** @type {string} */ name) => {
    if (!tabs.some((tab) => tab.dataset.tab === name)) return;
    current = name;
    for (const tab of tabs) {
      const isOn = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(isOn));
      tab.tabIndex = isOn ? 0 : -1;
    }
    for (const panel of panels) panel.hidden = panel.dataset.panel !== name;
  };
  const select = (/** @type {string} */ name) => {
    if (name === current) return;
    put(name);
    onChange?.(name);
  };

  root.addEventListener("click", (event) => {
    const tab = around(event.target, "[role=tab]");
    if (tab?.dataset.tab && tabs.includes(/** @type {HTMLButtonElement} */ (tab))) select(tab.dataset.tab);
  });
  root.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const visible = tabs.filter((tab) => !tab.hidden);
    const from = visible.indexOf(tabs[at]);
    const to = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: visible.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const tab = visible[(to + visible.length) % visible.length];
    tab.focus();
    select(tab.dataset.tab ?? "");
  });
  put(tabs.find((tab) => tab.getAttribute("aria-selected") === "true")?.dataset.tab ?? tabs[0]?.dataset.tab ?? "");
  return { select, put, selected: () => current };
}
