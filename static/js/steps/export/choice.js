// @ts-check
/** Choosing what to export: cards with their sizes, the room they need, and the start. */

import { createExport } from "../../lib/api.js";
import {
  blockedText, cardOf, commonReason, replacingText, roomProblem, shelves, summaryOf,
} from "../../state/exports.js";
import { child, each, fillList, find, onSubmit, part, setText, show, showText, tell } from "../../lib/dom.js";

const SHELVES = /** @type {const} */ (["usual", "rare", "share"]);

/** @param {HTMLElement} root @param {ExportDesk} desk */
export function mountChoice(root, desk) {
  const start = find("export-start", root, "button");
  /** @type {ShownExport | null} */
  let shown = null;

  find("export-form", root).addEventListener("change", (event) => {
    const box = /** @type {HTMLInputElement} */ (event.target);
    if (!shown || box.name !== "export-target") return;
    const others = shown.chosen.filter((name) => name !== box.value);
    desk.choose(shown.id, box.checked ? [...others, box.value] : others);
  });
  onSubmit(find("export-form", root), async () => {
    if (!shown || start.disabled) return;
    const { id, chosen } = shown;
    if (await desk.attempt(() => createExport(id, chosen))) desk.focusSoon("export-state-title");
    else desk.plan(id);
  });

  return {
    /** @param {ShownExport} next */
    render(next) {
      shown = next;
      show(find("export-form", root), Boolean(next.session?.saved));
      if (next.plan) draw(root, next, next.plan);
      start.disabled = !canStart(next);
    },
  };
}

/** @param {ShownExport} shown */
const canStart = ({ plan, chosen, now }) => Boolean(plan?.fits) && chosen.length > 0 && blockedText(now) === "";

/** @param {HTMLElement} root @param {ShownExport} shown @param {Plan} plan */
function draw(root, { files, chosen, now }, plan) {
  const offers = shelves(plan.targets);
  for (const name of SHELVES) {
    const fill = (/** @type {HTMLElement} */ row, /** @type {TargetOffer} */ offer) =>
      fillCard(row, cardOf(offer, plan.targets, files), offer.name);
    fillList(find(`export-${name}`, root), "export-target", offers[name], fill);
  }
  for (const box of each(root, "input", "[name=export-target]")) box.checked = chosen.includes(box.value);
  const rare = offers.rare.filter((offer) => chosen.includes(offer.name)).length;
  setText(find("export-rare-title", root), `${offers.rare.length} more types${rare ? `, ${rare} chosen` : ""}`);
  tell(root, "export-reason", commonReason(plan.targets));
  drawRoom(root, plan, chosen, blockedText(now));
  find("export-form", root).dataset.ready = "true";
}

/** @typedef {import("../../state/exports.js").Plan} Plan */

/** What is chosen and the room for it; left as it is until the answer about this choice is there.
 * @param {HTMLElement} root @param {Plan} plan @param {string[]} chosen @param {string} blocked */
function drawRoom(root, plan, chosen, blocked) {
  if (plan.asked !== chosen.join(" ")) return;
  setText(find("export-room", root), summaryOf(plan, chosen));
  setText(find("export-room-more", root), blocked || replacingText(plan, chosen));
  tell(root, "export-room-problem", roomProblem(plan));
}

/** @param {HTMLElement} row @param {import("../../state/exports.js").Card} card @param {string} name */
function fillCard(row, card, name) {
  setText(part(row, "choice__title"), card.title);
  setText(part(row, "choice__text"), card.text);
  setText(part(row, "export-target__size"), card.size);
  show(part(row, "export-target__best"), card.isRecommended);
  const made = part(row, "export-target__made");
  showText(made, card.made);
  made.dataset.status = card.made === "Made" ? "good" : "warning";
  part(row, "meter", "progress").value = card.share;
  Object.assign(child(row, "input"), { value: name, disabled: card.isOff });
}
