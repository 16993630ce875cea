// @ts-check
/** Step 2: the data set, its columns and rows, and the prompt; each part in a module of its own. */

import { datasetFields, previewDataset } from "../lib/api.js";
import { choosing, cleared, errorsOf, taking, usesVerifier, wantedOf } from "../state/datasets.js";
import { createAnswer } from "./dataset/answer.js";
import { mountCheck } from "./dataset/check.js";
import { mountHub } from "./dataset/hub.js";
import { mountJobs } from "./dataset/jobs.js";
import { chosenOf, mountLists } from "./dataset/lists.js";
import { mountLook } from "./dataset/look.js";
import { mountMapping } from "./dataset/mapping.js";
import { mountParameters } from "./dataset/parameters.js";
import { mountPublic } from "./dataset/public.js";
import { mountRows } from "./dataset/rows.js";
import { mountShelves } from "./dataset/shelves.js";
import { mountTasks } from "./dataset/tasks.js";
import { mountUploads } from "./dataset/upload.js";
import { mountPrompt } from "./prompt.js";
import { find, showText } from "../lib/dom.js";

const QUIET_MS = 350;

/** @param {HTMLElement} root @param {Context} context */
export function mount(root, context) {
  const choice = createChoice(context);
  const follow = createFollow(root, context, choice.guess);
  const { shelves, parts } = mountParts(root, context, choice.choose, follow);
  context.live.on("connect", () => {
    const state = context.store.get();
    if ([state.look, state.rendered].some((answer) => answer?.error?.code === "offline")) follow(true);
  });

  return {
    enter: shelves.enter,
    /** @param {State} state */
    render(state) {
      follow();
      const chosen = chosenOf(context.get, state.datasets);
      const shelf = shelves.render(chosen, Boolean(state.datasets?.builtin));
      const errors = errorsOf(state);
      renderProblem(root, state.look?.status === "failed" ? "" : (errors["dataset.source"] ?? ""));
      for (const part of parts) part.render(state, { chosen, shelf, errors });
    },
  };
}

/** The choosing of a data set: the one way in which any part does. @param {Context} context */
function createChoice(context) {
  const names = Object.keys(context.boot.defaults);
  /** The set whose columns are to be guessed as soon as its rows are there. @type {string | null} */
  let unmapped = null;

  return {
    /** @param {string} source @param {Section} known of the dataset section
     * @param {boolean} [isMapped] whether its columns are known */
    choose(source, known, isMapped = true) {
      const losesVerifier = known.kind !== "procedural" && usesVerifier(context.get);
      context.set({ ...choosing(source, known), ...(losesVerifier ? cleared(names, "reward") : {}) });
      if (losesVerifier) context.say("The reward was the task’s own verifier. It is back to the default.");
      unmapped = isMapped ? null : subjectOf(wantedOf(context.get));
    },
    /** Take the columns that the server would, if the set was chosen without any.
     * @param {Section} mapping @param {object} wanted */
    guess(mapping, wanted) {
      const isUnchosen = (/** @type {string} */ name) => context.get(name) === context.boot.defaults[name];
      const unchosen = Object.entries(taking(mapping)).filter(([name]) => isUnchosen(name));
      if (unmapped === subjectOf(wanted)) context.set(Object.fromEntries(unchosen));
      unmapped = null;
    },
  };
}

/** Keeps what the server says about the draft's data current: its first rows, and how the prompt takes them.
 * @param {HTMLElement} root @param {Context} context @param {(mapping: Section, wanted: object) => void} onMapping */
function createFollow(root, context, onMapping) {
  const look = createAnswer(context, "look", {
    ask: (/** @type {{samples: number}} */ wanted, signal) => previewDataset(wanted, signal),
    subjectOf: ({ samples: _, ...wanted }) => subjectOf(wanted),
    quietMs: QUIET_MS,
    onKnown: (value, { samples: _, ...wanted }) => onMapping({ ...value.mapping }, wanted),
  });
  const rendered = createAnswer(context, "rendered", {
    ask: (/** @type {DraftConfig} */ wanted, signal) => datasetFields(wanted, signal),
    subjectOf: ({ dataset }) => JSON.stringify([dataset?.source, dataset?.kind]),
    quietMs: QUIET_MS,
    onKnown: () => context.refreshPlan(), // the server knows now how long answers are
  });

  return (again = false) => {
    const { config } = context.store.get().draft;
    look.follow({ ...wantedOf(context.get), samples: Number(find("look-count", root, "select").value) }, again);
    const { dataset, prompt, reward } = config;
    rendered.follow({ dataset, prompt, reward, model: { name: context.get("model.name") } }, again);
  };
}

/** Every part of the step, in the order in which they are drawn.
 * @param {HTMLElement} root @param {Context} context
 * @param {ChooseData} choose @param {(again?: boolean) => void} follow */
function mountParts(root, context, choose, follow) {
  const shelves = mountShelves(root, context);
  const lists = mountLists(root, context);
  const putJob = (/** @type {Job} */ job) => jobs.put(job);
  const uploads = mountUploads(root, context, { choose, onList: lists.put, putJob, lookAgain: () => follow(true) });
  const jobs = mountJobs(context, (job) => {
    uploads.jobEnded(job);
    if (job.task === "check") context.refreshPlan();
  });
  const parts = [
    mountPublic(root, context, choose), mountHub(root, context, choose, () => shelves.open("upload")), uploads,
    mountTasks(root, context, choose), mountParameters(root, context), mountLook(root, context, { follow, putJob }),
    mountMapping(root, context), mountRows(root, context), mountCheck(root, context, putJob),
    mountPrompt(root, context),
  ];
  return { shelves, parts };
}

/** What is wrong with the data set as a whole. @param {HTMLElement} root @param {string} problem empty for nothing */
const renderProblem = (root, problem) => showText(find("dataset-source-error", root), problem);

/** @param {object} wanted */
const subjectOf = (wanted) => JSON.stringify(wanted);
