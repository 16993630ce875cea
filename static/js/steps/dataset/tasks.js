// @ts-check
/** The procedural tasks: found by search and category, chosen by a card, scored by their own verifier. */

import { explain, listProcedural, suggestForDataset } from "../../lib/api.js";
import { fillList, find, findInput, itemOf, part, setText, show } from "../../lib/dom.js";
import { counted, words } from "../../lib/format.js";
import { createLatest } from "../../lib/latest.js";
import { matching, suggested, usesVerifier, wantedOf } from "../../state/datasets.js";
import { markChosen } from "./public.js";

/** @param {HTMLElement} root @param {any} context @param {(source: string, known: any) => void} choose */
export function mountTasks(root, context, choose) {
  const search = findInput("task-search", root);
  const category = /** @type {HTMLSelectElement} */ (find("task-category", root));
  const latest = createLatest(() => [wantedOf(context.get), context.store.get().draft.config.reward]);
  let isAsked = false;

  async function fetchTasks() {
    isAsked = true;
    show(find("task-error", root), false);
    show(find("task-busy", root), true);
    try {
      const tasks = (await listProcedural()).tasks.map(asChoice);
      for (const name of [...new Set(tasks.map((/** @type {any} */ task) => task.category))].sort()) category.append(new Option(words(name), name));
      context.store.update((/** @type {any} */ state) => ({ ...state, datasets: { ...state.datasets, tasks } }));
    } catch (error) {
      setText(find("task-error-text", root), explain(error));
      show(find("task-error", root), true);
    }
    show(find("task-busy", root), false);
  }

  /** @param {any} state */
  function draw(state) {
    const all = state.datasets?.tasks ?? [];
    const tasks = matching(all, search.value, category.value, ["source", "category"]);
    fillList(find("tasks", root), "dataset-task", tasks, fill);
    setText(find("task-count", root), all.length ? counted(tasks.length, "task") : "");
  }

  search.addEventListener("input", () => draw(context.store.get()));
  category.addEventListener("change", () => draw(context.store.get()));
  find("task-again", root).addEventListener("click", fetchTasks);
  find("tasks", root).addEventListener("change", (event) => choose(itemOf(event.target).source, { kind: "procedural" }));
  find("verifier-use", root).addEventListener("click", () => latest.ask(() => suggestForDataset(wantedOf(context.get)), {
    answered(suggestion) {
      context.set(suggested(suggestion, Object.keys(context.boot.defaults), ["reward"]));
      context.say("The task’s own verifier scores now, and a little is paid for the markers.");
    },
    refused: (error) => context.say(explain(error), "error"),
  }));

  return {
    /** @param {any} state @param {import("../dataset.js").Shown} shown */
    render(state, { chosen, shelf }) {
      if (!isAsked && (shelf === "procedural" || chosen.kind === "procedural")) fetchTasks();
      if (shelf !== "procedural") return;
      draw(state);
      markChosen(find("tasks", root), chosen);
      const isOffered = chosen.kind === "procedural";
      const hasIt = usesVerifier(context.get);
      show(find("verifier", root), isOffered);
      show(find("verifier-use", root), !hasIt);
      find("verifier", root).dataset.level = hasIt ? "good" : "info";
      const text = hasIt ? "is scored by its own verifier, which accepts every right answer." : "brings its own verifier. It accepts every right answer, where comparing texts would not.";
      setText(find("verifier-text", root), `${chosen.title} ${text} ${chosen.known?.note ?? ""}`.trim());
    },
  };
}

/** @param {any} task */
const asChoice = (task) => ({ ...task, kind: "procedural", source: task.name, title: words(task.name) });

/** @param {HTMLElement} row @param {any} task */
function fill(row, task) {
  setText(part(row, "choice__title"), task.title);
  setText(part(row, "chip"), words(task.category));
  /** @type {HTMLInputElement} */ (part(row, "choice__input")).value = task.source;
}
