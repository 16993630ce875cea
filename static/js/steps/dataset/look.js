// @ts-check
/** The first rows of the chosen data set as a table, what is known of the rest, and its download. */

import { downloadDataset, explain } from "../../lib/api.js";
import { fillList, find, make, setText, show } from "../../lib/dom.js";
import { bytes, count } from "../../lib/format.js";
import { cellAt, cellText, wantedOf } from "../../state/datasets.js";
import { read } from "../../ui/copy.js";
import { isUnderWay, jobOf, jobText, showFraction } from "./jobs.js";

const CELL_CHARACTERS = 160;
const LARGE_ROWS = 100_000;
const CUT_ROWS = 5000;
const KINDS = /** @type {Record<string, string>} */ ({ hub: "Hugging Face hub", upload: "your file", builtin: "built-in", procedural: "procedural" });
const ROLE_NAMES = /** @type {Record<string, string>} */ ({ instruction_field: "question", response_field: "answer", context_field: "context", reasoning_field: "reasoning" });

/** @param {HTMLElement} root @param {any} context @param {{follow: (again?: boolean) => void, putJob: (job: any) => void}} tell */
export function mountLook(root, context, { follow, putJob }) {
  /** @type {any} */
  let drawn = null;

  find("look-again", root).addEventListener("click", () => follow(true));
  find("look-count", root).addEventListener("change", () => follow());
  find("look-large-cut", root).addEventListener("click", () => context.set({ "dataset.max_samples": CUT_ROWS }));
  find("dataset-download", root).addEventListener("click", async () => {
    try {
      putJob(await downloadDataset(wantedOf(context.get)));
    } catch (error) {
      context.say(explain(error), "error");
    }
  });

  return {
    /** @param {any} state @param {import("../dataset.js").Shown} shown */
    render(state, { chosen }) {
      const { status, value, error } = state.look ?? { status: "busy", value: null, error: null };
      setText(find("look-title", root), chosen.title);
      fillList(find("look-facts", root), "dataset-chip", factsOf(chosen, value, context.get), (row, text) => setText(row, text));
      show(find("look-busy", root), status === "busy");
      show(find("look-error", root), status === "failed");
      setText(find("look-error-text", root), status === "failed" ? explain(error) : "");
      show(find("look-scroll", root), Boolean(value) && status !== "failed");
      const roles = rolesOf(value?.columns ?? [], context.get);
      const key = JSON.stringify(roles);
      if (value && (value !== drawn?.value || key !== drawn.key)) {
        drawTable(root, value, roles, context.say);
        drawn = { value, key };
      }
      renderLarge(root, chosen.facts?.rows ?? value?.total_rows ?? 0, chosen.kind, context.get);
      renderDownload(root, chosen, jobOf(state, "download", chosen.source));
    },
  };
}

/** @param {HTMLElement} root @param {any} value @param {Record<string, string>} roles @param {any} say */
function drawTable(root, value, roles, say) {
  find("look-head", root).replaceChildren(...value.columns.map((/** @type {string} */ column) => headOf(column, roles[column])));
  find("look-body", root).replaceChildren(...value.rows.map((/** @type {any} */ row, /** @type {number} */ index) => {
    const line = make("tr");
    line.append(...value.columns.map((/** @type {string} */ column) => cellOf(cellText(cellAt(row, column)), `${column}, row ${index + 1}`, say)));
    return line;
  }));
}

/** A set of the hub that takes long to fetch and to train on is better cut.
 * @param {HTMLElement} root @param {number} rows @param {string} kind @param {(name: string) => any} get */
function renderLarge(root, rows, kind, get) {
  show(find("look-large", root), kind === "hub" && rows > LARGE_ROWS && get("dataset.max_samples") === null);
  setText(find("look-large-text", root), `${count(rows)} rows are far more than one run needs, and all of them would be downloaded.`);
}

/** @param {HTMLElement} root @param {import("./lists.js").Chosen} chosen @param {any} job */
function renderDownload(root, chosen, job) {
  const isMine = chosen.kind === "hub" && Boolean(job);
  const isBusy = isMine && isUnderWay(job);
  show(find("dataset-download", root), chosen.kind === "hub" && !isBusy);
  show(find("dataset-download-part", root), isMine);
  if (!isMine) return;
  show(find("dataset-download-meter", root), isBusy);
  showFraction(find("dataset-download-meter", root), job);
  setText(find("dataset-download-text", root), downloadText(job));
}

/** @param {any} job */
function downloadText(job) {
  if (isUnderWay(job)) return jobText(job, "Downloading");
  if (job.status === "failed") return `The download failed. ${job.error.message} ${job.error.hint}`;
  return `Downloaded: ${count(job.result.rows)} rows are on this machine now.`;
}

/** @param {import("./lists.js").Chosen} chosen @param {any} value @param {(name: string) => any} get @returns {string[]} */
function factsOf(chosen, value, get) {
  const rows = value?.total_rows ?? chosen.facts?.rows;
  const subset = chosen.kind === "hub" ? [get("dataset.subset"), get("dataset.split")].filter(Boolean).join(" / ") : "";
  const size = chosen.facts?.size_bytes ? bytes(chosen.facts.size_bytes) : "";
  return [
    KINDS[chosen.kind], subset, rows ? `${count(rows)} rows` : "", size, chosen.known?.licence ?? "",
    value ? `${value.columns.length} columns` : "", ...(value?.notes ?? []),
  ].filter(Boolean);
}

/** Column to what the draft takes it, or a value in it, for.
 * @param {string[]} columns @param {(name: string) => any} get @returns {Record<string, string>} */
function rolesOf(columns, get) {
  const isIn = (/** @type {string} */ column, /** @type {string | null} */ path) => path === column || Boolean(path?.startsWith(`${column}.`));
  return Object.fromEntries(columns.map((column) => {
    const roles = Object.entries(ROLE_NAMES).filter(([key]) => isIn(column, get(`dataset.${key}`)));
    return [column, roles.map(([, role]) => role).join(", ")];
  }));
}

/** @param {string} column @param {string} role empty for none */
function headOf(column, role) {
  const head = make("th", "", column);
  head.setAttribute("scope", "col");
  if (role) {
    head.dataset.role = role;
    head.append(" ", make("span", "chip", role));
  }
  return head;
}

/** @param {string} text @param {string} about @param {any} say */
function cellOf(text, about, say) {
  const cell = make("td", text ? "" : "muted", text.length > CELL_CHARACTERS ? `${text.slice(0, CELL_CHARACTERS).trimEnd()}… ` : text || "empty");
  if (text.length <= CELL_CHARACTERS) return cell;
  const button = make("button", "dataset__more-text", "Read all");
  button.setAttribute("type", "button");
  button.setAttribute("aria-label", `Read all of ${about}`);
  button.addEventListener("click", () => read(about, text, say));
  cell.append(button);
  return cell;
}
