// @ts-check
/** The code editor: CodeMirror with Python, in our colours, with problems at their lines; imported only when opened. */

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { python, pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** @typedef {{line: number | null, message: string}} Problem */
/** @typedef {{text: () => string, setText: (text: string) => void, setProblem: (problem: Problem | null) => void,
 *   focus: () => void}} Editor */

const NAMED = [tags.function(tags.variableName), tags.function(tags.definition(tags.variableName))];

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--series-2)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--series-5)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--series-4)" },
  { tag: NAMED, color: "var(--series-1)", fontWeight: "650" },
  { tag: [tags.className, tags.definition(tags.className)], color: "var(--series-6)" },
  { tag: [tags.comment, tags.docString], color: "var(--text-muted)", fontStyle: "italic" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

const RAISED = { color: "var(--text-colour)", border: "var(--line) solid var(--border-strong)" };
const SELECTED = { backgroundColor: "var(--accent-soft)" };
const ROUNDED = { ...RAISED, borderRadius: "var(--radius-small)" };
const looks = EditorView.theme({
  "&": { ...ROUNDED, backgroundColor: "var(--surface-sunken)", fontSize: "var(--text-small)" },
  "&.cm-focused": { outline: "var(--focus-width) solid var(--accent-line)", outlineOffset: "var(--focus-width)" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.6", minHeight: "15rem", maxHeight: "30rem" },
  ".cm-content": { caretColor: "var(--text-colour)", padding: "var(--space-3) 0" },
  ".cm-cursor": { borderLeftColor: "var(--text-colour)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": SELECTED,
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--text-muted)", border: "0" },
  ".cm-activeLine": SELECTED,
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    ...SELECTED, outline: "var(--line) solid var(--accent-line)",
  },
  ".cm-tooltip": { ...ROUNDED, backgroundColor: "var(--surface-raised)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { ...SELECTED, color: "var(--text-colour)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)", padding: "var(--space-2) var(--space-3)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)" },
});

/** Put an editor into `host`.
 * @param {HTMLElement} host
 * @param {{text: string, label: string, describedBy: string, nonce: string, onChange: () => void,
 *   keys: () => string[]}} options keys: what example["..."] can be asked for
 * @returns {Editor} */
export function createEditor(host, { text, label, describedBy, nonce, onChange, keys }) {
  const view = new EditorView({
    parent: host,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.cspNonce.of(nonce),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": describedBy, tabindex: "0" }),
        lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(),
        highlightActiveLine(), lintGutter(),
        indentUnit.of("    "), python(), autocompletion(), pythonLanguage.data.of({ autocomplete: exampleKeys(keys) }),
        syntaxHighlighting(colours), looks,
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
        EditorView.updateListener.of((update) => update.docChanged && onChange()),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    setText(fresh) {
      const { doc } = view.state;
      if (fresh !== doc.toString()) view.dispatch({ changes: { from: 0, to: doc.length, insert: fresh } });
    },
    setProblem(problem) {
      const marks = problem?.line ? [diagnosticAt(view, problem.line, problem.message)] : [];
      view.dispatch(setDiagnostics(view.state, marks));
    },
    focus: () => view.focus(),
  };
}

/** @param {EditorView} view @param {number} number @param {string} message
 * @returns {import("@codemirror/lint").Diagnostic} */
function diagnosticAt(view, number, message) {
  const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
  return { from: line.from, to: line.to, severity: "error", message };
}

/** Completes the keys of `example`. @param {() => string[]} keys */
const exampleKeys = (keys) => (/** @type {import("@codemirror/autocomplete").CompletionContext} */ context) => {
  const before = context.matchBefore(/example\[["'][\w-]*/);
  if (!before) return null;
  const start = before.from + before.text.search(/["']/) + 1;
  return { from: start, options: keys().map((name) => ({ label: name, type: "property" })), validFor: /^[\w-]*$/ };
};
