// @ts-check
/** The comparison's lists: the chosen runs, their end results, and the settings in which they differ. */

import { words } from "../../lib/format.js";
import { formatRoute } from "../../lib/router.js";
import { labelOf } from "../../forms/schema.js";
import { labelAmong, resultsOf, settingRows } from "../../state/compare.js";
import { lookOf } from "../../state/run_charts.js";
import { DASHES } from "../../ui/plot.js";
import { fillList, find, make, part, setText, show } from "../../lib/dom.js";

/** @typedef {import("../compare.js").Entry} Entry */

/** @param {HTMLElement} root @param {Entry[]} all */
export function renderRuns(root, all) {
  const sessions = all.map((entry) => entry.session).filter((session) => session !== null);
  const rows = all.map((entry, index) => {
    const label = entry.session ? labelAmong(entry.session, sessions) : entry.id;
    return { ...entry, index, label };
  });
  fillList(find("compared", root), "compared", rows, fillRun);
}

/** @param {HTMLElement} row @param {Entry & {index: number, label: string}} entry */
function fillRun(row, entry) {
  const { colour, dash } = lookOf(entry.index);
  row.dataset.series = String(colour);
  row.querySelector("line")?.setAttribute("stroke-dasharray", DASHES[dash].join(" "));
  const link = part(row, "row__title", "a");
  if (entry.status === "missing") link.removeAttribute("href");
  else link.href = formatRoute({ step: "monitor", session: entry.id });
  setText(link, entry.label);
  setText(part(row, "row__about"), aboutText(entry));
  const badge = part(row, "badge");
  const [level, word] = {
    loading: ["plain", "reading"], missing: ["failed", "not found"], failed: ["failed", "not read"],
    ready: [entry.session?.status, entry.session?.status],
  }[entry.status];
  badge.dataset.status = level;
  setText(badge, words(word));
  row.querySelector("button")?.setAttribute("aria-label", `Take ${entry.label} out of the comparison`);
}

/** @param {Entry & {label: string}} entry */
function aboutText({ status, problem, session, id, label }) {
  if (status === "missing") return "There is no session of this name any more.";
  if (status === "failed") return problem;
  if (!session) return "";
  const { model, dataset } = session.config;
  return [label.includes(id) ? "" : id, model.name, dataset.source].filter(Boolean).join(" · ");
}

/** @param {HTMLElement} root @param {import("../../state/compare.js").Run[]} runs @param {Section} defaults
 * @param {boolean} isAll */
export function renderTables(root, runs, defaults, isAll) {
  if (runs.length < 2) return;
  const now = Date.now() / 1000;
  fillList(find("compare-results", root), "compare-cells", runs, (row, run) => {
    row.replaceChildren(head("row", run.label), ...resultsOf(run, now).map((text) => make("td", "", text)));
  });
  const rows = settingRows(runs.map((run) => run.session.config), defaults, isAll);
  show(find("compare-settings-scroll", root), rows.length > 0);
  show(find("compare-settings-empty", root), rows.length === 0);
  const heads = ["Setting", ...runs.map((run) => run.label)].map((text) => head("col", text));
  find("compare-settings-head", root).replaceChildren(...heads);
  fillList(find("compare-settings", root), "compare-cells", rows, (row, { name, values, isSame }) => {
    const first = head("row", labelOf(name));
    first.title = name;
    row.replaceChildren(first, ...values.map((text) => make("td", isSame ? "muted" : "", text)));
  });
}

/** @param {"row" | "col"} scope @param {string} text */
function head(scope, text) {
  const cell = make("th", "", text);
  cell.setAttribute("scope", scope);
  return cell;
}
