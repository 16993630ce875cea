// @ts-check
/** Choosing what to export: cards with their sizes, the room they need, and the start. */

import { createExport } from "../../lib/api.js";
import { fillList, find, part, setText, show } from "../../lib/dom.js";
import { blockedText, cardOf, commonReason, replacingText, roomProblem, shelves, summaryOf } from "../../state/exports.js";

/** @typedef {import("./desk.js").Shown} Shown */

const SHELVES = /** @type {const} */ (["usual", "rare", "share"]);

/** @param {HTMLElement} root @param {import("./desk.js").Desk} desk */
export function mountChoice(root, desk) {
  const start = /** @type {HTMLButtonElement} */ (find("export-start", root));
  /** @type {Shown | null} */
  let shown = null;

  find("export-form", root).addEventListener("change", (event) => {
    const box = /** @type {HTMLInputElement} */ (event.target);
    if (!shown || box.name !== "export-target") return;
    desk.choose(shown.id, box.checked ? [...shown.chosen, box.value] : shown.chosen.filter((name) => name !== box.value));
  });
  find("export-form", root).addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!shown || start.disabled) return;
    const { id, chosen } = shown;
    if (await desk.attempt(() => createExport(id, chosen))) desk.focusSoon("export-state-title");
    else desk.plan(id);
  });

  return {
    /** @param {Shown} next */
    render(next) {
      shown = next;
      show(find("export-form", root), Boolean(next.session?.saved));
      if (next.plan) draw(root, next, next.plan);
      start.disabled = !canStart(next);
    },
  };
}

/** @param {Shown} shown */
const canStart = ({ plan, chosen, now }) => Boolean(plan?.fits) && chosen.length > 0 && blockedText(now) === "";

/** @param {HTMLElement} root @param {Shown} shown @param {import("../../state/exports.js").Plan} plan */
function draw(root, { files, chosen, now }, plan) {
  const offers = shelves(plan.targets);
  for (const name of SHELVES) {
    fillList(find(`export-${name}`, root), "export-target", offers[name], (row, offer) => fillCard(row, cardOf(offer, plan.targets, files), offer.name));
  }
  const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("[name=export-target]"));
  for (const box of boxes) box.checked = chosen.includes(box.value);
  const rare = offers.rare.filter((offer) => chosen.includes(offer.name)).length;
  setText(find("export-rare-title", root), `${offers.rare.length} more types${rare ? `, ${rare} chosen` : ""}`);
  const reason = commonReason(plan.targets);
  show(find("export-reason", root), reason !== "");
  setText(find("export-reason-text", root), reason);
  drawRoom(root, plan, chosen, blockedText(now));
  find("export-form", root).dataset.ready = "true";
}

/** What is chosen and the room for it; left as it is until the answer about this choice is there.
 * @param {HTMLElement} root @param {import("../../state/exports.js").Plan} plan @param {string[]} chosen @param {string} blocked */
function drawRoom(root, plan, chosen, blocked) {
  if (plan.asked !== chosen.join(" ")) return;
  setText(find("export-room", root), summaryOf(plan, chosen));
  setText(find("export-room-more", root), blocked || replacingText(plan, chosen));
  const problem = roomProblem(plan);
  show(find("export-room-problem", root), problem !== "");
  setText(find("export-room-problem-text", root), problem);
}

/** @param {HTMLElement} row @param {import("../../state/exports.js").Card} card @param {string} name */
function fillCard(row, card, name) {
  setText(part(row, "choice__title"), card.title);
  setText(part(row, "choice__text"), card.text);
  setText(part(row, "export-target__size"), card.size);
  show(part(row, "export-target__best"), card.isRecommended);
  show(part(row, "export-target__made"), card.made !== "");
  part(row, "export-target__made").dataset.status = card.made === "Made" ? "good" : "warning";
  setText(part(row, "export-target__made"), card.made);
  /** @type {HTMLProgressElement} */ (part(row, "meter")).value = card.share;
  Object.assign(/** @type {HTMLInputElement} */ (row.querySelector("input")), { value: name, disabled: card.isOff });
}
