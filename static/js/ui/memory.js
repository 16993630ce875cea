// @ts-check
/** What a run needs of the machine's memory, as a bar of its parts that moves with the settings. */

import { gib } from "../lib/format.js";
import { memoryText } from "../state/memory_text.js";
import { fillList, find, make, part, rowsIn, setText, show } from "../lib/dom.js";

/** @param {Plan | null} plan what the server says of the draft; null while nothing is known */
export function renderMemory(plan) {
  const memory = plan?.memory;
  const parts = memory?.total_gib ? memory.parts : [];
  setText(find("memory-title"), memory?.device && memory.device !== "CPU" ? "VRAM" : "Memory");
  const badge = find("memory-fit");
  show(badge, memory?.fits === true || memory?.fits === false);
  badge.dataset.status = memory?.fits ? "completed" : "failed";
  setText(badge, memory?.fits ? "Fits" : "Too large");
  setText(find("memory-text"), memoryText(plan));
  drawBar(find("memory-bar"), parts, Math.max(memory?.available_gib ?? 0, memory?.total_gib ?? 0));
  fillList(find("memory-parts"), "legend", parts, (row, memoryPart) => {
    row.dataset.part = memoryPart.key;
    setText(part(row, "legend__name"), memoryPart.label);
    setText(part(row, "legend__value"), gib(memoryPart.gib));
  });
}

/** @param {HTMLElement} bar @param {MemoryNeed["parts"]} parts @param {number} whole in GiB */
function drawBar(bar, parts, whole) {
  while (bar.children.length > parts.length) bar.lastElementChild?.remove();
  while (bar.children.length < parts.length) bar.append(make("span", "memory__part"));
  parts.forEach((memoryPart, index) => {
    const segment = rowsIn(bar)[index];
    segment.dataset.part = memoryPart.key;
    segment.style.setProperty("--share", String(whole ? memoryPart.gib / whole : 0));
  });
}
