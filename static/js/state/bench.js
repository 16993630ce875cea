// @ts-check
/** A Reward Bench report in words: the grade, each attack, right against wrong, speed; pure. */

import { counted, number, percent } from "../lib/format.js";
import { rangeText } from "./rewards_text.js";

export const GRADES = /** @type {Record<string, string>} */ ({
  A: "Sound. No attack found a way around it.",
  B: "Usable, with something to keep an eye on.",
  C: "It has a weakness that training will find.",
  D: "Seriously flawed: mend it before you train on it.",
  F: "Not fit to train on.",
});

export const SEVERITIES = /** @type {Record<string, {title: string, status: string}>} */ ({
  fatal: { title: "Fatal", status: "bad" },
  serious: { title: "Serious", status: "bad" },
  warning: { title: "Warning", status: "warning" },
  note: { title: "Note", status: "plain" },
});

/** The reports, the one on the whole first, each with the name people know it by.
 * @param {BenchResult} result @param {(name: string) => string} titleOf
 * @returns {{name: string, title: string, report: BenchReport}[]} */
export function reportsOf({ rewards }, titleOf) {
  const names = Object.keys(rewards).filter((name) => name !== "together");
  const others = names.map((name) => ({ name, title: titleOf(name) }));
  const ordered = "together" in rewards ? [{ name: "together", title: "Together" }, ...others] : others;
  return ordered.map((named) => ({ ...named, report: rewards[named.name] }));
}

/** What an attack should earn, by its kind. @param {string} kind @param {boolean} judgesTruth */
export function shouldEarn(kind, judgesTruth) {
  if (kind === "blank") return "nothing";
  if (kind === "senseless") return judgesTruth ? "nothing" : "less than right";
  if (kind === "hedge") return judgesTruth ? "less than right" : "anything";
  if (kind === "padding") return "no more than right";
  return "tells what it looks at";
}

/** Whether an attack earned what it should not: as much as the rules of the server that need no other row.
 * @param {Tally} exploit @param {boolean} judgesTruth */
export function isPaid({ kind, paid, level, preferred }, judgesTruth) {
  if (kind === "blank") return paid > 0;
  if (kind === "senseless") return judgesTruth ? paid > 0 : level > 0;
  if (kind === "hedge") return judgesTruth && level > 0;
  return kind === "padding" && preferred > 0;
}

/** @param {BenchReport} report @returns {Tile[]} */
export function tilesOf(report) {
  const { right, wrong, compared, violations } = report;
  const unscored = sum(report.failed) + sum(report.not_run);
  const better = `${compared - violations.length} of ${counted(compared, "row")}`;
  const lost = unscored ? percent(unscored / report.completions, 1) : "none";
  const seen = report.seen ? rangeText(report.seen) : "none";
  return [
    { name: report.declared ? `Scores, of ${rangeText(report.declared)}` : "Scores", value: seen, level: "" },
    { name: "Right answers earn", value: number(right.mean, 2), level: "" },
    { name: "Wrong answers earn", value: number(wrong.mean, 2), level: "" },
    {
      name: "Right beats wrong", value: compared ? better : "not compared",
      level: violations.length ? "warning" : "",
    },
    { name: "Different scores", value: String(report.distinct_scores), level: report.distinct_scores < 2 ? "bad" : "" },
    { name: "Without a score", value: lost, level: unscored ? "warning" : "" },
    { name: "Time per answer", value: `${number(report.mean_ms, 2)} ms`, level: "" },
  ];
}

/** @param {Record<string, number>} counts */
const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);
