// @ts-check
/** Questions and their answers as they come: each request has its columns, and what arrives finds its own; pure. */

import { counted, number, percent } from "../lib/format.js";

/** @param {string} label @param {Column["markers"]} markers @returns {Column} */
export const newColumn = (label, markers) => ({
  label, kind: "sent", text: "", tokens: 0, seconds: 0, message: "", answer: null, markers,
});

/** A question that has just been asked.
 * @param {Omit<Exchange, "isPending" | "isTakenUp" | "error">} asked @returns {Exchange} */
export const asked = (asked) => ({ ...asked, isPending: true, isTakenUp: false, error: null });

/** A generation_update; those of other requests, and those that come after the answer, change nothing.
 * @param {GenerationUpdate} message @returns {(exchange: Exchange) => Exchange} */
export const noted = ({ request_id: id, column: at, kind, text, tokens, seconds, message }) => (exchange) => {
  const old = exchange.columns[at];
  if (exchange.id !== id || !exchange.isPending || exchange.isTakenUp || !old || old.answer) return exchange;
  const next = { ...old, kind, text: old.text + text, tokens: Math.max(old.tokens, tokens), seconds, message };
  return { ...exchange, columns: exchange.columns.with(at, next) };
};

/** Whether a model of a comparison failed while others may have answered. @param {ChatAnswer | null} answer */
const isRefused = (answer) => answer?.finish_reason === "refused";

/** The reply of the request, which is the truth whatever was streamed; of a model that failed, what was streamed stays.
 * @param {ChatAnswer[]} answers one per column @returns {(exchange: Exchange) => Exchange} */
export const answered = (answers) => (exchange) => ({
  ...exchange,
  isPending: false,
  columns: exchange.columns.map((column, index) => {
    const answer = answers[index];
    if (isRefused(answer)) return { ...column, kind: "end", answer };
    return { ...column, kind: "end", answer, text: answer.response, tokens: answer.tokens };
  }),
});

/** The server refused, or could not be reached; what was streamed stays. @param {Exchange["error"]} error
 * @returns {(exchange: Exchange) => Exchange} */
export const refused = (error) => (exchange) => ({
  ...exchange, isPending: false, error, columns: exchange.columns.map((column) => ({ ...column, kind: "end" })),
});

/** What the server knows of a request that was under way when the page was loaded anew. @param {RecentAnswer} known
 * @returns {(exchange: Exchange) => Exchange} */
export const resumed = (known) => (exchange) => {
  if (known.error) return refused(known.error)(exchange);
  if (known.reply) return answered("answers" in known.reply ? known.reply.answers : [known.reply])(exchange);
  const columns = exchange.columns.map((column, index) => ({ ...column, ...known.columns[index] }));
  return { ...exchange, isTakenUp: true, columns };
};

/** The list with one exchange changed. @param {string} id @param {(exchange: Exchange) => Exchange} change
 * @returns {(exchanges: Exchange[]) => Exchange[]} */
export const inList = (id, change) => (exchanges) => {
  const at = exchanges.findIndex((exchange) => exchange.id === id);
  if (at < 0) return exchanges;
  const next = change(exchanges[at]);
  return next === exchanges[at] ? exchanges : exchanges.with(at, next);
};

/** The conversation so far, as it is sent with the next question: turns that were answered.
 * @param {Exchange[]} exchanges @returns {{role: string, content: string}[]} */
export const historyOf = (exchanges) => exchanges.filter(({ isTurn }) => isTurn).flatMap(({ prompt, columns }) => {
  const response = columns[0].answer?.response;
  return response ? [{ role: "user", content: prompt }, { role: "assistant", content: response }] : [];
});

/** What a column is doing, while it is doing something. @param {Column} column @param {boolean} isPending */
export function progressText(column, isPending) {
  if (column.answer || !isPending) return "";
  if (column.kind === "sent") return "In line";
  if (column.kind === "waiting" || column.kind === "loading") return column.message || "Waiting";
  if (column.kind === "end") return "Done, scored next";
  return `Writing: ${counted(column.tokens, "token")}`;
}

const ENDS = /** @type {Record<string, {text: string, level: string}>} */ ({
  stop: { text: "ended by itself", level: "good" },
  length: { text: "cut at the limit", level: "warning" },
  cancelled: { text: "stopped", level: "plain" },
  refused: { text: "not taken", level: "bad" },
});

/** Why an answer ended. @param {ChatAnswer} answer */
export const endOf = ({ finish_reason: end }) => ENDS[end] ?? { text: end, level: "plain" };

/** Why a column has no answer: its model failed, or the whole question was refused.
 * @param {Exchange} exchange @param {Column} column */
export function problemOf({ error }, { answer }) {
  if (answer && isRefused(answer)) return answer.problem ?? "";
  return error && !answer ? `${error.message} ${error.hint}`.trim() : "";
}

/** Whether a column shows a text, if only that it is empty. @param {Column} column */
export const hasText = ({ text, answer }) => text !== "" || Boolean(answer && !isRefused(answer));

/** What an answer cost, in a few words; nothing where there is none. @param {ChatAnswer} answer @returns {string[]} */
export const costsOf = (answer) => (isRefused(answer) ? [] : [
  counted(answer.tokens, "token"),
  Number.isFinite(answer.tokens_per_second) ? `${number(answer.tokens_per_second, 1)} tokens/s` : "",
  Number.isFinite(answer.first_token_seconds) ? `first after ${number(answer.first_token_seconds, 2)} s` : "",
  `${number(answer.seconds, 2)} s in all`,
].filter(Boolean));

/** "Reward 1 of 1.1", and nothing where none was asked for. @param {Score} score */
export function scoreText(score) {
  if (!score) return "";
  if (score.total === null) return "No reward: a part of it could not be scored";
  return `Reward ${number(score.total)}${score.most === null ? "" : ` of ${number(score.most)}`}`;
}

/** @typedef {Pick<ChatScore, "total" | "most"> & {least?: number | null} | null | undefined} Score */

/** The same with the share of the full reward, which says nothing where a reward may be below 0.
 * @param {Score} score */
export function shareText(score) {
  if (!score || score.total === null || !score.most || (score.least ?? 0) < 0) return scoreText(score);
  return `${scoreText(score)} (${percent(score.total / score.most)})`;
}

/** Which columns earned the most; none where they are equal, or where one that was answered is not scored.
 * @param {Column[]} columns @returns {number[]} */
export function bestOf(columns) {
  const places = columns.flatMap((column, index) => (isRefused(column.answer) ? [] : [index]));
  const totals = places.map((place) => columns[place].answer?.score?.total ?? NaN);
  if (totals.length < 2 || totals.some((total) => !Number.isFinite(total))) return [];
  const most = Math.max(...totals);
  return totals.every((total) => total === most) ? [] : places.filter((_, index) => totals[index] === most);
}

/** How each answer differs from the first in length and time.
 * @param {Column[]} columns @returns {string[]} empty for the first */
export function differencesOf(columns) {
  const first = columns[0]?.answer;
  return columns.map((column, index) => {
    if (!first || !column.answer || index === 0 || isRefused(first) || isRefused(column.answer)) return "";
    const tokens = column.answer.tokens - first.tokens;
    const seconds = column.answer.seconds - first.seconds;
    const change = `${counted(Math.abs(tokens), "token")} ${tokens < 0 ? "shorter" : "longer"}`;
    const pace = `${number(Math.abs(seconds), 1)} s ${seconds < 0 ? "quicker" : "slower"}`;
    return `Against the first: ${tokens === 0 ? "as long" : change}, ${Math.abs(seconds) < 0.05 ? "as quick" : pace}`;
  });
}

/** What is said when all answers are there. @param {Exchange} exchange */
export function spoken({ columns, error }) {
  if (error) return `${error.message} ${error.hint}`;
  const best = bestOf(columns);
  const said = columns.map(({ label, text, answer }) => {
    const given = `${text || "empty"}. ${scoreText(answer?.score)}`;
    const what = isRefused(answer) ? `no answer. ${answer?.problem}` : given;
    return `${columns.length > 1 ? label : "Answer"}: ${what}`;
  });
  if (best.length) said.push(`Better: ${best.map((index) => columns[index].label).join(" and ")}.`);
  return said.join(" ");
}
