// @ts-check
/** The user's own files: the list of them, of those begun and not finished, and the counts of their rows. */

import { ApiError, attempt, deleteUpload, explain, getJob, listUploads } from "../../lib/api.js";
import { createLatest } from "../../lib/latest.js";
import { brokenIn } from "../../state/broken.js";
import { continues } from "../../state/uploads.js";
import { ask } from "../../ui/dialog.js";
import { discard } from "../../ui/upload.js";
import { forget, noted } from "./notes.js";
import { mountSending } from "./sending.js";
import { renderFiles } from "./upload_rows.js";
import { doOf, find, itemOf } from "../../lib/dom.js";

/** What the files tell the rest of the step.
 * @typedef {{choose: ChooseData, onList: (lists: DataLists) => void, putJob: (job: Job) => void,
 *   lookAgain: () => void}} Tell */

/** @param {HTMLElement} root @param {Context} context @param {Tell} tell */
export function mountUploads(root, context, tell) {
  const files = createFiles(context, tell);
  const sending = mountSending(root, context, { onDone: files.arrived, onEnd: files.refresh });
  listenToUploads(root, files);
  listenToUnfinished(root, files, (chosen, upload) => {
    if (continues(chosen, upload, noted(upload.name))) sending.begin(chosen, upload);
    else {
      const why = "name, size or time of change differ";
      context.say(`${chosen.name} is not the file that ${upload.name} began with: ${why}.`, "error");
    }
  });
  files.refresh();

  return {
    /** A count is there. @param {Job} job */
    jobEnded(job) {
      if (job.task !== "statistics") return;
      files.refresh();
      context.refreshPlan();
    },
    /** @param {State} state @param {ShownData} shown */
    render(state, { shelf }) {
      if (shelf === "upload") renderFiles(root, state, context.get("dataset.source"), sending.activeName());
    },
  };
}

/** The files on the server, and what can be done with one. @param {Context} context @param {Tell} tell */
function createFiles(context, { choose, onList, putJob, lookAgain }) {
  const latest = createLatest();
  const complain = (/** @type {string} */ text) => context.say(text, "error");

  function fetchUploads() {
    latest.drop(); // a list that was asked for before may have what has been deleted since
    return latest.ask(listUploads, {
      answered({ uploads, broken, unfinished }) {
        context.store.update(brokenIn("uploads", broken));
        onList({ uploads, unfinished });
        for (const { job_id: job, rows, problem } of uploads) {
          if (job && rows === null && !problem) fetchCount(job, putJob);
        }
      },
      refused: (error) => complain(explain(error)),
    });
  }

  /** @param {Pick<ListedUpload, "path" | "mapping">} upload */
  function use({ path, mapping }) {
    const isMapped = Boolean(mapping?.instruction_field && mapping.response_field);
    choose(path, { kind: "upload", ...mapping }, isMapped);
  }

  return {
    refresh: fetchUploads,
    use,
    /** @param {ArrivedUpload} info @param {boolean} isStillWanted */
    arrived(info, isStillWanted) {
      if (info.job_id) fetchCount(info.job_id, putJob);
      const isHere = "duplicate" in info && info.duplicate;
      context.say(isHere ? `${info.name} is here already, so it is used.` : `${info.name} is uploaded.`);
      if (isStillWanted) use(info);
    },
    /** @param {ListedUpload} upload */
    async remove(upload) {
      const isUsed = context.get("dataset.source") === upload.path;
      if (!(await mayDelete(upload.name, isUsed))) return;
      await attempt(async () => {
        await deleteUpload(upload.name);
        await fetchUploads();
        context.refreshPlan();
        if (isUsed) lookAgain();
      }, complain);
    },
    /** Give up what was begun and not finished. @param {{name: string}} upload */
    drop: ({ name }) => attempt(async () => {
      await discard(name);
      forget(name);
      await fetchUploads();
    }, complain),
  };
}

/** @param {string} job @param {(job: Job) => void} putJob */
async function fetchCount(job, putJob) {
  try {
    putJob(await getJob(job));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error; // a count that ended with an earlier server is not there any more
  }
}

/** @param {string} name @param {boolean} isUsed by the draft */
function mayDelete(name, isUsed) {
  const needs = isUsed ? ", and your draft needs other data" : "";
  const text = `The file is removed from this machine’s uploads${needs}. Runs that have ended keep their results.`;
  return ask({ title: `Delete ${name}?`, text, yes: "Delete" });
}

/** @param {HTMLElement} root @param {ReturnType<typeof createFiles>} files */
function listenToUploads(root, files) {
  find("uploads", root).addEventListener("click", (event) => {
    const action = doOf(event);
    if (action === "use") files.use(itemOf(event.target));
    if (action === "delete") files.remove(itemOf(event.target));
  });
}

/** @param {HTMLElement} root @param {ReturnType<typeof createFiles>} files
 * @param {(chosen: File, upload: PartialUpload) => void} goOn with an upload, with the file that was chosen for it */
function listenToUnfinished(root, files, goOn) {
  find("unfinished", root).addEventListener("click", (event) => {
    if (doOf(event) === "discard") files.drop(itemOf(event.target));
  });
  find("unfinished", root).addEventListener("change", (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const [chosen, upload] = [input.files?.[0], itemOf(input)];
    input.value = "";
    if (chosen) goOn(chosen, upload);
  });
}
