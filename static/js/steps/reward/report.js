// @ts-check
/** A report of the Reward Bench: the grade, and for the whole or a part of the reward the findings, numbers and
 * attacks. */

import { count, counted, moment, number } from "../../lib/format.js";
import { GRADES, isPaid, reportsOf, SEVERITIES, shouldEarn, tilesOf } from "../../state/bench.js";
import { presetOf } from "../../state/rewards.js";
import { check, child, fillList, find, part, setText, show, valueIn } from "../../lib/dom.js";
import { tiles } from "../../ui/facts.js";

const VIOLATIONS_SHOWN = 20;

/** @typedef {ReturnType<typeof reportsOf>[number]} Report */

/** @param {HTMLElement} root
 * @returns {{show: (graded: {result: BenchResult, at: number}, catalogue: ShownPreset[]) => void}} */
export function mountReport(root) {
  /** @type {Report[]} */
  let reports = [];
  let at = 0;
  let shownKey = "";

  find("bench-parts", root).addEventListener("change", (event) => draw(valueIn(event)));

  /** @param {string} name of the report; another name draws the first */
  function draw(name) {
    const chosen = reports.find((report) => report.name === name) ?? reports[0];
    drawChoice(root, reports, chosen.name);
    drawGrade(root, chosen, reports.length, at);
    drawReport(root, chosen.report);
  }

  return {
    show(graded, catalogue) {
      const key = `${graded.at} ${catalogue.length}`;
      if (key === shownKey) return;
      shownKey = key;
      at = graded.at;
      reports = reportsOf(graded.result, (name) => presetOf(catalogue, name)?.title ?? name);
      draw("");
    },
  };
}

/** @param {HTMLElement} root @param {Report[]} reports @param {string} chosen */
function drawChoice(root, reports, chosen) {
  const host = find("bench-parts", root);
  show(find("bench-parts-part", root), reports.length > 1);
  fillList(host, "category", reports.length > 1 ? reports : [], (row, choice) => {
    const input = child(row, "input");
    input.name = "bench-report";
    input.value = choice.name;
    setText(row.querySelector("span"), `${choice.title}: ${choice.report.grade}`);
  });
  check(host, "bench-report", chosen);
}

/** @param {HTMLElement} root @param {Report} chosen @param {number} reports how many there are
 * @param {number} at Unix seconds */
function drawGrade(root, { name, title, report }, reports, at) {
  const letter = find("grade-letter", root);
  letter.dataset.grade = report.grade;
  setText(letter, report.grade);
  setText(find("grade-words", root), `Grade ${report.grade}. ${GRADES[report.grade] ?? ""}`);
  const rows = `${count(report.completions)} completions on ${counted(report.rows, "row")}, ${moment(at)}.`;
  const alone = `${title} alone; training goes by all parts together.`;
  const whole = name === "together" ? "All parts together, as training sums them." : alone;
  setText(find("grade-about", root), reports > 1 ? `${whole} ${rows}` : rows);
}

/** @param {HTMLElement} root @param {BenchReport} report */
function drawReport(root, report) {
  fillList(find("bench-findings", root), "bench-finding", report.findings, fillFinding);
  show(find("bench-clean", root), report.findings.length === 0);
  tiles(find("bench-tiles", root), tilesOf(report));
  fillList(find("bench-exploits", root), "exploit", report.exploits, (row, exploit) =>
    fillExploit(row, exploit, report.judges_truth));
  const { violations } = report;
  show(find("bench-violations-part", root), violations.length > 0);
  const title = `${counted(violations.length, "row")} in which a wrong answer earns as much as the right one`;
  setText(find("bench-violations-title", root), title);
  fillList(find("bench-violations", root), "violation", violations.slice(0, VIOLATIONS_SHOWN), fillViolation);
}

/** @param {HTMLElement} row @param {Weakness} finding */
function fillFinding(row, finding) {
  const { title, status } = SEVERITIES[finding.severity] ?? { title: finding.severity, status: "plain" };
  row.dataset.severity = finding.severity;
  part(row, "badge").dataset.status = status;
  setText(part(row, "badge"), title);
  setText(part(row, "bench-finding__what"), finding.what);
  setText(part(row, "bench-finding__evidence"), finding.evidence);
  setText(part(row, "bench-finding__cure"), finding.what_to_do);
}

/** @param {HTMLElement} row @param {Tally} exploit @param {boolean} judgesTruth */
function fillExploit(row, exploit, judgesTruth) {
  const wasPaid = isPaid(exploit, judgesTruth);
  row.dataset.paid = String(wasPaid);
  setText(part(row, "exploit__name"), exploit.name);
  setText(part(row, "exploit__summary"), exploit.summary);
  setText(part(row, "exploit__should"), shouldEarn(exploit.kind, judgesTruth));
  setText(part(row, "exploit__mean"), number(exploit.mean, 2));
  const paid = `${exploit.paid} of ${counted(exploit.rows, "row")}`;
  setText(part(row, "exploit__paid"), wasPaid ? `${paid} (too much)` : paid);
}

/** @param {HTMLElement} row @param {Violation} violation */
function fillViolation(row, { right, wrong }) {
  setText(part(row, "violation__question"), right.instruction);
  setText(part(row, "violation__right-score"), `${number(right.score, 2)}: ${right.reason}`);
  setText(part(row, "violation__right"), right.response);
  setText(part(row, "violation__wrong-score"), `${number(wrong.score, 2)}: ${wrong.reason}`);
  setText(part(row, "violation__wrong"), wrong.response);
}
