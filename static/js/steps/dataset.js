// @ts-check
/** Step 2: the data set, its columns and rows, and the prompt; each part in a module of its own. */

import { datasetFields, previewDataset } from "../lib/api.js";
import { find, setText, show } from "../lib/dom.js";
import { choosing, cleared, errorsOf, SOURCES, taking, usesVerifier, wantedOf } from "../state/datasets.js";
import { createAnswer } from "./dataset_answer.js";
import { mountCheck } from "./dataset_check.js";
import { mountHub } from "./dataset_hub.js";
import { mountJobs } from "./dataset_jobs.js";
import { chosenOf, mountLists } from "./dataset_lists.js";
import { mountLook } from "./dataset_look.js";
import { mountMapping } from "./dataset_mapping.js";
import { mountParameters } from "./dataset_parameters.js";
import { mountPublic } from "./dataset_public.js";
import { mountRows } from "./dataset_rows.js";
import { mountTasks } from "./dataset_tasks.js";
import { mountUploads } from "./dataset_upload.js";
import { mountPrompt } from "./prompt.js";

const QUIET_MS = 350;
const NOTES = /** @type {Record<string, string>} */ ({
  public: "Known to work: columns and split are set when you choose one. The rows are fetched from the Hugging Face hub.",
  hub: "Any data set of the Hugging Face hub. Its first rows are shown without downloading it.",
  upload: "Your own questions and answers.",
  builtin: "Made from a seed when the run starts: no download, no network, answers that are surely right.",
  procedural: "Puzzles of reasoning-gym, made from a seed without end. Each task can check any answer by itself.",
});

/** @param {HTMLElement} root @param {any} context */
export function mount(root, context) {
  const names = Object.keys(context.boot.defaults);
  let [shelf, seen] = ["", ""];
  /** The set whose columns are to be guessed as soon as its rows are there. @type {string | null} */
  let unmapped = null;

  /** Choose a data set: the one way in which any part does.
   * @param {string} source @param {Record<string, any>} known of the dataset section @param {boolean} [isMapped] whether its columns are known */
  function choose(source, known, isMapped = true) {
    const losesVerifier = known.kind !== "procedural" && usesVerifier(context.get);
    context.set({ ...choosing(source, known), ...(losesVerifier ? cleared(names, "reward") : {}) });
    if (losesVerifier) context.say("The reward was the task’s own verifier. It is back to the default.");
    unmapped = isMapped ? null : subjectOf(wantedOf(context.get));
  }

  const look = createAnswer(context, "look", {
    ask: (wanted, signal) => previewDataset(wanted, signal), subjectOf: ({ samples: _, ...wanted }) => subjectOf(wanted), quietMs: QUIET_MS,
    onKnown: (value, { samples: _, ...wanted }) => {
      if (unmapped === subjectOf(wanted)) context.set(taking(value.mapping));
      unmapped = null;
    },
  });
  const rendered = createAnswer(context, "rendered", {
    ask: (wanted, signal) => datasetFields(wanted, signal), subjectOf: (wanted) => JSON.stringify([wanted.dataset?.source, wanted.dataset?.kind]), quietMs: QUIET_MS,
  });
  const lists = mountLists(root, context);
  const uploads = mountUploads(root, context, { choose, onList: lists.put, putJob: (/** @type {any} */ job) => jobs.put(job), lookAgain: () => follow(true) });
  const jobs = mountJobs(context, (job) => uploads.jobEnded(job));
  const parts = [
    mountPublic(root, context, choose), mountHub(root, context, choose, () => openShelf("upload")), uploads, mountTasks(root, context, choose),
    mountParameters(root, context), mountLook(root, context, { follow, putJob: jobs.put }), mountMapping(root, context),
    mountRows(root, context), mountCheck(root, context, jobs.put), mountPrompt(root, context),
  ];

  /** @param {string} name */
  function openShelf(name) {
    shelf = name;
    context.putParams({ source: name });
  }

  /** The shelf to show: the one that was opened, until other data is chosen, here or by loading a configuration.
   * @param {import("./dataset_lists.js").Chosen} chosen */
  function shelfFor({ kind, source, shelf: own }) {
    const isOther = seen !== "" && seen !== source;
    seen = source;
    if (shelf && !isOther) return shelf;
    return shelf === "hub" && kind === "hub" ? shelf : own;
  }

  /** @param {boolean} [again] */
  function follow(again = false) {
    const { config } = context.store.get().draft;
    look.follow({ ...wantedOf(context.get), samples: Number(/** @type {HTMLSelectElement} */ (find("look-count", root)).value) }, again);
    const { dataset, prompt, reward } = config;
    rendered.follow({ dataset, prompt, reward, model: { name: context.get("model.name") } }, again);
  }

  find("dataset-shelves", root).addEventListener("change", (event) => openShelf(/** @type {HTMLInputElement} */ (event.target).value));
  context.live.on("connect", () => {
    const state = context.store.get();
    if ([state.look, state.rendered].some((one) => one?.error?.code === "offline")) follow(true);
  });

  /** @param {any} state */
  function render(state) {
    follow();
    const chosen = chosenOf(context.get, state.datasets);
    if (state.datasets?.builtin) shelf = shelfFor(chosen);
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("input[name=dataset-shelf]"))) input.checked = input.value === shelf;
    for (const panel of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-shelf]"))) show(panel, panel.dataset.shelf === shelf);
    setText(find("dataset-shelf-note", root), NOTES[shelf] ?? "");
    const errors = errorsOf(state);
    const problem = state.look?.status === "failed" ? "" : (errors["dataset.source"] ?? "");
    setText(find("dataset-source-error", root), problem);
    show(find("dataset-source-error", root), problem !== "");
    for (const part of parts) part.render(state, { chosen, shelf, errors });
  }

  return {
    render,
    enter: (/** @type {any} */ route) => {
      if (SOURCES.includes(route.params.source)) shelf = route.params.source;
    },
  };
}

/** @param {object} wanted */
const subjectOf = (wanted) => JSON.stringify(wanted);

/** @typedef {{chosen: import("./dataset_lists.js").Chosen, shelf: string, errors: Record<string, string>}} Shown */
