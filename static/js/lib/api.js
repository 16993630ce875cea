// @ts-check
/** One function per route; a refusal is an ApiError with the fields it names. */

export class ApiError extends Error {
  /** @param {{code: string, message: string, hint: string, fields: Record<string, string>}} error */
  constructor(error) {
    super(error.message);
    this.code = error.code;
    this.hint = error.hint;
    this.fields = error.fields ?? {};
  }
}

/** @param {string} path @param {string} [method] @param {unknown} [body] */
async function call(path, method = "GET", body) {
  const options = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const { ok, value } = await answer(path, options).catch(() => {
    throw new ApiError({ code: "offline", message: "The server does not answer.", hint: "Is it still running?", fields: {} });
  });
  if (!ok) throw new ApiError(value.error);
  return value;
}

/** A server that dies may do so in the middle of its answer. @param {string} path @param {RequestInit} options */
async function answer(path, options) {
  const response = await fetch(`/api${path}`, options);
  return { ok: response.ok, value: await response.json() };
}

const id = encodeURIComponent;

export const listSessions = () => call("/training/sessions");
/** @param {string} session */
export const getSession = (session) => call(`/training/sessions/${id(session)}`);
/** @param {string} session */
export const getMetrics = (session) => call(`/training/sessions/${id(session)}/metrics`);
/** @param {string} session */
export const getLog = (session) => call(`/training/sessions/${id(session)}/logs`);
/** @param {string} session */
export const getCompletions = (session) => call(`/training/sessions/${id(session)}/completions`);
/** @param {object} config */
export const startRun = (config) => call("/training/start", "POST", { config });
/** @param {string} session */
export const stopRun = (session) => call("/training/stop", "POST", { session_id: session });
/** @param {string} session */
export const resumeRun = (session) => call(`/training/sessions/${id(session)}/resume`, "POST");
/** @param {string} session */
export const deleteSession = (session) => call(`/training/sessions/${id(session)}`, "DELETE");
