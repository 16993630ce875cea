// @ts-check
/** The first rows of the chosen data set as a table, what is known of the rest, and its download. */

import { NO_ANSWER } from "./answer.js";
import { downloadDataset, explain, inWords } from "../../lib/api.js";
import { bytes, count } from "../../lib/format.js";
import { cellAt, cellText, columnsIn, wantedOf } from "../../state/datasets.js";
import { read } from "../../ui/copy.js";
import { isUnderWay, jobOf, jobText, showFraction } from "./jobs.js";
import { fillList, find, make, setText, show, tell } from "../../lib/dom.js";

const CELL_CHARACTERS = 160;
const LARGE_ROWS = 100_000;
const CUT_ROWS = 5000;
/** @type {Record<string, string>} */
const KINDS = { hub: "Hugging Face hub", upload: "your file", builtin: "built-in", procedural: "procedural" };
const ROLES = {
  instruction_field: "question", response_field: "answer", context_field: "context", reasoning_field: "reasoning",
};

/** @param {HTMLElement} root @param {Context} context
 * @param {{follow: (again?: boolean) => void, putJob: (job: Job) => void}} tell */
export function mountLook(root, context, { follow, putJob }) {
  /** @type {{value: DataPreview, key: string} | null} */
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
    /** @param {State} state @param {ShownData} shown */
    render(state, { chosen }) {
      const { status, value, error } = state.look ?? NO_ANSWER;
      setText(find("look-title", root), chosen.title);
      fillList(find("look-facts", root), "dataset-chip", factsOf(chosen, value, context.get), setText);
      show(find("look-busy", root), status === "busy");
      tell(root, "look-error", status === "failed" ? explain(error) : "");
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

/** @param {HTMLElement} root @param {DataPreview} look @param {Record<string, string>} roles @param {Say} say */
function drawTable(root, { columns, rows }, roles, say) {
  find("look-head", root).replaceChildren(...columns.map((column) => headOf(column, roles[column])));
  find("look-body", root).replaceChildren(...rows.map((row, index) => {
    const line = make("tr");
    const cell = (/** @type {string} */ column) =>
      cellOf(cellText(cellAt(row, column)), `${column}, row ${index + 1}`, say);
    line.append(...columns.map(cell));
    return line;
  }));
}

/** A set of the hub that takes long to fetch and to train on is better cut.
 * @param {HTMLElement} root @param {number} rows @param {string} kind @param {Get} get */
function renderLarge(root, rows, kind, get) {
  show(find("look-large", root), kind === "hub" && rows > LARGE_ROWS && get("dataset.max_samples") === null);
  const text = `${count(rows)} rows are far more than one run needs, and all of them would be downloaded.`;
  setText(find("look-large-text", root), text);
}

/** @param {HTMLElement} root @param {ChosenData} chosen @param {Job | undefined} job */
function renderDownload(root, { kind }, job) {
  const mine = kind === "hub" ? job : undefined;
  const isBusy = isUnderWay(mine);
  const meter = find("dataset-download-meter", root, "progress");
  show(find("dataset-download", root), kind === "hub" && !isBusy);
  show(find("dataset-download-part", root), Boolean(mine));
  show(meter, isBusy);
  if (!mine) return;
  showFraction(meter, mine);
  setText(find("dataset-download-text", root), downloadText(mine));
}

/** @param {Job} job */
function downloadText(job) {
  if (isUnderWay(job)) return jobText(job, "Downloading");
  if (job.error) return `The download failed. ${inWords(job.error)}`;
  const { rows } = /** @type {{rows: number}} */ (job.result);
  return `Downloaded: ${count(rows)} rows are on this machine now.`;
}

/** @param {ChosenData} chosen @param {DataPreview | null} value @param {Get} get @returns {string[]} */
function factsOf(chosen, value, get) {
  const rows = value?.total_rows ?? chosen.facts?.rows;
  const which = [get("dataset.subset"), get("dataset.split")].filter(Boolean).join(" / ");
  const subset = chosen.kind === "hub" ? which : "";
  const size = chosen.facts?.size_bytes ? bytes(chosen.facts.size_bytes) : "";
  return [
    KINDS[chosen.kind], subset, rows ? `${count(rows)} rows` : "", size, chosen.known?.licence ?? "",
    value ? `${value.columns.length} columns` : "", ...(value?.notes ?? []),
  ].filter(Boolean);
}

/** Column to what the draft takes it, or a value in it, for.
 * @param {string[]} columns @param {Get} get @returns {Record<string, string>} */
function rolesOf(columns, get) {
  /** @param {string} column @param {string | string[] | null} field */
  const isIn = (column, field) => columnsIn(field).some((path) => path === column || path.startsWith(`${column}.`));
  return Object.fromEntries(columns.map((column) => {
    const roles = Object.entries(ROLES).filter(([key]) => isIn(column, get(`dataset.${key}`)));
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

/** @param {string} text @param {string} about @param {Say} say */
function cellOf(text, about, say) {
  const isLong = text.length > CELL_CHARACTERS;
  const shown = isLong ? `${text.slice(0, CELL_CHARACTERS).trimEnd()}… ` : text || "empty";
  const cell = make("td", text ? "" : "muted", shown);
  if (!isLong) return cell;
  const button = Object.assign(make("button", "dataset__more-text", "Read all"), { type: "button" });
  button.setAttribute("aria-label", `Read all of ${about}`);
  button.addEventListener("click", () => read(about, text, say));
  cell.append(button);
  return cell;
}
