// @ts-check
/** The long looks at data that run on the server: the newest of each task and subject, kept current over the socket. */

import { ApiError, getJob } from "../../lib/api.js";

/** @param {Job | undefined} job */
export const isUnderWay = (job) => job?.status === "waiting" || job?.status === "running";

const keyOf = (/** @type {string} */ task, /** @type {string} */ subject) => `${task} ${subject}`;

/** @param {State} state @param {string} task @param {string} subject @returns {Job | undefined} */
export const jobOf = (state, task, subject) => state.jobs?.[keyOf(task, subject)];

/** @param {Context} context @param {(job: Job) => void} onEnd */
export function mountJobs(context, onEnd) {
  const jobs = () => context.store.get().jobs ?? {};
  /** @param {Job} job */
  const put = (job) => {
    const key = keyOf(job.task, job.subject);
    const before = jobs()[key];
    if (before?.job_id === job.job_id && isUnderWay(job) && !isUnderWay(before)) return; // an answer that was overtaken
    context.patch({ jobs: { ...jobs(), [key]: job } });
    const isEnd = !isUnderWay(job) && (before?.job_id !== job.job_id || isUnderWay(before));
    if (isEnd) onEnd(job);
  };
  const refresh = async () => {
    for (const job of Object.values(jobs()).filter(isUnderWay)) {
      try {
        put(await getJob(job.job_id));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const gone = { code: error.code, message: "It ended with the server.", hint: "Start it again.", fields: {} };
        if (error.code === "not_found") put({ ...job, status: "failed", error: gone });
      }
    }
  };
  context.live.on("connect", refresh);
  context.live.on("dataset_update", put);
  return { put };
}

/** How a job stands, in words. @param {Job} job @param {string} doing such as "Checking" */
export function jobText(job, doing) {
  if (job.status === "waiting") return "Waiting for another look at data to end";
  const share = job.fraction === null ? "" : `, ${Math.round(job.fraction * 100)} %`;
  return `${doing}${job.text ? `: ${job.text}` : ""}${share}`;
}

/** @param {HTMLProgressElement} meter @param {Job} job */
export function showFraction(meter, job) {
  if (job.fraction === null || job.status === "waiting") meter.removeAttribute("value");
  else meter.value = job.fraction;
}
