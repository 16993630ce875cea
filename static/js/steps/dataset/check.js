// @ts-check
/** The check of every row: started, followed, and its findings in words. */

import { checkDataset, explain, inWords } from "../../lib/api.js";
import { count } from "../../lib/format.js";
import { createLatest } from "../../lib/latest.js";
import { findingsOf, verdictOf } from "../../state/datasets.js";
import { isUnderWay, jobOf, jobText, showFraction } from "./jobs.js";
import { fillList, find, part, setText, show, tell } from "../../lib/dom.js";
import { facts } from "../../ui/facts.js";

/** @param {HTMLElement} root @param {Context} context @param {(job: Job) => void} putJob */
export function mountCheck(root, context, putJob) {
  /** The draft that each job looks at, of those that this page started. @type {Map<string, string>} */
  const checked = new Map();
  /** The failed job whose failure has been said. */
  let told = "";
  const now = () => {
    const { dataset, prompt, training, model } = context.store.get().draft.config;
    return JSON.stringify([dataset, prompt, training, model]);
  };

  const latest = createLatest();
  find("dataset-check", root).addEventListener("click", () => {
    fail("");
    const asked = now();
    latest.ask(() => checkDataset(context.store.get().draft.config), {
      answered(job) {
        checked.set(job.job_id, asked);
        putJob(job);
      },
      refused: (error) => fail(explain(error)),
    });
  });

  const fail = (/** @type {string} */ text) => tell(root, "dataset-check-error", text);

  return {
    /** @param {State} state @param {ShownData} shown */
    render(state, { chosen }) {
      const job = jobOf(state, "check", chosen.source);
      const isBusy = isUnderWay(job);
      find("dataset-check", root, "button").disabled = isBusy;
      show(find("dataset-check-progress", root), isBusy);
      if (job && isBusy) {
        showFraction(find("dataset-check-meter", root, "progress"), job);
        setText(find("dataset-check-text", root), jobText(job, "Reading"));
      }
      if (job?.status === "failed" && job.error && told !== job.job_id) fail(inWords(job.error));
      told = job?.status === "failed" ? job.job_id : told;
      const isDone = job?.status === "completed";
      show(find("dataset-check-result", root), isDone);
      if (!isDone) return;
      show(find("dataset-check-stale", root), (checked.get(job.job_id) ?? now()) !== now());
      renderResult(root, /** @type {CheckReport} */ (job.result));
    },
  };
}

/** @param {HTMLElement} root @param {CheckReport} checks */
function renderResult(root, checks) {
  const { level, text } = verdictOf(checks);
  find("dataset-check-verdict", root).dataset.level = level;
  setText(find("dataset-check-verdict-text", root), text);
  facts(find("dataset-check-tiles", root), tilesOf(checks), "tile");
  fillList(find("dataset-check-findings", root), "dataset-finding", findingsOf(checks), (row, finding) => {
    row.dataset.level = finding.level;
    setText(part(row, "dataset__finding-title"), finding.title);
    setText(part(row, "dataset__finding-text"), finding.text);
    const examples = part(row, "dataset__finding-examples");
    show(examples, finding.examples.length > 0);
    fillList(examples, "text", finding.examples, setText);
  });
}

/** @param {CheckReport} checks @returns {[string, string][]} */
function tilesOf({ rows, usable, train, held_out: heldOut, warm_up: warmUp, longest_prompt: longest, answers }) {
  return [
    ["Rows", count(rows)], ["Usable", count(usable)], ["Trained on", count(train)], ["Held out", count(heldOut)],
    ...(warmUp ? [/** @type {[string, string]} */ (["Warm-up", count(warmUp)])] : []),
    ...(longest === null ? [] : [/** @type {[string, string]} */ (["Longest prompt", `${count(longest)} tokens`])]),
    ...(answers ? [/** @type {[string, string]} */ (["Longest answer", `${count(answers.longest)} tokens`])] : []),
  ];
}
