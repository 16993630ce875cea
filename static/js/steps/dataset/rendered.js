// @ts-check
/** Three rows as the model and the reward will see them. */

import { explain } from "../../lib/api.js";
import { fillList, find, part, setText, show } from "../../lib/dom.js";
import { counted } from "../../lib/format.js";
import { cellText } from "../../state/datasets.js";

/** What keeps the first rows from being read is said once, beside them.
 * @param {HTMLElement} root @param {any} answer @param {any} look */
export function renderRendered(root, answer, look) {
  const { status, value, error } = answer ?? { status: "busy", value: null, error: null };
  const isFailed = status === "failed";
  const isSaid = isFailed && look?.status === "failed" && look.error.message === error.message;
  show(find("rendered-busy", root), status === "busy");
  show(find("rendered-error", root), isFailed && !isSaid);
  setText(find("rendered-error-text", root), isFailed ? explain(error) : "");
  const notice = value && !isFailed ? [...value.notices.map((/** @type {string} */ text) => `${text}.`), value.problem?.message ?? ""].filter(Boolean).join(" ") : "";
  setText(find("rendered-notice-text", root), notice);
  show(find("rendered-notice", root), notice !== "");
  const samples = isFailed ? [] : (value?.samples ?? []);
  fillList(find("rendered", root), "dataset-rendered", samples, (row, sample, index) => fillSample(row, sample, index));
  show(find("rendered-empty", root), isSaid || (status === "known" && samples.length === 0));
  setText(find("rendered-empty", root), isSaid ? "They appear here once the first rows can be read." : "No row is left. Look at the filters and the columns.");
}

/** @param {HTMLElement} row @param {any} sample @param {number} index */
function fillSample(row, sample, index) {
  setText(row.querySelector("h4"), `Row ${index + 1}`);
  setText(part(row, "chip"), sample.tokens === null ? "" : counted(sample.tokens, "token"));
  show(part(row, "chip"), sample.tokens !== null);
  const prompt = part(row, "code");
  setText(prompt, sample.prompt);
  prompt.setAttribute("aria-label", `Prompt of row ${index + 1}`);
  setText(part(row, "rendered__reference"), cellText(sample.reference) || "empty");
  setText(part(row, "rendered__perfect"), sample.perfect_answer);
  const extras = Object.entries(sample.extras).map(([name, value]) => `${name}: ${cellText(value).slice(0, 200)}`);
  show(part(row, "rendered__extras"), extras.length > 0);
  setText(part(row, "rendered__extras").querySelector(".mono"), extras.join("\n"));
}
