// @ts-check
/** The procedural tasks: found by search and category, chosen by a card, scored by their own verifier. */

import { attempt, explain, listProcedural, suggestForDataset } from "../../lib/api.js";
import { counted, words } from "../../lib/format.js";
import { createLatest } from "../../lib/latest.js";
import { matching, suggested, usesVerifier, wantedOf } from "../../state/datasets.js";
import { markChosen } from "./public.js";
import { fillList, find, findInput, itemOf, part, setText, show, tell } from "../../lib/dom.js";

/** @param {HTMLElement} root @param {Context} context @param {ChooseData} choose */
export function mountTasks(root, context, choose) {
  const search = findInput("task-search", root);
  const category = find("task-category", root, "select");
  const latest = createLatest(() => [wantedOf(context.get), context.store.get().draft.config.reward]);
  let isAsked = false;

  async function fetchTasks() {
    isAsked = true;
    show(find("task-error", root), false);
    show(find("task-busy", root), true);
    await attempt(async () => {
      const tasks = (await listProcedural()).tasks.map(asChoice);
      const categories = [...new Set(tasks.map((task) => task.category))].sort();
      category.append(...categories.map((name) => new Option(words(name), name)));
      context.patch({ datasets: { ...context.store.get().datasets, tasks } });
    }, (text) => tell(root, "task-error", text));
    show(find("task-busy", root), false);
  }

  /** @param {State} state */
  function draw(state) {
    const all = state.datasets?.tasks ?? [];
    const tasks = matching(all, search.value, category.value, ["source", "category"]);
    fillList(find("tasks", root), "dataset-task", tasks, fill);
    setText(find("task-count", root), all.length ? counted(tasks.length, "task") : "");
  }

  search.addEventListener("input", () => draw(context.store.get()));
  category.addEventListener("change", () => draw(context.store.get()));
  find("task-again", root).addEventListener("click", fetchTasks);
  find("tasks", root).addEventListener("change", ({ target }) => choose(itemOf(target).source, { kind: "procedural" }));
  const suggest = () => suggestForDataset(wantedOf(context.get), context.get("model.name"));
  find("verifier-use", root).addEventListener("click", () => latest.ask(suggest, {
    answered(suggestion) {
      context.set(suggested(suggestion, Object.keys(context.boot.defaults), ["reward"]));
      context.say("The task’s own verifier scores now, and a little is paid for the markers.");
    },
    refused: (error) => context.say(explain(error), "error"),
  }));

  return {
    /** @param {State} state @param {ShownData} shown */
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
      const text = hasIt
        ? "is scored by its own verifier, which accepts every right answer."
        : "brings its own verifier. It accepts every right answer, where comparing texts would not.";
      setText(find("verifier-text", root), `${chosen.title} ${text} ${chosen.known?.note ?? ""}`.trim());
    },
  };
}

/** @param {ProceduralTask} task @returns {TaskChoice} */
const asChoice = (task) => ({ ...task, kind: "procedural", source: task.name, title: words(task.name) });

/** @param {HTMLElement} row @param {TaskChoice} task */
function fill(row, task) {
  setText(part(row, "choice__title"), task.title);
  setText(part(row, "chip"), words(task.category));
  part(row, "choice__input", "input").value = task.source;
}
