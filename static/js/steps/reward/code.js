// @ts-check
/** The Python of a custom reward: CodeMirror, fetched when it is first needed, or a plain text field where that
 * fails. */

import { lineOf } from "../../state/recipes.js";
import { find, make, setText } from "../../lib/dom.js";

/** @typedef {import("../../ui/editor.js").Editor} Editor */
/** @typedef {{line: number | null, message: string}} Problem */

const LABEL = "Python of the reward";
const CONTRACT = "code-contract";

/** @param {HTMLElement} root @param {Context} context @param {(source: string) => void} onChange */
export function mountCode(root, context, onChange) {
  const host = find("code-host", root);
  /** @type {Editor | null} */
  let editor = null;
  /** @type {Promise<void> | null} */
  let opening = null;
  let source = "";
  /** @type {Problem | null} */
  let problem = null;

  const edited = () => {
    if (!editor || editor.text() === source) return;
    source = editor.text();
    if (problem) mark(null);
    onChange(source);
  };

  /** @param {Problem | null} next */
  function mark(next) {
    problem = next;
    editor?.setProblem(next);
  }

  async function open() {
    const options = {
      text: source, label: LABEL, describedBy: CONTRACT, nonce: context.boot.nonce, onChange: edited,
      keys: () => ["instruction", "solution", "reasoning", ...Object.keys(context.get("reward.fields"))],
    };
    try {
      editor = (await import("../../ui/editor.js")).createEditor(host, options);
      setText(find("code-keys", root), "Tab leaves the editor; Ctrl+Space completes.");
    } catch {
      editor = plainEditor(host, options);
      setText(find("code-keys", root), "The code editor could not be loaded, so this is a plain text field.");
    }
    editor.setText(source);
    editor.setProblem(problem);
  }

  return {
    /** @param {string} text */
    render(text) {
      source = text;
      opening ??= open();
      editor?.setText(text);
    },
    /** Show what the server said at its line. @param {string | null} text */
    showProblem: (text) => mark(text === null ? null : lineOf(text)),
  };
}

/** @param {HTMLElement} host @param {{text: string, label: string, describedBy: string, onChange: () => void}} options
 * @returns {Editor} */
function plainEditor(host, { text, label, describedBy, onChange }) {
  const area = make("textarea", "field__input code-host__plain");
  area.setAttribute("aria-label", label);
  area.setAttribute("aria-describedby", describedBy);
  area.spellcheck = false;
  area.value = text;
  area.addEventListener("input", onChange);
  host.append(area);
  return {
    text: () => area.value,
    setText(fresh) {
      if (area.value !== fresh) area.value = fresh;
    },
    setProblem(problem) {
      area.setAttribute("aria-invalid", String(problem !== null));
      if (!problem?.line) return;
      const lines = area.value.split("\n");
      const start = lines.slice(0, problem.line - 1).map((line) => `${line}\n`).join("").length;
      area.setSelectionRange(start, start + (lines[problem.line - 1] ?? "").length);
    },
    focus: () => area.focus(),
  };
}
