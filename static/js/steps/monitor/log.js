// @ts-check
/** The worker's output: the end of it at first, what is new as it comes, lines that match, and what is shown as a
 * file. */

import { explain, getLog } from "../../lib/api.js";
import { debounced, find, findInput, saveFile, setText, show } from "../../lib/dom.js";
import { createLatest } from "../../lib/latest.js";

const LINES = 2000;
const CHARACTERS = 500_000;
const NEAR_END = 24;

/** @param {HTMLElement} root @param {Context} context */
export function mountLog(root, context) {
  const view = find("log", root);
  const filter = findInput("log-filter", root);
  const follow = findInput("log-follow", root);
  /** @type {string | null} */
  let session = null;
  let [text, isDrawn] = ["", false];
  /** What the worker writes while the end of its log is being read. @type {string | null} */
  let meanwhile = null;
  const latest = createLatest(() => session);

  const draw = () => {
    const lines = matching(text, filter.value.toLowerCase());
    setText(view, lines);
    setText(find("log-empty", root), text ? "No line contains that." : "The worker has written nothing yet.");
    show(find("log-empty", root), lines === "");
    show(view, lines !== "");
    if (follow.checked) view.scrollTop = view.scrollHeight;
    isDrawn = true;
  };

  const load = () => {
    const id = session;
    if (!id) return;
    meanwhile = "";
    latest.drop(); // what came before this reading is in it
    const answered = (/** @type {{text: string}} */ answer) => take(answer.text ? `${answer.text}\n` : "");
    latest.ask(() => getLog(id, LINES), { answered, refused: (error) => take(explain(error)) });
  };
  /** @param {string} read */
  const take = (read) => {
    text = read.includes(meanwhile ?? "") ? read : read + meanwhile;
    [meanwhile, isDrawn] = [null, false];
  };

  context.live.on("training_log", (message) => {
    if (message.session_id !== session) return;
    if (meanwhile !== null) meanwhile += message.text;
    text = (text + message.text).slice(-CHARACTERS);
    isDrawn = false;
  });
  context.live.on("connect", load);
  filter.addEventListener("input", debounced(draw, 100));
  follow.addEventListener("change", draw);
  view.addEventListener("scroll", () => {
    if (!isAtEnd(view) && follow.checked && view.matches(":hover, :focus")) follow.checked = false;
  });
  find("log-save", root).addEventListener("click", () => saveFile(`${session}.log`, text, "text/plain"));
  return {
    /** @param {string | null} id */
    show(id) {
      [session, text, isDrawn] = [id, "", false];
      load();
    },
    /** @param {boolean} isOpen */
    render(isOpen) {
      if (isOpen && !isDrawn) draw();
    },
  };
}

/** The lines that contain a text; all of them without one. @param {string} text @param {string} wanted in lower case */
const matching = (text, wanted) =>
  (wanted ? text.split("\n").filter((line) => line.toLowerCase().includes(wanted)).join("\n") : text);

/** Whether a view shows its last line. @param {HTMLElement} view */
const isAtEnd = (view) => view.scrollTop + view.clientHeight >= view.scrollHeight - NEAR_END;
