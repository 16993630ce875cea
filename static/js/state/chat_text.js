// @ts-check
/** An answer in its parts: working out, solution, the markers around them, and the rest; pure. */

import { MARKERS } from "./prompts.js";

/** @typedef {{kind: "plain" | "reasoning" | "solution" | "marker", text: string}} Segment */
/** Empty texts for none. @typedef {Pick<PromptTexts, typeof MARKERS[number]>} Markers */

/** The answer cut where its markers stand. What is still being written counts as begun, so that it can be seen to grow.
 * @param {string} text @param {Markers | null} markers @returns {Segment[]} */
export function segmentsOf(text, markers) {
  if (!markers) return text ? [{ kind: "plain", text }] : [];
  const [start, end] = solutionSpan(text, markers);
  const before = splitReasoning(text.slice(0, start), markers);
  if (start === text.length) return before;
  /** @type {Segment[]} */
  const all = [
    ...before, { kind: "solution", text: text.slice(start, end) }, ...splitMarkers(text.slice(end), markers, "plain"),
  ];
  return all.filter((segment) => segment.text);
}

/** Where the last solution stands; both at the end of the text when there is none. A solution without its end is one
 * only while no complete one is there. @param {string} text @param {Markers} markers @returns {[number, number]} */
function solutionSpan(text, { solution_start: open, solution_end: close }) {
  if (!open) return [text.length, text.length];
  const end = close ? text.lastIndexOf(close) : -1;
  const start = end >= 0 ? text.lastIndexOf(open, end - open.length) : text.lastIndexOf(open);
  if (start < 0 || (end >= 0 && start + open.length > end)) return [text.length, text.length];
  return [start + open.length, end >= 0 ? end : text.length];
}

/** @param {string} text what stands before the solution @param {Markers} markers @returns {Segment[]} */
function splitReasoning(text, markers) {
  const { reasoning_start: open, reasoning_end: close } = markers;
  if (!open) {
    const hasSolution = markers.solution_start && text.includes(markers.solution_start);
    return splitMarkers(text, markers, hasSolution ? "reasoning" : "plain");
  }
  const from = text.indexOf(open);
  const until = close ? text.lastIndexOf(close) : -1;
  if (from < 0 && until < 0) return splitMarkers(text, markers, "plain");
  const begin = from < 0 ? 0 : from + open.length;
  const end = until >= begin ? until : text.length;
  return [
    ...splitMarkers(text.slice(0, begin), markers, "plain"),
    ...splitMarkers(text.slice(begin, end), markers, "reasoning"),
    ...splitMarkers(text.slice(end), markers, "plain"),
  ];
}

/** @param {string} text @param {Markers} markers @param {Segment["kind"]} kind of what stands between them
 * @returns {Segment[]} */
function splitMarkers(text, markers, kind) {
  const given = MARKERS.map((name) => markers[name]).filter(Boolean);
  if (!given.length) return text ? [{ kind, text }] : [];
  const pattern = new RegExp(`(${given.sort((a, b) => b.length - a.length).map(escaped).join("|")})`);
  const pieces = text.split(pattern).filter(Boolean);
  return pieces.map((piece) => ({ kind: given.includes(piece) ? "marker" : kind, text: piece }));
}

/** @param {string} text */
const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
