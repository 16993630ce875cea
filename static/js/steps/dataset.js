// @ts-check
/** Step 2: the data set, its columns and rows, and the prompt; each part in a module of its own. */

import { datasetFields, previewDataset } from "../lib/api.js";
import { find, setText, show } from "../lib/dom.js";
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

const QUIET_MS = 350;

/** @param {HTMLElement} root @param {any} context */
export function mount(root, context) {
  const choice = createChoice(context);
  const follow = createFollow(root, context, choice.guess);
  const { shelves, parts } = mountParts(root, context, choice.choose, follow);
  context.live.on("connect", () => {
    const state = context.store.get();
    if ([state.look, state.rendered].some((one) => one?.error?.code === "offline")) follow(true);
  });

  return {
    enter: shelves.enter,
    /** @param {any} state */
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

/** The choosing of a data set: the one way in which any part does. @param {any} context */
function createChoice(context) {
  const names = Object.keys(context.boot.defaults);
  /** The set whose columns are to be guessed as soon as its rows are there. @type {string | null} */
  let unmapped = null;

  return {
    /** @param {string} source @param {Record<string, any>} known of the dataset section @param {boolean} [isMapped] whether its columns are known */
    choose(source, known, isMapped = true) {
      const losesVerifier = known.kind !== "procedural" && usesVerifier(context.get);
      context.set({ ...choosing(source, known), ...(losesVerifier ? cleared(names, "reward") : {}) });
      if (losesVerifier) context.say("The reward was the task’s own verifier. It is back to the default.");
      unmapped = isMapped ? null : subjectOf(wantedOf(context.get));
    },
    /** Take the columns that the server would, if the set was chosen without any. @param {any} mapping @param {object} wanted */
    guess(mapping, wanted) {
      const unchosen = Object.entries(taking(mapping)).filter(([name]) => context.get(name) === context.boot.defaults[name]);
      if (unmapped === subjectOf(wanted)) context.set(Object.fromEntries(unchosen));
      unmapped = null;
    },
  };
}

/** Keeps what the server says about the draft's data current: its first rows, and how the prompt takes them.
 * @param {HTMLElement} root @param {any} context @param {(mapping: any, wanted: object) => void} onMapping */
function createFollow(root, context, onMapping) {
  const look = createAnswer(context, "look", {
    ask: (wanted, signal) => previewDataset(wanted, signal), subjectOf: ({ samples: _, ...wanted }) => subjectOf(wanted), quietMs: QUIET_MS,
    onKnown: (value, { samples: _, ...wanted }) => onMapping(value.mapping, wanted),
  });
  const rendered = createAnswer(context, "rendered", {
    ask: (wanted, signal) => datasetFields(wanted, signal), subjectOf: (wanted) => JSON.stringify([wanted.dataset?.source, wanted.dataset?.kind]), quietMs: QUIET_MS,
  });

  return (again = false) => {
    const { config } = context.store.get().draft;
    look.follow({ ...wantedOf(context.get), samples: Number(/** @type {HTMLSelectElement} */ (find("look-count", root)).value) }, again);
    const { dataset, prompt, reward } = config;
    rendered.follow({ dataset, prompt, reward, model: { name: context.get("model.name") } }, again);
  };
}

/** Every part of the step, in the order in which they are drawn.
 * @param {HTMLElement} root @param {any} context
 * @param {(source: string, known: any, isMapped?: boolean) => void} choose @param {(again?: boolean) => void} follow */
function mountParts(root, context, choose, follow) {
  const shelves = mountShelves(root, context);
  const lists = mountLists(root, context);
  const uploads = mountUploads(root, context, { choose, onList: lists.put, putJob: (/** @type {any} */ job) => jobs.put(job), lookAgain: () => follow(true) });
  const jobs = mountJobs(context, (job) => uploads.jobEnded(job));
  const parts = [
    mountPublic(root, context, choose), mountHub(root, context, choose, () => shelves.open("upload")), uploads, mountTasks(root, context, choose),
    mountParameters(root, context), mountLook(root, context, { follow, putJob: jobs.put }), mountMapping(root, context),
    mountRows(root, context), mountCheck(root, context, jobs.put), mountPrompt(root, context),
  ];
  return { shelves, parts };
}

/** What is wrong with the data set as a whole. @param {HTMLElement} root @param {string} problem empty for nothing */
function renderProblem(root, problem) {
  setText(find("dataset-source-error", root), problem);
  show(find("dataset-source-error", root), problem !== "");
}

/** @param {object} wanted */
const subjectOf = (wanted) => JSON.stringify(wanted);

/** @typedef {{chosen: import("./dataset/lists.js").Chosen, shelf: string, errors: Record<string, string>}} Shown */
