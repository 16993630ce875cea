// @ts-check
/** One function per route; a refusal is an ApiError with the fields it names. */

export class ApiError extends Error {
  /** @param {Pick<ErrorReport, "code" | "message"> & Partial<ErrorReport>} error */
  constructor(error) {
    super(error.message);
    this.code = error.code;
    this.hint = error.hint ?? "";
    this.fields = error.fields ?? {};
  }
}

/** @param {string} path @param {string} [method] @param {unknown} [body] @param {AbortSignal} [signal]
 * @returns {Promise<any>} what each route answers with stands beside its function below */
async function call(path, method = "GET", body, signal) {
  const json = { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  return send(path, { method, signal, ...(body === undefined ? {} : json) });
}

/** @param {string} path @param {RequestInit} options */
async function send(path, options) {
  const { ok, value } = await answer(path, options);
  if (!ok) throw new ApiError(value.error);
  return value;
}

/** A server that dies may do so in the middle of its answer. @param {string} path @param {RequestInit} options */
async function answer(path, options) {
  try {
    const response = await fetch(`/api${path}`, options);
    return { ok: response.ok, value: await response.json() };
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError({ code: "offline", message: "The server does not answer.", hint: "Is it still running?" });
  }
}

/** A message and what to do about it. @param {{message: string, hint: string}} error */
export const inWords = ({ message, hint }) => `${message} ${hint}`.trim();

/** An error in words for people; what is no refusal of the server is a bug and thrown on. @param {unknown} error */
export function explain(error) {
  if (error instanceof ApiError) return inWords(error);
  throw error;
}

/** Do something, or say in words why the server refuses it; whether it was done.
 * @param {() => Promise<unknown>} action @param {(text: string) => unknown} refused */
export async function attempt(action, refused) {
  try {
    await action();
    return true;
  } catch (error) {
    refused(explain(error));
    return false;
  }
}

const id = encodeURIComponent;
/** Parameters that are given, as a query. @param {Record<string, unknown>} values */
const query = (values) => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length ? `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}` : "";
};
/** @param {string} session @param {string} [rest] */
const of = (session, rest = "") => `/training/sessions/${id(session)}${rest}`;

/** Where the entries of each store are. @type {Record<StoreName, string>} */
const STORES = {
  sessions: "/training/sessions", exports: "/exports", tests: "/models/tests", configs: "/configs",
  prompts: "/prompts", rewards: "/rewards/custom", uploads: "/datasets/uploads",
};
/** @param {StoreName} store @param {string} name */
export const deleteEntry = (store, name) => call(`${STORES[store]}/${id(name)}`, "DELETE");

/** @returns {Promise<{sessions: ListedSession[], broken: BrokenEntry[], queue: QueueState}>} */
export const listSessions = () => call("/training/sessions");
/** @param {string} session @returns {Promise<SessionDetail>} */
export const getSession = (session) => call(of(session));
/** @param {string} session @param {object} [wanted] after_step, max_points, phase @returns {Promise<Metrics>} */
export const getMetrics = (session, wanted = {}) => call(of(session, `/metrics${query({ ...wanted })}`));
/** @param {string} session @param {number} [tail] @returns {Promise<TrainingLog>} */
export const getLog = (session, tail) => call(of(session, `/logs${query({ tail })}`));
/** @param {string} session @param {number | null} [step]
 * @param {boolean} [steps] whether to list all steps
 * @param {AbortSignal} [signal] @returns {Promise<StepCompletions>} */
export const getCompletions = (session, step, steps = true, signal) =>
  call(of(session, `/completions${query({ step, steps: steps ? undefined : false })}`), "GET", undefined, signal);
/** @param {string} session @param {{filter: string, from_step: number, direction: string, limit: number}} wanted
 * @param {AbortSignal} [signal] @returns {Promise<SearchResult>} */
export const searchCompletions = (session, wanted, signal) =>
  call(of(session, `/completions/search${query(wanted)}`), "GET", undefined, signal);
/** @param {string} session @param {number | null} [step] @returns {Promise<Diagnosis>} */
export const diagnose = (session, step) => call(of(session, `/diagnosis${query({ step })}`));
/** @param {object} config @param {string} [session] @param {boolean} [anyway] also if it can hardly learn
 * @returns {Promise<{session_id: string}>} */
export const startRun = (config, session, anyway) =>
  call("/training/start", "POST", { config, session_id: session || undefined, start_anyway: anyway });
/** @param {object} config @param {AbortSignal} [signal] @returns {Promise<Plan>} */
export const planRun = (config, signal) => call("/training/plan", "POST", { config }, signal);
/** The plan's findings, once what they need has been measured. @param {object} config @param {AbortSignal} [signal]
 * @returns {Promise<{ready: ReadyFinding[]}>} */
export const askReady = (config, signal) => call("/training/ready", "POST", { config }, signal);
/** @param {string} session @param {"save" | "discard"} mode */
export const stopRun = (session, mode) => call("/training/stop", "POST", { session_id: session, mode });
/** @param {string} session */
export const resumeRun = (session) => call(of(session, "/resume"), "POST");
/** @param {string} session */
export const deleteSession = (session) => call(of(session), "DELETE");

/** @returns {Promise<{base: ListedBaseModel[]}>} */
export const listModels = () => call("/models/list");
/** @param {string} name @param {AbortSignal} [signal] @returns {Promise<ModelDetails>} */
export const describeModel = (name, signal) => call(`/models/describe${query({ name })}`, "GET", undefined, signal);

/** @returns {Promise<{models: TestableModel[]}>} */
export const listTestable = () => call("/models/testable");
/** @param {object} question model_path, prompt or messages, system, use_template, use_adapter, reference, request_id,
 *   device, and sampling values
 * @returns {Promise<ChatAnswer>} */
export const askModel = (question) => call("/models/test", "POST", question);
/** @param {object} question as askModel, with models in place of one @returns {Promise<{answers: ChatAnswer[]}>} */
export const askModels = (question) => call("/models/compare", "POST", question);
/** A question as it stands, also after its page has gone. @param {string} request @returns {Promise<RecentAnswer>} */
export const getAnswer = (request) => call(`/models/answers/${id(request)}`);
/** @param {string} request @returns {Promise<{stopped: boolean}>} */
export const stopAnswer = (request) => call("/models/stop", "POST", { request_id: request });
/** @returns {Promise<LoadedState>} */
export const getMachine = () => call("/models/state");
/** @param {string} model @param {string} [device] @returns {Promise<LoadedState>} */
export const loadModel = (model, device) => call("/models/load", "POST", { model_path: model, device });
/** @returns {Promise<LoadedState>} */
export const unloadModels = () => call("/models/unload", "POST", {});
/** @param {object} wanted prompts, model_path, use_adapter, system, use_template, and sampling values
 * @returns {Promise<EvaluationRecord>} */
export const startBatch = (wanted) => call("/models/batch", "POST", wanted);
/** @param {File} file @param {object} options as startBatch, without prompts @returns {Promise<EvaluationRecord>} */
export const startFileBatch = (file, options) => {
  const form = new FormData();
  form.append("file", file);
  form.append("options", JSON.stringify(options));
  return send("/models/batch", { method: "POST", body: form });
};
/** @param {object} wanted session_id, models, rows, samples, and sampling values
 * @returns {Promise<EvaluationRecord>} */
export const startEvaluation = (wanted) => call("/models/evaluate", "POST", wanted);
/** @param {string | null} session @returns {Promise<{tests: EvaluationRecord[], broken: BrokenEntry[]}>} */
export const listTests = (session) => call(`/models/tests${query({ session_id: session })}`);
/** @param {string} test @param {{offset?: number, limit?: number}} [page] @returns {Promise<TestDetail>} */
export const getTest = (test, page = {}) => call(`/models/tests/${id(test)}${query({ ...page })}`);
/** @param {string} test @returns {Promise<EvaluationRecord>} */
export const cancelTest = (test) => call(`/models/tests/${id(test)}/cancel`, "POST", {});
/** @param {string} test */
export const deleteTest = (test) => call(`/models/tests/${id(test)}`, "DELETE");
/** Where a file of a test is. @param {string} test @param {string} file */
export const testFile = (test, file) => `/api/models/tests/${id(test)}/${file}`;

/** @returns {Promise<DatasetOverview>} */
export const listDatasets = () => call("/datasets/list");
/** @returns {Promise<{tasks: ProceduralTask[]}>} */
export const listProcedural = () => call("/datasets/procedural");
/** @param {object} wanted path, subset, split @param {AbortSignal} [signal] @returns {Promise<HubDescription>} */
export const describeDataset = (wanted, signal) =>
  call(`/datasets/hub${query({ ...wanted })}`, "GET", undefined, signal);
/** @param {object} wanted path, samples, kind, subset, split, encoding, parameters @param {AbortSignal} [signal]
 * @returns {Promise<DataPreview>} */
export const previewDataset = (wanted, signal) => call("/datasets/preview", "POST", wanted, signal);
/** @param {object} config @param {AbortSignal} [signal] @returns {Promise<MappedPreview>} */
export const datasetFields = (config, signal) => call("/datasets/fields", "POST", { config }, signal);
/** @param {object} wanted path, kind, subset, split, encoding, parameters @param {string} model that is trained
 * @param {AbortSignal} [signal] @returns {Promise<Suggestion>} */
export const suggestForDataset = (wanted, model, signal) =>
  call("/datasets/suggest", "POST", { ...wanted, model }, signal);
/** @param {object} config @returns {Promise<Job>} */
export const checkDataset = (config) => call("/datasets/check", "POST", { config });
/** @param {object} wanted @returns {Promise<Job>} */
export const downloadDataset = (wanted) => call("/datasets/download", "POST", wanted);
/** @param {string} job @returns {Promise<Job>} */
export const getJob = (job) => call(`/datasets/jobs/${id(job)}`);
/** @returns {Promise<{uploads: ListedUpload[], broken: BrokenEntry[], unfinished: PartialUpload[]}>} */
export const listUploads = () => call("/datasets/uploads");
/** Send a whole file. @param {File} file @param {string} [encoding] @param {AbortSignal} [signal]
 * @returns {Promise<ReceivedUpload>} */
export const uploadFile = (file, encoding, signal) => {
  const form = new FormData();
  form.append("file", file);
  return send(`/datasets/upload${query({ encoding })}`, { method: "POST", body: form, signal });
};
/** Send a piece of a file. @param {string} name @param {{offset: number, size: number, encoding?: string}} where
 * @param {Blob} piece @param {AbortSignal} [signal] @returns {Promise<LastPiece | PartialUpload>} */
export const uploadPiece = (name, where, piece, signal) =>
  send(`/datasets/uploads/${id(name)}${query(where)}`, { method: "PUT", body: piece, signal });
/** @param {string} name @returns {Promise<CompleteUpload | PartialUpload>} */
export const getUpload = (name) => call(`/datasets/uploads/${id(name)}`);
/** @param {string} name */
export const deleteUpload = (name) => call(`/datasets/uploads/${id(name)}`, "DELETE");

/** @returns {Promise<{prompts: ListedTemplate[], broken: BrokenEntry[]}>} */
export const listPrompts = () => call("/prompts");
/** @param {string} name @param {object} prompt */
export const savePrompt = (name, prompt) => call(`/prompts/${id(name)}`, "PUT", prompt);
/** @param {string} name */
export const deletePrompt = (name) => call(`/prompts/${id(name)}`, "DELETE");
/** @param {{prompt: object, model: string, instruction: string}} wanted @param {AbortSignal} [signal]
 * @returns {Promise<PromptPreview>} */
export const previewPrompt = (wanted, signal) => call("/prompts/preview", "POST", wanted, signal);
/** @param {object} prompt @param {string} completion @returns {Promise<Parsed>} */
export const parseCompletion = (prompt, completion) => call("/prompts/parse", "POST", { prompt, completion });

/** @returns {Promise<{rewards: ShownPreset[], custom: ShownReward[], broken: BrokenEntry[], sandbox: string}>} */
export const listRewards = () => call("/rewards/list");
/** @param {object} wanted config, rows, session_id, step, samples @param {AbortSignal} [signal]
 * @returns {Promise<RewardTest>} */
export const testReward = (wanted, signal) => call("/rewards/test", "POST", wanted, signal);
/** @param {object} config @param {number} samples @returns {Promise<BenchResult>} */
export const benchReward = (config, samples) => call("/rewards/bench", "POST", { config, samples });
/** @param {string} name @param {number} [version] @returns {Promise<ShownReward>} */
export const getCustomReward = (name, version) => call(`/rewards/custom/${id(name)}${query({ version })}`);
/** @param {object} definition @param {object} config whose data it is tried on @returns {Promise<Trial>} */
export const tryCustomReward = (definition, config) => call("/rewards/try", "POST", { definition, config });
/** @param {string} name @param {object} definition @param {object} config whose data it is tried on
 * @returns {Promise<SavedReward>} */
export const saveCustomReward = (name, definition, config) =>
  call(`/rewards/custom/${id(name)}`, "PUT", { ...definition, config });
/** @param {string} name */
export const deleteCustomReward = (name) => call(`/rewards/custom/${id(name)}`, "DELETE");

/** @returns {Promise<{configs: SavedConfig[], broken: BrokenEntry[]}>} */
export const listConfigs = () => call("/configs/list");
/** @param {string} name @returns {Promise<{config: Record<string, unknown>}>} */
export const loadConfig = (name) => call(`/configs/load${query({ name })}`);
/** @param {string} name @param {object} config */
export const saveConfig = (name, config) => call("/configs/save", "POST", { name, config });
/** @param {string} name */
export const deleteConfig = (name) => call(`/configs/${id(name)}`, "DELETE");

/** @param {string} session @param {string[]} targets @returns {Promise<ExportState>} */
export const createExport = (session, targets) => call("/exports/create", "POST", { session_id: session, targets });
/** @param {string} session @param {string[]} targets @returns {Promise<OfferedPlan>} */
export const planExport = (session, targets) =>
  call(`/exports/plan${query({ session_id: session, targets: targets.join(",") })}`);
/** @returns {Promise<{exports: ExportState[], broken: BrokenEntry[]}>} */
export const listExports = () => call("/exports/list");
/** @param {string} session @returns {Promise<ExportState>} */
export const cancelExport = (session) => call("/exports/cancel", "POST", { session_id: session });
/** @param {string} session @param {string} [target] everything without one */
export const deleteExport = (session, target) =>
  call(`/exports/${id(session)}${target ? `/${id(target)}` : ""}`, "DELETE");
/** @param {string} session @param {string} file */
export const downloadAddress = (session, file) => `/api/exports/${id(session)}/${id(file)}`;
/** @param {{session_id: string, repo_id: string, targets: string[], private: boolean, token?: string}} wanted
 * @returns {Promise<ExportState>} */
export const pushExport = (wanted) => call("/exports/push", "POST", wanted);
/** @param {string} session @returns {Promise<ExportState>} */
export const cancelPush = (session) => call("/exports/push/cancel", "POST", { session_id: session });
/** @returns {Promise<SchemaPayload & {schema: JsonSchema}>} */
export const getSchema = () => call("/schema");
