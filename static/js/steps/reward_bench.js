// @ts-check
/** The Reward Bench: grades the draft's reward, shows the evidence, and says when the grade is out of date. */

import { benchReward, explain } from "../lib/api.js";
import { fillList, find, part, setText, show } from "../lib/dom.js";
import { count, counted, moment, number } from "../lib/format.js";
import { GRADES, isPaid, reportsOf, SEVERITIES, shouldEarn, tilesOf } from "../state/bench.js";
import { fingerprint, partsOf, presetOf } from "../state/rewards.js";
import { keep, kept, rewardsOf, tell } from "./reward_shared.js";

const KEPT = "reward-grade";

/** @param {HTMLElement} root @param {any} context */
export function mountBench(root, context) {
  const button = /** @type {HTMLButtonElement} */ (find("bench-run", root));
  const samples = /** @type {HTMLSelectElement} */ (find("bench-samples", root));
  /** @type {{mark: string, result: any, at: number} | null} the last grade, and of which reward it is */
  let last = kept(KEPT);
  let isBusy = false;
  let problem = "";
  let chosen = "";
  /** @type {any} */
  let shown = null;

  button.addEventListener("click", async () => {
    if (isBusy) return;
    isBusy = true;
    problem = "";
    render(context.store.get());
    const mark = markOf();
    try {
      const result = await benchReward(context.store.get().draft.config, Number(samples.value));
      last = { mark, result, at: Date.now() / 1000 };
      keep(context, KEPT, last);
    } catch (error) {
      problem = explain(error);
    } finally {
      isBusy = false;
      render(context.store.get());
    }
  });
  find("bench-parts", root).addEventListener("change", (event) => {
    chosen = /** @type {HTMLInputElement} */ (event.target).value;
    render(context.store.get());
  });

  const markOf = () => {
    const state = context.store.get();
    return fingerprint(state.draft.config, rewardsOf(state).custom, partsOf(context.get));
  };

  /** @param {any} state */
  function render(state) {
    const rewards = rewardsOf(state);
    button.disabled = isBusy || state.connection === "offline";
    show(find("bench-busy", root), isBusy);
    tell(find("bench-error", root), find("bench-error-text", root), problem);
    const isStale = Boolean(last) && rewards.status === "ready" && last?.mark !== markOf();
    show(find("bench-stale", root), isStale && !isBusy);
    setText(find("bench-run-text", root), last ? "Grade again" : "Grade this reward");
    show(find("bench-result", root), Boolean(last));
    find("bench-result", root).dataset.stale = String(isStale);
    if (last && rewards.status === "ready") renderLast(last, rewards.list);
  }

  /** @param {{result: any, at: number}} graded @param {any[]} catalogue */
  function renderLast(graded, catalogue) {
    const reports = reportsOf(graded.result, (name) => presetOf(catalogue, name)?.title ?? name);
    const one = reports.find((report) => report.name === chosen) ?? reports[0];
    const key = JSON.stringify([graded.at, one.name]);
    if (key === shown) return;
    shown = key;
    renderChoice(reports, one.name);
    const { grade } = one.report;
    find("grade-letter", root).dataset.grade = grade;
    setText(find("grade-letter", root), grade);
    setText(find("grade-words", root), `Grade ${grade}. ${GRADES[grade] ?? ""}`);
    const of = reports.length === 1 ? "" : one.name === "together" ? "All parts together, as training sums them. " : `${one.title} alone; training goes by the grade of all together. `;
    setText(find("grade-about", root), `${of}${count(one.report.completions)} completions on ${counted(one.report.rows, "row")}, ${moment(graded.at)}.`);
    renderReport(one.report);
  }

  /** @param {{name: string, title: string, report: any}[]} reports @param {string} name */
  function renderChoice(reports, name) {
    show(find("bench-parts-part", root), reports.length > 1);
    fillList(find("bench-parts", root), "category", reports.length > 1 ? reports : [], (row, item) => {
      const input = /** @type {HTMLInputElement} */ (row.querySelector("input"));
      input.name = "bench-report";
      input.value = item.name;
      setText(row.querySelector("span"), `${item.title}: ${item.report.grade}`);
    });
    for (const input of find("bench-parts", root).querySelectorAll("input")) input.checked = input.value === name;
  }

  /** @param {any} report */
  function renderReport(report) {
    fillList(find("bench-findings", root), "bench-finding", report.findings, fillFinding);
    show(find("bench-clean", root), report.findings.length === 0);
    fillList(find("bench-tiles", root), "tile", tilesOf(report), (row, tile) => {
      row.dataset.level = tile.level;
      setText(row.querySelector("dt"), tile.name);
      setText(row.querySelector("dd"), tile.value);
    });
    fillList(find("bench-exploits", root), "exploit", report.exploits, (row, exploit) => fillExploit(row, exploit, report.judges_truth));
    const { violations } = report;
    show(find("bench-violations-part", root), violations.length > 0);
    setText(find("bench-violations-title", root), `${counted(violations.length, "row")} in which a wrong answer earns as much as the right one`);
    fillList(find("bench-violations", root), "violation", violations.slice(0, 20), fillViolation);
  }
  return { render };
}

/** @param {HTMLElement} row @param {any} finding */
function fillFinding(row, finding) {
  const { title, status } = SEVERITIES[finding.severity] ?? { title: finding.severity, status: "plain" };
  row.dataset.severity = finding.severity;
  part(row, "badge").dataset.status = status;
  setText(part(row, "badge"), title);
  setText(part(row, "bench-finding__what"), finding.what);
  setText(part(row, "bench-finding__evidence"), finding.evidence);
  setText(part(row, "bench-finding__cure"), finding.what_to_do);
}

/** @param {HTMLElement} row @param {any} exploit @param {boolean} judgesTruth */
function fillExploit(row, exploit, judgesTruth) {
  const wasPaid = isPaid(exploit, judgesTruth);
  row.dataset.paid = String(wasPaid);
  setText(part(row, "exploit__name"), exploit.name);
  setText(part(row, "exploit__summary"), exploit.summary);
  setText(part(row, "exploit__should"), shouldEarn(exploit.kind, judgesTruth));
  setText(part(row, "exploit__mean"), number(exploit.mean, 2));
  setText(part(row, "exploit__paid"), `${exploit.paid} of ${counted(exploit.rows, "row")}${wasPaid ? " (too much)" : ""}`);
}

/** @param {HTMLElement} row @param {any} violation */
function fillViolation(row, { right, wrong }) {
  setText(part(row, "violation__question"), right.instruction);
  setText(part(row, "violation__right-score"), `${number(right.score, 2)}: ${right.reason}`);
  setText(part(row, "violation__right"), right.response);
  setText(part(row, "violation__wrong-score"), `${number(wrong.score, 2)}: ${wrong.reason}`);
  setText(part(row, "violation__wrong"), wrong.response);
}
