// @ts-check
/** Step 4: the algorithm, where the reward comes from, what it is made of, and how it stands up to attack. */

import { drawFields, problemOf, showFields } from "../forms/form.js";
import { mountBench } from "./reward/bench.js";
import { mountBuilder } from "./reward/builder.js";
import { mountParts } from "./reward/parts.js";
import { mountPresets } from "./reward/presets.js";
import { mountQuick } from "./reward/quick.js";
import { fetchRewards, rewardsOf } from "./reward/shared.js";
import { mountSandbox } from "./reward/sandbox.js";
import { mountTry } from "./reward/try.js";
import { check, child, fillList, find, part, setText, show, showText, tell, valueIn } from "../lib/dom.js";

const SOURCES = ["quick", "presets", "custom"];

/** @param {HTMLElement} root @param {Context} context */
export function mount(root, context) {
  const renderAlgorithm = mountAlgorithm(root, context);
  const panels = {
    quick: mountQuick(root, context), presets: mountPresets(root, context), custom: mountBuilder(root, context),
  };
  const others = [mountParts(root, context, edit), mountSandbox(root, context), mountBench(root, context),
    mountTry(root, context)];
  let source = "";

  find("sources", root).addEventListener("change", (event) => choose(valueIn(event)));
  find("rewards-again", root).addEventListener("click", () => fetchRewards(context));
  context.live.on("connect", () => fetchRewards(context));

  /** @param {string} name */
  function choose(name) {
    source = name;
    context.putParams({ from: name });
  }

  /** Open a saved reward in the builder. @param {string} name */
  function edit(name) {
    choose("custom");
    panels.custom.open(name);
  }

  /** @param {State} state */
  function render(state) {
    const rewards = rewardsOf(state);
    renderAlgorithm(state);
    check(root, "reward-source", source);
    show(find("rewards-busy", root), rewards.status === "loading");
    tell(root, "rewards-error", rewards.message);
    for (const [name, panel] of Object.entries(panels)) {
      const isShown = name === source && rewards.status === "ready";
      show(find(`source-${name}`, root), isShown);
      if (isShown) panel.render(state);
    }
    for (const other of others) other.render(state);
  }

  fetchRewards(context);
  return {
    render,
    /** @param {Route} route */
    enter({ params }) {
      const isOwn = context.get("reward.type") === "custom" || context.store.get().unsaved.reward;
      source = SOURCES.includes(params.from) ? params.from : source || (isOwn ? "custom" : "quick");
    },
  };
}

/** @param {HTMLElement} root @param {Context} context @returns {(state: State) => void} */
function mountAlgorithm(root, context) {
  const host = find("algorithms", root);
  const { algorithms } = context.boot;
  const names = [...new Set(algorithms.flatMap((algorithm) => algorithm.settings))];
  const settings = drawFields(find("algorithm-fields", root), names, context);
  fillList(host, "algorithm", algorithms, (row, algorithm) => {
    child(row, "input").value = algorithm.value;
    setText(part(row, "choice__title"), algorithm.title);
    setText(part(row, "choice__text"), algorithm.text);
    setText(part(row, "choice__when"), algorithm.when);
  });
  host.addEventListener("change", (event) => context.set({ "grpo.algorithm": valueIn(event) }));
  return (state) => {
    const chosen = context.get("grpo.algorithm");
    check(host, "algorithm", chosen);
    showText(find("algorithm-error", root), problemOf(state.plan.errors, "grpo.algorithm"));
    tell(root, "algorithm-note", state.plan.value?.algorithm_note ?? "");
    const hasSettings = algorithms.some(({ value, settings: own }) => value === chosen && own.length > 0);
    show(find("algorithm-settings", root), hasSettings);
    showFields(settings, state);
  };
}
