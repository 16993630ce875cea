// @ts-check
/** The check of every row: started, followed, and its findings in words. */

import { checkDataset, explain } from "../../lib/api.js";
import { fillList, find, part, setText, show } from "../../lib/dom.js";
import { count } from "../../lib/format.js";
import { createLatest } from "../../lib/latest.js";
import { findingsOf, verdictOf } from "../../state/datasets.js";
import { isUnderWay, jobOf, jobText, showFraction } from "./jobs.js";

/** @param {HTMLElement} root @param {any} context @param {(job: any) => void} putJob */
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

  /** @param {string} text */
  function fail(text) {
    setText(find("dataset-check-error-text", root), text);
    show(find("dataset-check-error", root), text !== "");
  }

  return {
    /** @param {any} state @param {import("../dataset.js").Shown} shown */
    render(state, { chosen }) {
      const job = jobOf(state, "check", chosen.source);
      const isBusy = isUnderWay(job);
      /** @type {HTMLButtonElement} */ (find("dataset-check", root)).disabled = isBusy;
      show(find("dataset-check-progress", root), isBusy);
      if (job && isBusy) {
        showFraction(find("dataset-check-meter", root), job);
        setText(find("dataset-check-text", root), jobText(job, "Reading"));
      }
      if (job?.status === "failed" && told !== job.job_id) fail(`${job.error.message} ${job.error.hint}`);
      told = job?.status === "failed" ? job.job_id : told;
      const isDone = job?.status === "completed";
      show(find("dataset-check-result", root), isDone);
      if (!isDone) return;
      show(find("dataset-check-stale", root), (checked.get(job.job_id) ?? now()) !== now());
      renderResult(root, job.result);
    },
  };
}

/** @param {HTMLElement} root @param {any} checks */
function renderResult(root, checks) {
  const { level, text } = verdictOf(checks);
  find("dataset-check-verdict", root).dataset.level = level;
  setText(find("dataset-check-verdict-text", root), text);
  fillList(find("dataset-check-tiles", root), "tile", tilesOf(checks), (tile, [name, value]) => {
    setText(tile.querySelector("dt"), name);
    setText(tile.querySelector("dd"), value);
  });
  fillList(find("dataset-check-findings", root), "dataset-finding", findingsOf(checks), (row, finding) => {
    row.dataset.level = finding.level;
    setText(part(row, "dataset__finding-title"), finding.title);
    setText(part(row, "dataset__finding-text"), finding.text);
    show(part(row, "dataset__finding-examples"), finding.examples.length > 0);
    fillList(part(row, "dataset__finding-examples"), "text", finding.examples, (item, example) => setText(item, example));
  });
}

/** @param {any} checks @returns {string[][]} */
function tilesOf(checks) {
  const longest = checks.longest_prompt === null ? [] : [["Longest prompt", `${count(checks.longest_prompt)} tokens`]];
  const warmUp = checks.warm_up ? [["Warm-up", count(checks.warm_up)]] : [];
  const tooLong = checks.findings.too_long?.count ?? 0; // counted apart: the split is made before prompts are measured
  const most = tooLong ? ", at most" : "";
  return [
    ["Rows", count(checks.rows)], ["Usable", count(checks.usable - tooLong)], [`Trained on${most}`, count(Math.min(checks.train, checks.usable - tooLong))],
    [`Held out${most}`, count(Math.min(checks.held_out, checks.usable - tooLong))], ...warmUp, ...longest,
  ];
}
