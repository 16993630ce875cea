// @ts-check
/** "Why is the reward flat?", answered by the server from the groups of the last steps. */

import { diagnose } from "../../lib/api.js";
import { counted, percent } from "../../lib/format.js";
import { createLatest } from "../../lib/latest.js";
import { around, fillList, find, make, part, setText, show } from "../../lib/dom.js";

const QUIET_MS = 300;
/** Below this share of groups with signal the findings open by themselves. */
const FLAT = 0.5;

/** @param {HTMLElement} root @param {(example: Occurrence) => void} onExample */
export function mountDiagnosis(root, onExample) {
  let asked = "";
  let wasFlat = false;
  const latest = createLatest(() => asked);

  /** @param {Omit<Diagnosis, "completions">} answer */
  function draw(answer) {
    setText(find("diagnosis-about", root), aboutText(answer));
    setText(find("diagnosis-verdict", root), answer.verdict);
    const details = find("findings-part", root, "details");
    const isFlat = answer.groups > 0 && (answer.signal_fraction ?? 0) < FLAT;
    if (isFlat !== wasFlat) details.open = wasFlat = isFlat;
    show(details, answer.findings.length > 0);
    setText(find("findings-count", root), `${counted(answer.findings.length, "finding")}, with what to do`);
    fillList(find("findings", root), "finding", answer.findings, fillFinding);
  }

  find("findings", root).addEventListener("click", (event) => {
    const button = around(event.target, "button");
    if (!button) return;
    const { step, group, completion } = button.dataset;
    onExample({ step: Number(step), group: Number(group), completion: completion ? Number(completion) : null });
  });

  return {
    /** @param {string | null} session @param {number | null} step */
    about(session, step) {
      if (!session || step === null || asked === `${session}/${step}`) return;
      asked = `${session}/${step}`;
      const refused = (/** @type {Error} */ error) => setText(find("diagnosis-verdict", root), error.message);
      latest.ask(() => diagnose(session, step), { answered: draw, refused, quietMs: QUIET_MS });
    },
    clear() {
      asked = "";
      draw({
        steps: null, groups: 0, signal_fraction: 1, findings: [],
        verdict: "Answered from the groups as soon as there are some.",
      });
    },
  };
}

/** @param {Omit<Diagnosis, "completions">} answer */
function aboutText({ steps, groups, signal_fraction: signal }) {
  if (!groups) return "";
  const [first, last] = steps ?? [];
  const which = first === last ? `Step ${last}` : `Steps ${first} to ${last}`;
  return `${which}: ${counted(groups, "group")}, ${percent(signal)} with signal`;
}

/** @param {Occurrence} place */
const placeText = ({ step, group, completion }) =>
  `Step ${step}, group ${group + 1}${completion === null ? "" : `, no. ${completion + 1}`}`;

/** @param {HTMLElement} row @param {Finding} finding */
function fillFinding(row, finding) {
  row.dataset.code = finding.code;
  setText(part(row, "finding__title"), finding.title);
  setText(part(row, "finding__share"), percent(finding.share));
  setText(part(row, "finding__evidence"), finding.evidence);
  setText(part(row, "finding__cure"), finding.what_to_do);
  part(row, "finding__examples").replaceChildren(...finding.examples.map((example) => {
    const button = make("button", "button button--small", placeText(example));
    const { step, group, completion } = example;
    button.type = "button";
    Object.assign(button.dataset, { step, group, completion: completion ?? "" });
    return button;
  }));
}
