// @ts-check
/** Choosing what to export: the forms with their sizes, the room they need, and the start. */

import { createExport, explain, planExport } from "../lib/api.js";
import { fillList, find, part, setText, show } from "../lib/dom.js";
import { chipsOf, RECOMMENDED, roomProblem, roomText, shelves } from "../state/exports.js";

/** @param {HTMLElement} root @param {any} context */
export function mountChoice(root, context) {
  /** @type {Set<string>} */
  const chosen = new Set([RECOMMENDED]);
  let planned = "";
  /** @type {any} */
  let plan = null;
  /** @type {import("./export.js").Shown | null} */
  let shown = null;

  root.addEventListener("change", (event) => {
    const box = /** @type {HTMLInputElement} */ (event.target);
    if (box.name !== "target") return;
    if (box.checked) chosen.add(box.value);
    else chosen.delete(box.value);
    replan(true);
  });
  find("export-form", root).addEventListener("submit", async (event) => {
    event.preventDefault();
    context.fail("");
    if (!shown || !plan) return;
    try {
      context.put(await createExport(shown.id, wanted()));
    } catch (error) {
      context.fail(explain(error));
    }
    replan(true);
  });

  /** What is chosen and can be made. */
  function wanted() {
    return plan ? plan.targets.filter((/** @type {any} */ one) => one.available && chosen.has(one.name)).map((/** @type {any} */ one) => one.name) : [...chosen];
  }

  /** Ask for sizes and room, when what they depend on has changed. @param {boolean} [isAnew] */
  async function replan(isAnew = false) {
    if (!shown?.id) return;
    const key = `${shown.id} ${shown.one?.ended_at ?? ""} ${shown.one?.files.length ?? 0}`;
    if (!isAnew && key === planned) return;
    const id = shown.id;
    planned = key;
    try {
      const answer = await planExport(id, wanted());
      if (shown.id !== id) return;
      plan = answer;
      draw();
    } catch (error) {
      setText(find("export-room", root), explain(error));
    }
  }

  function draw() {
    const { run, share } = shelves(plan.targets);
    fillList(find("export-run-targets", root), "export-target", run, (row, offer) => fillOffer(row, offer, chosen));
    fillList(find("export-share-targets", root), "export-target", share, (row, offer) => fillOffer(row, offer, chosen));
    setText(find("export-room", root), roomText(plan, wanted()));
    show(find("export-room-problem", root), !plan.fits);
    setText(find("export-room-problem-text", root), roomProblem(plan));
    enable();
  }

  function enable() {
    const start = /** @type {HTMLButtonElement} */ (find("export-start", root));
    start.disabled = !shown || shown.isOffline || Boolean(shown.one?.is_running) || !plan?.fits || wanted().length === 0;
  }

  return {
    /** @param {import("./export.js").Shown} next */
    render(next) {
      if (next.id !== shown?.id) plan = null;
      shown = next;
      enable();
      replan();
    },
    enter: () => replan(true),
  };
}

/** @param {HTMLElement} row @param {import("../state/exports.js").Offer} offer @param {Set<string>} chosen */
function fillOffer(row, offer, chosen) {
  setText(part(row, "choice__title"), offer.title);
  setText(part(row, "choice__text"), offer.reason ?? offer.summary);
  fillList(part(row, "choice__foot"), "export-chip", chipsOf(offer), (chip, text) => setText(chip, text));
  const input = /** @type {HTMLInputElement} */ (row.querySelector("input"));
  Object.assign(input, { value: offer.name, disabled: !offer.available, checked: offer.available && chosen.has(offer.name) });
}
