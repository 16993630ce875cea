// @ts-check
/** A recipe's checks as a form: kind, where it looks, its values, weight, and its place in the list. */

import { fillList, find, part, setText, show } from "../../lib/dom.js";
import { percent } from "../../lib/format.js";
import { checkShare, inputsOf, KINDS, moved, newCheck, problemsOfCheck, withKind } from "../../state/recipes.js";

/** @typedef {import("../../state/recipes.js").Check} Check */

/** @param {HTMLElement} root @param {(checks: Check[]) => void} onChange */
export function mountRecipe(root, onChange) {
  const host = find("checks", root);
  const choice = /** @type {HTMLSelectElement} */ (find("check-kind", root));
  /** @type {Check[]} */
  let checks = [];
  choice.replaceChildren(...kindOptions());

  find("check-add", root).addEventListener("click", () => {
    put([...checks, newCheck(choice.value)]);
    /** @type {HTMLElement | null} */ (host.lastElementChild?.querySelector("[data-for]:not([hidden]) input, [data-input=kind]"))?.focus();
  });
  host.addEventListener("input", (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    put(edited(checks, placeOf(host, input), input));
  });
  host.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-do]")) : null;
    const at = placeOf(host, button);
    if (button && at >= 0) act(button.dataset.do ?? "", at);
  });

  /** Remove or move a check, and keep the focus near it. @param {string} tool @param {number} at */
  function act(tool, at) {
    const to = tool === "remove" ? at : at + (tool === "up" ? -1 : 1);
    put(tool === "remove" ? checks.filter((_, index) => index !== at) : moved(checks, at, to));
    (toolNear(host.children[Math.min(to, checks.length - 1)], tool) ?? choice).focus();
  }

  /** @param {Check[]} next */
  function put(next) {
    checks = next;
    onChange(next);
    render(next, {});
  }

  /** @param {Check[]} shown @param {Record<string, string>} problems */
  function render(shown, problems) {
    checks = shown;
    const rows = shown.map((check, at) => ({ check, at }));
    fillList(host, "check", rows, (row, { check, at }) => fillCheck(row, check, at, shown, problemsOfCheck(problems, at)));
  }
  return { render };
}

/** The number of the row around a node, -1 outside of rows. @param {HTMLElement} host @param {EventTarget | null} node */
const placeOf = (host, node) => [...host.children].findIndex((row) => node instanceof Node && row.contains(node));

/** A row's tool, or another of its tools where that one is off. @param {Element | undefined} row @param {string} tool */
function toolNear(row, tool) {
  const wanted = /** @type {HTMLButtonElement | null | undefined} */ (row?.querySelector(`[data-do=${tool}]`));
  const other = /** @type {HTMLElement | null | undefined} */ (row?.querySelector("[data-do]:not(:disabled)"));
  return wanted && !wanted.disabled ? wanted : other;
}

/** The checks with what an input of one of them says now. @param {Check[]} checks @param {number} at @param {HTMLInputElement} input */
function edited(checks, at, input) {
  const key = input.dataset.input ?? "";
  const value = input.type === "checkbox" ? input.checked : input.value;
  return checks.map((check, index) => {
    if (index !== at) return check;
    return key === "kind" ? withKind(check, String(value)) : { ...check, [key]: value };
  });
}

const kindOptions = () => KINDS.map(({ kind, label }) => new Option(label, kind));

/** @param {HTMLElement} row @param {Check} check @param {number} at @param {Check[]} checks @param {Record<string, string>} problems */
function fillCheck(row, check, at, checks, problems) {
  const select = /** @type {HTMLSelectElement} */ (row.querySelector("[data-input=kind]"));
  if (!select.options.length) select.append(...kindOptions());
  setText(part(row, "check-row__number"), String(at + 1));
  for (const holder of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("[data-for]"))) show(holder, inputsOf(check.kind).includes(holder.dataset.for ?? ""));
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (row.querySelectorAll("[data-input]"))) fillInput(input, check, problems);
  setText(part(row, "check-row__share"), check.required ? `${percent(checkShare(checks, at))}, required` : percent(checkShare(checks, at)));
  setText(part(row, "check-row__error"), problems[""] ?? "");
  show(part(row, "check-row__error"), Boolean(problems[""]));
  const tools = /** @type {Record<string, boolean>} */ ({ up: at === 0, down: at === checks.length - 1, remove: checks.length === 1 });
  for (const [tool, isOff] of Object.entries(tools)) {
    const button = /** @type {HTMLButtonElement} */ (row.querySelector(`[data-do=${tool}]`));
    button.disabled = isOff;
    button.setAttribute("aria-label", `${{ up: "Move up", down: "Move down", remove: "Remove" }[tool]}: check ${at + 1}`);
  }
}

/** @param {HTMLInputElement} input @param {Check} check @param {Record<string, string>} problems */
function fillInput(input, check, problems) {
  const key = input.dataset.input ?? "";
  if (key === "look_at") input.disabled = check.kind === "markers_present";
  if (input.type === "checkbox") input.checked = check[key] === true;
  else if (document.activeElement !== input && input.value !== String(check[key] ?? "")) input.value = String(check[key] ?? "");
  const error = input.parentElement?.querySelector(".field__error");
  if (!error) return;
  input.setAttribute("aria-invalid", String(Boolean(problems[key])));
  setText(error, problems[key] ?? "");
  show(error, Boolean(problems[key]));
}
