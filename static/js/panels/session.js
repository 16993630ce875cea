// @ts-check
/** One session: status, progress, latest numbers, scores, completions, notices, log. */

import { fillList, find, part, setText } from "../lib/dom.js";
import { duration, number, percent, words } from "../lib/format.js";
import { FINAL } from "../state/sessions.js";

const STAGES = { base: "Base model", warm_up: "After warm-up", trained: "After GRPO" };

/** @param {any} session @param {number} now Unix seconds */
export function renderSession(session, now) {
  setText(find("session-title"), session.config?.name ?? session.session_id);
  setText(find("session-about"), about(session));
  const badge = find("session-status");
  badge.dataset.status = session.status;
  setText(badge, words(session.status));
  const isFinal = FINAL.includes(session.status);
  find("stop").hidden = isFinal;
  find("resume").hidden = !isFinal || session.status === "completed";
  find("delete").hidden = !isFinal;
  find("failure").hidden = !session.failure;
  setText(find("failure-cause"), session.failure?.cause ?? "");
  setText(find("failure-cure"), session.failure?.cure ?? "");
  renderProgress(session, isFinal, now);
  renderTiles(session.metrics ?? {});
  renderScores(session.evaluations ?? []);
  setText(find("verdict"), session.verdict ?? "");
  renderNotices(session.notices ?? []);
}

/** @param {any[]} sample */
export function renderCompletions(sample) {
  find("completions-empty").hidden = sample.length > 0;
  fillList(find("completions"), "completion", sample, (row, item) => {
    row.dataset.good = String(item.advantage > 0);
    setText(part(row, "completion__question"), `${item.instruction} (reference: ${item.reference})`);
    setText(part(row, "completion__text"), item.text);
    const reasons = Object.entries(item.scores).map(([name, score]) => `${name} ${outcome(score)}`);
    const cut = item.truncated ? ", cut at the limit" : "";
    setText(part(row, "completion__score"), `Reward ${number(item.reward)}, advantage ${number(item.advantage)}${cut}. ${reasons.join(". ")}`);
  });
}

/** @param {any} score null in sessions of the first version */
function outcome(score) {
  if (!score) return "failed";
  return `${score.value === null ? score.kind.replace("_", " ") : number(score.value)}: ${score.reason}`;
}

/** @param {any} session */
function about(session) {
  const config = session.config;
  if (!config) return session.session_id;
  const engine = session.engine ? `${session.engine.engine} on ${session.engine.device}, ${session.engine.dtype}` : session.device;
  return [session.session_id, config.model.name, config.dataset.source, engine].filter(Boolean).join(" · ");
}

/** @param {any} session @param {boolean} isFinal @param {number} now */
function renderProgress(session, isFinal, now) {
  const meter = /** @type {HTMLProgressElement} */ (find("progress"));
  meter.value = session.status === "completed" ? 1 : session.total_steps ? session.step / session.total_steps : 0;
  const steps = session.total_steps ? `Step ${session.step} of ${session.total_steps}` : "No GRPO step yet";
  const eta = !isFinal && session.eta_seconds ? `, about ${duration(session.eta_seconds)} left in this phase` : "";
  setText(find("progress-text"), steps + eta);
  const end = session.ended_at ?? now;
  const phases = session.phase && !isFinal
    ? [{ name: words(session.phase) + (session.phase_detail ? `: ${words(session.phase_detail)}` : ""), seconds: now - session.phase_started_at, current: true }]
    : [];
  if (session.started_at) phases.push({ name: "Whole run", seconds: end - session.started_at, current: false });
  fillList(find("phases"), "phase", phases, (row, item) => {
    row.dataset.current = String(item.current);
    setText(part(row, "phase__name"), item.name);
    setText(part(row, "phase__time"), duration(item.seconds));
  });
}

/** @param {any} metrics */
function renderTiles(metrics) {
  const length = metrics.completion_length;
  const tiles = [
    ["Reward", number(metrics.reward)],
    ["Signal fraction", percent(metrics.signal_fraction)],
    ["KL", metrics.kl === null || metrics.kl === undefined ? "off" : number(metrics.kl, 4)],
    ["Length (tokens)", length ? `${number(length.mean, 0)} (${number(length.min, 0)}–${number(length.max, 0)})` : "–"],
    ["Truncated", percent(metrics.truncated_fraction)],
    ["Grad norm", number(metrics.grad_norm)],
    ["Learning rate", metrics.learning_rate ? metrics.learning_rate.toExponential(1) : "–"],
    ["Tokens/s", number(metrics.tokens_per_second, 0)],
  ];
  fillList(find("tiles"), "tile", tiles, (tile, [name, value]) => {
    setText(tile.querySelector("dt"), name);
    setText(tile.querySelector("dd"), value);
  });
}

/** @param {any[]} evaluations */
function renderScores(evaluations) {
  find("scores-empty").hidden = evaluations.length > 0;
  fillList(find("scores"), "score", evaluations, (row, score) => {
    const name = STAGES[/** @type {keyof typeof STAGES} */ (score.stage)] ?? `Step ${score.step}`;
    const share = score.correct === null ? score.reward : score.correct / score.total;
    const meter = /** @type {HTMLProgressElement} */ (part(row, "meter"));
    meter.value = Math.min(1, share);
    meter.setAttribute("aria-label", name);
    setText(part(row, "score__name"), name);
    setText(part(row, "score__value"), score.correct === null ? `mean reward ${number(score.reward)}` : `${score.correct} of ${score.total} correct (${percent(share)})`);
  });
}

/** @param {any[]} notices */
function renderNotices(notices) {
  find("notices-empty").hidden = notices.length > 0;
  fillList(find("notices"), "text", notices, (row, notice) => setText(row, `${words(notice.level)}: ${notice.field}: ${notice.message}`));
}
