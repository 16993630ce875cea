// @ts-check
/** A recipe's checks as a form: kind, where it looks, its values, weight, and its place in the list. */

import { percent } from "../../lib/format.js";
import { checkShare, inputsOf, KINDS, moved, newCheck, problemsOfCheck, withKind } from "../../state/recipes.js";
import { around, child, fillList, find, first, part, placeIn, setText, show, showText } from "../../lib/dom.js";

/** @typedef {import("../../state/recipes.js").Check} Check */

const TOOLS = { up: "Move up", down: "Move down", remove: "Remove" };

/** @param {HTMLElement} root @param {(checks: Check[]) => void} onChange */
export function mountRecipe(root, onChange) {
  const host = find("checks", root);
  const choice = find("check-kind", root, "select");
  /** @type {Check[]} */
  let checks = [];
  choice.replaceChildren(...kindOptions());

  find("check-add", root).addEventListener("click", () => {
    put([...checks, newCheck(choice.value)]);
    first(host.lastElementChild, "[data-for]:not([hidden]) input, [data-input=kind]")?.focus();
  });
  host.addEventListener("input", (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    put(edited(checks, placeIn(host, input), input));
  });
  host.addEventListener("click", (event) => {
    const button = around(event.target, "[data-do]");
    const at = placeIn(host, button);
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
    fillList(host, "check", shown.map((check, at) => ({ check, at })), (row, { check, at }) =>
      fillCheck(row, check, at, shown, problemsOfCheck(problems, at)));
  }
  return { render };
}

/** A row's tool, or another of its tools where that one is off.
 * @param {Element | undefined} row @param {string} tool */
function toolNear(row, tool) {
  const wanted = first(row, `[data-do=${tool}]:not(:disabled)`);
  return wanted ?? first(row, "[data-do]:not(:disabled)");
}

/** The checks with what an input of one of them says now.
 * @param {Check[]} checks @param {number} at @param {HTMLInputElement} input */
function edited(checks, at, input) {
  const key = input.dataset.input ?? "";
  const value = input.type === "checkbox" ? input.checked : input.value;
  return checks.map((check, index) => {
    if (index !== at) return check;
    return key === "kind" ? withKind(check, String(value)) : { ...check, [key]: value };
  });
}

const kindOptions = () => KINDS.map(({ kind, label }) => new Option(label, kind));

/** @param {HTMLElement} row @param {Check} check @param {number} at @param {Check[]} checks
 * @param {Record<string, string>} problems */
function fillCheck(row, check, at, checks, problems) {
  const select = child(row, "select", "[data-input=kind]");
  if (!select.options.length) select.append(...kindOptions());
  setText(part(row, "check-row__number"), String(at + 1));
  const inputs = inputsOf(check.kind);
  for (const holder of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("[data-for]"))) {
    show(holder, inputs.includes(holder.dataset.for ?? ""));
  }
  for (const input of row.querySelectorAll("[data-input]")) {
    fillInput(/** @type {HTMLInputElement} */ (input), check, problems);
  }
  const share = percent(checkShare(checks, at));
  setText(part(row, "check-row__share"), check.required ? `${share}, required` : share);
  showText(part(row, "check-row__error"), problems[""] ?? "");
  const isOff = { up: at === 0, down: at === checks.length - 1, remove: checks.length === 1 };
  for (const [tool, name] of Object.entries(TOOLS)) {
    const button = child(row, "button", `[data-do=${tool}]`);
    button.disabled = isOff[/** @type {keyof typeof TOOLS} */ (tool)];
    button.setAttribute("aria-label", `${name}: check ${at + 1}`);
  }
}

/** @param {HTMLInputElement} input @param {Check} check @param {Record<string, string>} problems */
function fillInput(input, check, problems) {
  const key = input.dataset.input ?? "";
  if (key === "look_at") input.disabled = check.kind === "markers_present";
  const text = String(check[key] ?? "");
  if (input.type === "checkbox") input.checked = check[key] === true;
  else if (document.activeElement !== input && input.value !== text) input.value = text;
  const error = first(input.parentElement, ".field__error");
  if (!error) return;
  input.setAttribute("aria-invalid", String(Boolean(problems[key])));
  showText(error, problems[key] ?? "");
}
