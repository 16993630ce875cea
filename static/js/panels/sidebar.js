// @ts-check
/** The list of sessions with their live status, its search, the choice of runs to compare, and the draft. */

import { moment, number, words } from "../lib/format.js";
import { formatRoute } from "../lib/router.js";
import { found, isFinal, titleOf } from "../state/sessions.js";
import { child, fillList, find, findInput, itemOf, part, setText, show } from "../lib/dom.js";

const PAGE = 200;
let limit = PAGE;
let isPicking = false;
/** @type {Set<string>} */
const picked = new Set();
/** What is drawn. @type {{sessions: State["sessions"], key: string} | null} */
let drawn = null;

/** @param {Context} context */
export function mountSidebar(context) {
  const redraw = () => {
    drawn = null;
    renderSidebar(context.store.get());
  };
  findInput("session-search").addEventListener("input", () => {
    limit = PAGE;
    redraw();
  });
  find("more-sessions").addEventListener("click", () => {
    limit += PAGE;
    redraw();
  });
  find("pick").addEventListener("click", () => {
    isPicking = !isPicking;
    picked.clear();
    redraw();
  });
  find("sessions").addEventListener("change", (event) => {
    const session = itemOf(event.target);
    if (!session || !(event.target instanceof HTMLInputElement)) return;
    if (event.target.checked) picked.add(session.id);
    else picked.delete(session.id);
    renderPicking();
  });
  find("compare-go").addEventListener("click", () => {
    context.go("compare", null, { ids: [...picked].join(",") });
    isPicking = false;
    redraw();
  });
}

/** @param {State} state */
export function renderSidebar(state) {
  renderDraft(state);
  const search = findInput("session-search").value;
  const key = [search, limit, isPicking, state.route.session, state.route.step].join("|");
  if (drawn && drawn.sessions === state.sessions && drawn.key === key) return;
  drawn = { sessions: state.sessions, key };
  const matching = found(state, search);
  const total = Object.keys(state.sessions).length;
  show(find("no-sessions"), state.isLoaded && matching.length === 0);
  setText(find("no-sessions"), total ? "No session matches." : "No run yet. The first one appears here.");
  setText(find("session-count"), total ? String(search ? `${matching.length} of ${total}` : total) : "");
  show(find("more-sessions"), matching.length > limit);
  show(find("pick"), total > 1);
  fillList(find("sessions"), "session", matching.slice(0, limit).map((session) => rowOf(session, state.route)), fill);
  renderPicking();
}

/** @typedef {{id: string, session: Session, isCurrent: boolean, isPicking: boolean}} Row */
/** A session's row, kept so that unchanged sessions are not drawn again. @type {WeakMap<Session, Row>} */
const rows = new WeakMap();

/** @param {Session} session @param {Route} route */
function rowOf(session, route) {
  const isCurrent = session.session_id === route.session;
  const kept = rows.get(session);
  if (kept && kept.isCurrent === isCurrent && kept.isPicking === isPicking) return kept;
  const row = { id: session.session_id, session, isCurrent, isPicking };
  rows.set(session, row);
  return row;
}

/** @param {HTMLElement} item @param {Row} row */
function fill(item, { id, session, isCurrent }) {
  const link = part(item, "session-row", "a");
  link.href = formatRoute({ step: "monitor", session: id });
  if (isCurrent) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
  setText(part(link, "session-row__name"), titleOf(session));
  const badge = part(link, "badge");
  badge.dataset.status = session.status;
  setText(badge, words(session.status));
  setText(part(link, "session-row__about"), about(session));
  const meter = part(link, "session-row__meter", "progress");
  show(meter, !isFinal(session) && Boolean(session.total_steps));
  meter.value = session.total_steps ? (session.step ?? 0) / session.total_steps : 0;
  const pick = part(item, "session-item__pick");
  show(pick, isPicking);
  const box = child(pick, "input");
  box.checked = picked.has(id);
  setText(part(pick, "visually-hidden"), `Compare ${titleOf(session)}`);
}

/** @param {Session} session */
function about(session) {
  const steps = session.total_steps ? `${session.step} of ${session.total_steps} steps` : moment(session.created_at);
  const reward = Number.isFinite(session.reward) ? `reward ${number(session.reward, 2)}` : "";
  return [steps, reward, session.model?.split("/").at(-1)].filter(Boolean).join(" · ");
}

function renderPicking() {
  const button = find("pick");
  setText(button, isPicking ? "Cancel" : "Compare");
  show(find("compare-bar"), isPicking);
  find("compare-go", document, "button").disabled = picked.size < 2;
  setText(find("compare-text"), picked.size < 2 ? "Choose two or more." : `${picked.size} chosen.`);
}

/** @param {State} state */
function renderDraft(state) {
  const { draft } = state;
  show(find("draft-row"), draft.isOwn);
  if (!draft.isOwn) return;
  const parts = [draft.config.name, draft.config.model?.name, draft.config.dataset?.source].filter(Boolean);
  setText(find("draft-text"), `${draft.forkOf ? `From ${draft.forkOf} · ` : ""}${parts.join(" · ") || "begun"}`);
}
