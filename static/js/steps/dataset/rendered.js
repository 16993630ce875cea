// @ts-check
/** Three rows as the model and the reward will see them. */

import { NO_ANSWER } from "./answer.js";
import { explain } from "../../lib/api.js";
import { counted } from "../../lib/format.js";
import { cellText } from "../../state/datasets.js";
import { fillList, find, part, setText, show, showText, tell } from "../../lib/dom.js";

/** What keeps the first rows from being read is said once, beside them.
 * @param {HTMLElement} root @param {State["rendered"]} answer @param {State["look"]} look */
export function renderRendered(root, answer, look) {
  const { status, value, error } = answer ?? NO_ANSWER;
  const isFailed = status === "failed";
  const isSaid = isFailed && look?.status === "failed" && look.error?.message === error?.message;
  show(find("rendered-busy", root), status === "busy");
  tell(root, "rendered-error", isFailed && !isSaid ? explain(error) : "");
  const shown = isFailed ? null : value;
  const notices = [...(shown?.notices ?? []), shown?.problem?.message ?? ""];
  tell(root, "rendered-notice", notices.filter(Boolean).join(" "));
  const samples = shown?.samples ?? [];
  fillList(find("rendered", root), "dataset-rendered", samples, fillSample);
  show(find("rendered-empty", root), isSaid || (status === "known" && samples.length === 0));
  const none = "No row is left. Look at the filters and the columns.";
  setText(find("rendered-empty", root), isSaid ? "They appear here once the first rows can be read." : none);
}

/** @param {HTMLElement} row @param {RenderedRow} sample @param {number} index */
function fillSample(row, sample, index) {
  setText(row.querySelector("h4"), `Row ${index + 1}`);
  showText(part(row, "chip"), sample.tokens === null ? "" : counted(sample.tokens, "token"));
  const prompt = part(row, "code");
  setText(prompt, sample.prompt);
  prompt.setAttribute("aria-label", `Prompt of row ${index + 1}`);
  setText(part(row, "rendered__reference"), cellText(sample.reference) || "empty");
  setText(part(row, "rendered__perfect"), sample.perfect_answer);
  const extras = Object.entries(sample.extras).map(([name, value]) => `${name}: ${cellText(value).slice(0, 200)}`);
  show(part(row, "rendered__extras"), extras.length > 0);
  setText(part(row, "rendered__extras").querySelector(".mono"), extras.join("\n"));
}
