/** Shapes that live in the page only, and what it knows of those that Python leaves open; types.d.ts has the others. */

/** What is uploaded completely, as it was just received or as it is asked for again. */
type ArrivedUpload = ReceivedUpload | CompleteUpload;

/** What gives a chart its x: steps, or seconds since the run began. */
type Axis = "step" | "time";

/** What the server writes into the page. */
interface Boot extends Pick<SchemaPayload, "fields" | "algorithms"> { demo: Section }

/** What the charts of a grid have in common. */
interface ChartSetting { axis: Axis; weight: number; range: Extent | null }

/** A chart, and what it draws of an input. */
interface ChartSpec<I> {
  key: string; title: string; note?: string; isFraction?: boolean; isFromZero?: boolean; hasLog?: boolean;
  format: Format; linesOf(input: I): Line[]; reasonOf(input: I): string;
  asOf?(input: I): { isFraction?: boolean; format?: Format };
}

/** A model and whether its adapter is on. */
interface Choice { model_path: string; use_adapter: boolean }

/** Take a data set: where it is, what is known of the dataset section, and whether its columns are known. */
type ChooseData = (source: string, known: Section, isMapped?: boolean) => void;

/** The draft's data set and what the lists say about it; `facts` are its rows and size. */
interface ChosenData {
  kind: string; source: string; shelf: string; known?: KnownData; facts?: KnownData; title: string;
}

/** One model's answer to one question, on its way or there. */
interface Column {
  label: string; kind: "sent" | "waiting" | "loading" | "text" | "end"; text: string; tokens: number; seconds: number;
  message: string; answer: ChatAnswer | null; markers: PromptTexts | null;
}

/** What every step and panel is handed; see main.js. */
interface Context {
  store: Store; boot: PageBoot; live: Live; say: Say;
  /** Change settings of the draft by dotted name; undefined takes the default. */
  set(changes: Record<string, unknown>): void;
  get: Get;
  /** Put another draft in place. */
  replaceDraft(config: DraftConfig | RunConfig, more?: Partial<Draft>): void;
  /** Begin anew, as a first visit does. */
  resetDraft(): Promise<void>;
  patchDraft(patch: Partial<Draft>): void;
  /** Change what the store holds. */
  patch(patch: Partial<State>): void;
  /** Say that something would be lost by leaving, or no longer. */
  setUnsaved(what: string, isUnsaved: boolean): void;
  go(step: string, session?: string | null, params?: Record<string, string>): void;
  /** Change the address without a new entry in the history. */
  putParams(params: Record<string, string>): void;
  refreshPlan(): void;
  /** The curated models with what fits this machine; asked for once, and again after a failure. */
  models(): Promise<ListedBaseModel[]>;
}

/** Data sets as the server lists them, as far as they have been asked for. */
interface DataLists {
  datasets?: ListedCurated[]; builtin?: ListedBuiltin[]; uploads?: ListedUpload[]; unfinished?: PartialUpload[];
  tasks?: TaskChoice[];
}

/** A parameter of a built-in set or of a procedural task. */
type DataParameter = Pick<TaskParameter, "name" | "default"> &
  Partial<Omit<GeneratorParameter, "default"> & TaskParameter>;

/** The run being drafted: `isOwn` once the user has changed anything, `isDirty` while a change is saved nowhere,
 *  `suited` what it has taken of the values that suit its data. */
interface Draft {
  config: DraftConfig; mode: string; forkOf: string | null; isOwn: boolean; isDirty: boolean; suited?: Section;
}

/** A configuration of which every value may be absent. */
type DraftConfig = { [K in keyof RunConfig]?: Partial<RunConfig[K]> } & Section;

/** One question. `error` is the server's refusal, `isTurn` says that it belongs to a conversation, `isTakenUp` that its
 *  text is asked for since the page was loaded anew. */
interface Exchange {
  id: string; prompt: string; reference: string; isTurn: boolean; body: { model_path?: string } & Section;
  columns: Column[]; isPending: boolean; isTakenUp: boolean;
  error: Pick<ErrorReport, "message" | "hint" | "fields"> | null;
}

type ExportDesk = ReturnType<typeof import("./steps/export/desk.js").createDesk>;

type Extent = { min: number; max: number };

type Format = (value: number) => string;

/** The value of a setting by its dotted name: of the draft, or of a run's configuration. */
type Get = (name: string) => any;

type Interval = SideSummary["interval"];

/** A property of the JSON Schema, as far as the page reads it. */
interface JsonProperty {
  type?: string; anyOf?: { type?: string }[]; default?: unknown; description?: string; unit?: string; typical?: string;
  tier?: string; minimum?: number; maximum?: number; exclusiveMinimum?: number;
}

interface JsonSchema { $defs: Record<string, { properties: Record<string, JsonProperty> }> }

/** A place of the store for one answer of the server. */
interface Kept<T> {
  status: "busy" | "known" | "failed"; value: T | null; error: import("./lib/api.js").ApiError | null;
}

/** What a list may say of a data set, whichever list it is. */
interface KnownData {
  source?: string; path?: string; title?: string; subset?: string | null; split?: string; rows?: number | null;
  size_bytes?: number; licence?: string; note?: string; parameters?: DataParameter[];
}

/** A line of a chart. `band` is the area between two curves, `whiskers` names the columns of an interval at each point,
 *  `side` says that of many values on a pixel only the lowest or highest matters. */
interface Line extends Placed {
  label: string; name: string; colour: number; dash?: number; isSmooth?: boolean; hasPoints?: boolean; isThin?: boolean;
  side?: "low" | "high"; band?: { low: Metric; high: Metric }; whiskers?: { low: string; high: string };
}

interface Live {
  refreshAll(): Promise<void>; refreshShown(): Promise<void>; forget(id: string): Promise<void>;
  on<K extends keyof Messages>(name: K, listener: (message: Messages[K]) => unknown): () => unknown;
  watch(id: string | null): void;
}

/** What is heard of the server, by name; "connect" after each connection. */
interface Messages {
  connect: null; training_update: TrainingUpdate; training_status: TrainingStatus; training_log: TrainingLog;
  training_completions: { session_id: string }; dataset_update: Job; generation_update: GenerationUpdate;
  model_update: LoadedState; batch_update: EvaluationRecord;
}

/** A metric of a history, or one plus `sign` times another; `isPositive` leaves out what a logarithmic axis can't
 *  show. */
interface Metric { name: string; other?: string; sign?: number; weight?: number; isPositive?: boolean }

interface Metrics { session_id: string; columns: Record<string, (number | null)[]> }

interface PageBoot {
  fields: ShownField[]; algorithms: AlgorithmWords[]; demo: Record<string, unknown>;
  defaults: Record<string, unknown>; nonce: string;
  field(name: string): ShownField;
  titleOfAlgorithm(value: string): string;
}

/** A history and the Unix time from which its own time is counted. */
interface Placed { history: RunHistory; startedAt: number }

/** What the server says of the draft. */
interface PlanState {
  status: "checking" | "sound" | "refused" | "offline"; value: Plan | null; errors: Record<string, string>;
  message: string;
}

/** A prompt template without its name. */
type PromptTexts = Omit<ShownTemplate, "name">;

type Reducer = (state: State) => State;

/** A part of the reward of a draft. */
type RewardPart = Partial<Omit<RewardComponent, "judge">> & { judge?: Section | null };

/** The reward of a draft: one part, or several. */
type RewardDraft = RewardPart & Partial<Pick<RewardConfig, "type" | "fields">> & { components?: RewardPart[] };

interface Rewards {
  status: "loading" | "ready" | "failed"; list: ShownPreset[]; custom: ShownReward[]; defs: JsonSchema["$defs"];
  message: string; sandbox: string;
}

interface Route { step: string; session: string | null; params: Record<string, string> }

/** One row per step; `columns` are longer than `length` and hold NaN where a metric is absent. `version` tells that
 *  rows were rewritten, `curves` is what state/curves.js keeps of them. */
interface RunHistory {
  length: number; capacity: number; version: number; columns: Map<string, Float64Array>;
  curves: Map<string, import("./state/curves.js").Curve>;
}

type Say = (text: string, level?: "info" | "error") => void;

type Section = Record<string, unknown>;

/** A session as the store holds it: what lists, snapshots and messages have told of it so far. */
interface Session extends Partial<Omit<SessionDetail, "session_id" | "status" | "metrics" | "failure">> {
  metrics?: StepReport | TrainingUpdate | null; failure?: (FailureCause & Partial<Failure>) | null;
  session_id: string; status: string; name?: string | null; model?: string | null; dataset?: string | null;
  reward?: number | null; progress?: TrainingStatus["event"] | null; isWhole?: boolean; update_seq?: number;
  status_seq?: number;
}

interface SessionDetail extends SessionState {
  config: RunConfig; is_on_policy: boolean; verdict: string | null; evaluations: ShownScore[];
}

/** What the parts of the dataset step draw. */
interface ShownData { chosen: ChosenData; shelf: string; errors: Record<string, string> }

/** What a part of the export step draws: the run that is shown, its export if there is one, what is planned and chosen,
 *  and what stands in the way. */
interface ShownExport {
  id: string; session?: Session; exportState: ExportState | null; files: ListedFile[]; chosen: string[];
  isFresh: boolean;
  plan: import("./state/exports.js").Plan | null;
  now: { isOffline: boolean; isExporting: boolean; isPushing: boolean; isTraining: boolean };
}

/** What the store holds; the slices of steps are there once these have been opened. */
/** A store of the server whose entries are listed. */
type StoreName = "sessions" | "exports" | "tests" | "configs" | "prompts" | "rewards" | "uploads";

interface State {
  sessions: Record<string, Session>; exports: Record<string, ExportState>; shown: string | null;
  system: SystemSample | null; queue: QueueState | null; connection: "connecting" | "live" | "offline";
  isLoaded: boolean; route: Route; draft: Draft; plan: PlanState; unsaved: Record<string, boolean>;
  broken: Partial<Record<StoreName, BrokenEntry[]>>;
  lastSession: string | null; datasets?: DataLists; jobs?: Record<string, Job>; look?: Kept<DataPreview>;
  rendered?: Kept<MappedPreview>; promptShown?: Kept<PromptPreview>; templates?: ListedTemplate[]; rewards?: Rewards;
  exporting?: import("./steps/export/desk.js").Slice; testing?: import("./steps/testing/desk.js").Slice;
}

/** The figures of a step, of which any may be absent. */
type StepFigures = Partial<StepReport | TrainingUpdate>;

interface Store {
  get(): State;
  /** Change the value; listeners hear once per frame, however many changes it had. */
  update(reducer: Reducer): void;
  subscribe(listener: (state: State) => void): void;
}

interface TaskChoice extends ProceduralTask { kind: "procedural"; source: string; title: string }

type TestDesk = ReturnType<typeof import("./steps/testing/desk.js").createDesk>;

interface TestDetail extends EvaluationRecord { results: (BatchRow & EvaluationRow)[]; results_total: number }

/** A figure with its name; `level` colours it. */
interface Tile { name: string; value: string; level: string }

interface TrainingLog { session_id: string; text: string }
