// @ts-check
/** The Python of a custom reward: CodeMirror, fetched when it is first needed, or a plain text field where that fails. */

import { find, make, setText } from "../../lib/dom.js";
import { lineOf } from "../../state/recipes.js";

/** @typedef {import("../../ui/editor.js").Editor} Editor */

const LABEL = "Python of the reward";
const CONTRACT = "code-contract";

/** @param {HTMLElement} root @param {any} context @param {(source: string) => void} onChange */
export function mountCode(root, context, onChange) {
  const host = find("code-host", root);
  /** @type {Editor | null} */
  let editor = null;
  /** @type {Promise<void> | null} */
  let opening = null;
  let source = "";
  /** @type {{line: number | null, message: string} | null} */
  let problem = null;

  const edited = () => {
    if (!editor || editor.text() === source) return;
    source = editor.text();
    if (problem) mark(null);
    onChange(source);
  };

  /** @param {{line: number | null, message: string} | null} next */
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

/** @param {HTMLElement} host @param {{text: string, label: string, describedBy: string, onChange: () => void}} options @returns {Editor} */
function plainEditor(host, { text, label, describedBy, onChange }) {
  const area = /** @type {HTMLTextAreaElement} */ (make("textarea", "field__input code-host__plain"));
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
      const before = area.value.split("\n").slice(0, problem.line - 1).join("\n").length + (problem.line > 1 ? 1 : 0);
      area.setSelectionRange(before, before + (area.value.split("\n")[problem.line - 1] ?? "").length);
    },
    focus: () => area.focus(),
  };
}
