// @ts-check
/** What is said of a run's memory, in words; pure. */

import { gib } from "../lib/format.js";

/** The total, why a run is refused, and the phases, of which only the largest counts.
 * @param {Plan | null} plan what the server says of the draft; null while nothing is known */
export function memoryText(plan) {
  const memory = plan?.memory;
  if (!memory) return "";
  if (memory.problem) return memory.problem;
  const of = memory.available_gib === null ? "" : ` of ${gib(memory.available_gib)} (${memory.device})`;
  const about = plan.refusal ? "As written, about" : "About";
  const refusal = plan.refusal ? ` ${plan.refusal.message} ${plan.refusal.hint}` : "";
  return `${about} ${gib(memory.total_gib)}${of}.${refusal} ${phasesText(memory.phases)}`;
}

/** @param {MemoryNeed["phases"]} phases */
function phasesText(phases) {
  const named = (/** @type {PhaseNeed} */ { label, gib: size }) => `${label.toLowerCase()} ${gib(size)}`;
  const largest = phases.filter((phase) => phase.decides).map(named);
  const others = phases.filter((phase) => !phase.decides).map(named);
  return `Phases take turns, so only the largest is counted: ${largest}. The others: ${others.join(", ")}.`;
}
