// @ts-check
/** The card that says whether the run can learn: what needs attention first, each with the click that mends it. */

import { askReady, attempt, checkDataset, inWords } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { counted } from "../../lib/format.js";
import { formatRoute } from "../../lib/router.js";
import { stepOf } from "../../state/draft.js";
import { findingsNow } from "../../state/plan.js";
import { itemOf, fillList, find, part, setText, show } from "../../lib/dom.js";

const QUIET_MS = 300;
/** What was not measured in time is asked for again after so long: other tabs have their turn. */
const AGAIN_MS = 2000;
/** @type {Record<string, string>} */
const PAGES = { model: "Model", dataset: "Dataset", reward: "Reward", config: "Configuration" };

/** @param {HTMLElement} root @param {Context} context */
export function mountReady(root, context) {
  const config = () => context.store.get().draft.config;
  const latest = createLatest(config);
  let asked = "";
  let isChecking = false;
  find("ready-list", root).addEventListener("click", (event) => {
    const { mend } = itemOf(event.target) ?? {};
    if (!mend || !(event.target instanceof HTMLButtonElement)) return;
    if (mend.checks_rows) checkRows();
    else context.set(mend.settings);
  });

  /** Have every row looked at; the plan counts with what that finds. */
  async function checkRows() {
    setChecking(true);
    if (!await attempt(() => checkDataset(config()), (text) => context.say(text, "error"))) setChecking(false);
  }

  /** @param {boolean} is */
  function setChecking(is) {
    isChecking = is;
    render(context.store.get());
  }
  context.live.on("dataset_update", ({ task, status, error }) => {
    if (task !== "check" || !["completed", "failed"].includes(status)) return;
    setChecking(false);
    if (error && context.store.get().route.step === "train") context.say(inWords(error), "error");
    context.refreshPlan();
  });

  /** Let the server measure what it does not know yet, once for each draft and visit. @param {State} state */
  function measure({ plan, route }) {
    const key = JSON.stringify(config());
    if (key === asked || plan.status !== "sound" || route.step !== "train") return;
    asked = key;
    latest.ask((signal) => askReady(config(), signal), {
      quietMs: QUIET_MS,
      answered(answer) {
        if (answer.ready.some((finding) => finding.level === "pending")) setTimeout(again, AGAIN_MS);
        context.refreshPlan();
      },
      refused: (error) => { if (error.code === "offline") asked = ""; },
    });
  }
  function again() {
    asked = "";
    measure(context.store.get());
  }
  context.live.on("connect", () => {
    again();
    setChecking(false); // its end may have been missed
  });

  /** @param {State} state */
  function render(state) {
    measure(state);
    draw(root, findingsNow(state.plan), isChecking);
  }
  return { again, render };
}

/** @param {HTMLElement} root @param {ReadyFinding[]} found @param {boolean} isChecking */
function draw(root, found, isChecking) {
  const good = found.filter((finding) => finding.level === "good");
  const others = found.filter((finding) => finding.level !== "good" && finding.level !== "pending");
  show(find("ready", root), found.length > 0);
  drawVerdict(root, found);
  drawBusy(root, found.filter((finding) => finding.level === "pending"));
  fillList(find("ready-list", root), "ready", others, (row, finding) => fillFinding(row, finding, isChecking));
  show(find("ready-fine", root), good.length > 0);
  setText(find("ready-fine-title", root), fineText(good, good.length === found.length));
  fillList(find("ready-fine-list", root), "ready-fine", good, (row, { title, text }) => {
    setText(part(row, "ready__title"), title);
    setText(part(row, "ready__text"), text);
  });
}

/** @param {HTMLElement} root @param {ReadyFinding[]} found */
function drawVerdict(root, found) {
  const of = (/** @type {string} */ level) => found.filter((finding) => finding.level === level).length;
  const badge = find("ready-verdict", root);
  const [status, text] = of("error") ? ["bad", `${counted(of("error"), "thing")} to mend`]
    : of("warning") ? ["warning", `${counted(of("warning"), "thing")} to look at`]
      : of("pending") ? ["plain", "Trying it out"] : ["good", "Ready"];
  badge.dataset.status = status;
  setText(badge, text);
}

/** @param {HTMLElement} root @param {ReadyFinding[]} pending */
function drawBusy(root, pending) {
  show(find("ready-busy", root), pending.length > 0);
  setText(find("ready-busy", root), `Trying on the first rows: ${titlesOf(pending)}`);
}

/** @param {ReadyFinding[]} found */
const titlesOf = (found) => found.map(({ title }) => title.toLowerCase()).join(", ");

/** @param {ReadyFinding[]} good @param {boolean} isAll */
function fineText(good, isAll) {
  return `${isAll ? "All is well" : "In order"}: ${titlesOf(good)}`;
}

/** @param {HTMLElement} row @param {ReadyFinding} finding @param {boolean} isChecking */
function fillFinding(row, { level, title, text, field, mend }, isChecking) {
  row.dataset.level = level;
  setText(part(row, "ready__title"), title);
  setText(part(row, "ready__text"), text);
  const button = part(row, "ready__mend", "button");
  show(button, mend !== null);
  button.disabled = isChecking && Boolean(mend?.checks_rows);
  setText(button, mend?.label ?? "");
  const link = part(row, "ready__go", "a");
  const step = stepOf(field);
  show(link, mend === null && (level === "error" || level === "warning" || level === "info"));
  link.href = formatRoute({ step });
  setText(link, PAGES[step] ?? "");
  link.setAttribute("aria-label", `${title}: go to ${PAGES[step] ?? "the setting"}`);
}
