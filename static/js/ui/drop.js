// @ts-check
/** The zone that files are dropped on, or chosen with. */

import { child } from "../lib/dom.js";

/** Take files that are dropped on a zone or chosen by its input; one dropped beside it does not replace the page.
 * @param {HTMLElement} zone holds an input of type file @param {(files: File[]) => void} onFiles */
export function mountDrop(zone, onFiles) {
  const input = child(zone, "input", "[type=file]");
  const over = (/** @type {DragEvent} */ event) => event.target instanceof Node && zone.contains(event.target);
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    if (files.length) onFiles(files);
  });
  addEventListener("dragover", (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    zone.dataset.over = String(over(event));
  });
  addEventListener("dragleave", () => delete zone.dataset.over);
  addEventListener("drop", (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    delete zone.dataset.over;
    const files = [...(event.dataTransfer?.files ?? [])];
    if (over(event) && files.length) onFiles(files);
  });
}

/** Text that is dragged into a field is none of our business. @param {DragEvent} event */
const bringsFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
