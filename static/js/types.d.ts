// Written by `python -m cli.declarations --write static/js/types.d.ts`; a test holds it current.

/** An algorithm as the page offers it; `value` is that of grpo.algorithm, `settings` name those it depends on. */
interface AlgorithmWords {
  value: string;
  title: string;
  text: string;
  when: string;
  settings: string[];
}

/** A completion with its parsed content. */
interface AnnotatedCompletion {
  text: string;
  tokens: number;
  truncated: boolean;
  reward: number | null;
  advantage: number | null;
  scores: Record<string, ScoreRecord>;
  answer: Span | null;
  problems: string[];
  mentions_reference: boolean;
}

/** A group with what each of its completions says. */
interface AnnotatedGroup {
  step: number;
  prompt: string;
  instruction: string;
  reference: string;
  extras: Record<string, unknown>;
  completions: AnnotatedCompletion[];
}

/** The answer of one model so far: the values of its latest GenerationUpdate, with all of its text. */
interface AnswerColumn {
  kind: "sent" | "waiting" | "loading" | "text" | "end";
  text: string;
  tokens: number;
  seconds: number;
  message: string;
}

/** The perfect answers of `rows` rows, in tokens; `prompt` is the longest prompt, null without the tokenizer. */
interface AnswerLengths {
  rows: number;
  longest: number;
  prompt: number | null;
  is_estimated: boolean;
  thinks: boolean;
  first_only: boolean;
  context: number | null;
}

/** The request that is being answered; `what` names it for people. */
interface AnsweredRequest {
  request_id: string;
  what: string;
  model_path: string;
}

/** A held-out row and the model's answer to it. */
interface AnsweredRow {
  instruction: string;
  reference: string;
  answer: string;
}

/** The model that answered, and whether its adapter was on. */
interface AskedModel {
  model_path: string;
  kind: "adapter" | "checkpoint" | "merged" | "gguf" | "base";
  title: string;
  session_id: string | null;
  base: string | null;
  use_adapter: boolean;
}

/** A prompt of a batch and its answer; `solution` is the text between the run's markers, null without them. */
interface BatchRow {
  reward: number | null;
  scores: Record<string, ScoreRecord> | null;
  is_correct: boolean | null;
  index: number;
  prompt: string;
  reference: string | null;
  response: string;
  tokens: number;
  seconds: number;
  finish_reason: string;
  problem: string | null;
  solution: string | null;
}

/** A batch in figures; `most` is the highest reward an answer can get, `judged` counts right and wrong answers. */
interface BatchSummary {
  answered: number;
  refused: number;
  tokens: number;
  seconds: number;
  tokens_per_second: number | null;
  truncated: number;
  mean_reward: number | null;
  most: number | null;
  correct: number | null;
  judged: number;
  scored: number;
  unscored: number;
}

/** The results of the bench; `dataclasses.asdict` turns them into JSON values. */
interface BenchReport {
  reward: string;
  judges_truth: boolean;
  rows: number;
  rows_left: number;
  completions: number;
  scored: number;
  distinct_scores: number;
  not_applicable: number;
  declared: [number, number] | null;
  seen: [number, number] | null;
  most: number;
  failed: Record<string, number>;
  not_run: Record<string, number>;
  right: Tally;
  wrong: Tally;
  compared: number;
  violations: Violation[];
  exploits: Tally[];
  mean_ms: number;
  p95_ms: number;
  changed_again: number;
  changed_in_reverse: number;
  grade: "A" | "B" | "C" | "D" | "F";
  findings: Weakness[];
}

/** The report on each reward, and the grade of all together. */
interface BenchResult {
  rows: number;
  grade: "A" | "B" | "C" | "D" | "F";
  rewards: Record<string, BenchReport>;
}

/** An entry of a store that can't be read: its name, what is wrong with which file, and what to do. */
interface BrokenEntry {
  name: string;
  problem: string;
  cure: string;
}

/** An answer as REST shows it, with the conversation that the model saw. */
interface ChatAnswer {
  tokens: number;
  prompt_tokens: number | null;
  seconds: number;
  tokens_per_second: number | null;
  first_token_seconds: number | null;
  finish_reason: "stop" | "length" | "cancelled" | "refused";
  seed: number | null;
  problem?: string;
  request_id: string;
  model: AskedModel;
  response: string;
  messages: ChatMessage[];
  parsed: Parsed | null;
  score: ChatScore | null;
  label?: string;
}

/** One turn of a conversation; `role` is system, user or assistant. */
interface ChatMessage {
  role: string;
  content: string;
}

/** The reward of an answer, null where a part could not be scored, with its parts. */
interface ChatScore {
  total: number | null;
  least: number | null;
  most: number | null;
  scores: Record<string, ScoreRecord>;
}

/** The result of all checks: the rows that a run uses, and why others are left out. */
interface CheckReport {
  rows: number;
  mapped: number;
  usable: number;
  train: number;
  held_out: number;
  warm_up: number;
  longest_prompt: number | null;
  findings: Record<string, Trouble>;
  answers: AnswerLengths | null;
}

/** The share of tokens whose ratio was cut: below, above, and either. */
interface ClipRatio {
  low?: number | null;
  high?: number | null;
  region?: number | null;
}

/** The columns of a data set, under the names of the dataset section. */
interface ColumnMapping {
  instruction_field: string;
  response_field: string;
  context_field: string | null;
  final_answer: "auto" | "none" | "hash" | "boxed" | "last-line";
}

/** One column as REST shows it; lengths in characters, null where every cell is empty; `types` counts cells. */
interface ColumnSummary {
  name: string;
  filled: number;
  shortest: number | null;
  longest: number | null;
  types: Record<string, number>;
  empty: number;
  mean_length: number | null;
  distinct: number;
  distinct_is_exact: boolean;
  common: CommonValue[];
}

/** A value that several rows have. */
interface CommonValue {
  value: string;
  count: number;
}

/** The answers of a comparison, in the order of its models. */
interface Comparison {
  request_id: string;
  answers: ChatAnswer[];
}

/** An upload that has been received to its end. */
interface CompleteUpload {
  columns?: string[];
  mapping?: MappingSettings;
  notes?: string[];
  rows: number | null;
  statistics?: ColumnSummary[];
  sha256: string | null;
  name: string;
  path: string;
  size_bytes: number;
  uploaded_at: number;
  encoding: string | null;
  job_id?: string | null;
  problem: ErrorReport | null;
  complete: true;
}

/** One part of a preset's score: its key in `Score.parts`, its weight, and its summary. */
interface Component {
  name: string;
  weight: number;
  summary: string;
}

/** The guessed columns that belong to the question: one path or several, how sure, and why. */
interface ContextGuess {
  field: string | string[] | null;
  confidence: number;
  reason: string;
}

/** A reward that a user made; serialises to JSON. */
interface CustomReward {
  kind: "python" | "recipe";
  description: string;
  source: string;
  functions: string[];
  range: [number, number] | null;
  recipe: Recipe | null;
}

/** The first rows as a page can show them; `total_rows` is null where there are more than were read. */
interface DataPreview {
  columns: string[];
  mapping: MappingSettings;
  guesses: GuessedMapping;
  rows: Record<string, unknown>[];
  notes: string[];
  total_rows: number | null;
}

/** The number of rows of each part of the run; `left_out` counts unused rows by reason. */
interface DataReport {
  warm_up: number;
  train: number;
  held_out: number;
  left_out: Record<string, number>;
}

/** The examples of a run. */
interface DatasetConfig {
  source: string;
  kind: "hub" | "upload" | "procedural" | "builtin" | null;
  subset: string | null;
  split: string;
  encoding: string | null;
  instruction_field: string;
  context_field: string | string[] | null;
  response_field: string | null;
  reasoning_field: string | null;
  final_answer: "auto" | "none" | "hash" | "boxed" | "last-line";
  filters: RowFilter[];
  max_samples: number | null;
  validation_fraction: number;
  validation_samples: number;
  parameters: Record<string, unknown>;
}

/** Every data set to choose from: curated ones, built-in ones, and uploads, with those that can't be used. */
interface DatasetOverview {
  datasets: ListedCurated[];
  builtin: ListedBuiltin[];
  uploads: ListedUpload[];
  broken: BrokenEntry[];
}

/** Why some groups give no training signal. */
interface Diagnosis {
  steps: number[] | null;
  groups: number;
  completions: number;
  signal_fraction: number | null;
  verdict: string;
  findings: Finding[];
}

/** The model in memory: `parameters` counts weights, `adapted_layers` see core/workers/run_card.py. */
interface EngineReport {
  engine: string;
  device: string;
  dtype: string;
  parameters: number;
  trainable_parameters: number;
  adapted_layers?: Record<string, number[]> | null;
  seconds: number;
}

/** An error as every interface shows it; see LoraCraftError. */
interface ErrorReport {
  code: string;
  message: string;
  hint: string;
  fields: Record<string, string>;
}

/** The work of a run in numbers; None if it depends on rows that are not counted. */
interface Estimate {
  rows: number | null;
  is_checked: boolean;
  warm_up_rows: number | null;
  train_rows: number | null;
  held_out_rows: number | null;
  steps: number | null;
  warm_up_steps: number | null;
  completions: number | null;
  tokens_at_most: number | null;
  seconds: number | null;
  basis: string;
}

/** One answer of a model to a held-out row; `problem` says why the model refused the prompt. */
interface EvaluationAnswer {
  reward: number | null;
  scores: Record<string, ScoreRecord> | null;
  is_correct: boolean | null;
  text: string;
  tokens: number;
  finish_reason: string;
  problem: string | null;
}

/** One batch or evaluation; times are Unix seconds. */
interface EvaluationRecord {
  test_id: string;
  kind: "batch" | "evaluation";
  name: string;
  session_id: string | null;
  models: RecordModel[];
  sampling: Sampling;
  created_at: number;
  total: number;
  status: "waiting" | "running" | "completed" | "cancelled" | "failed" | "interrupted";
  started_at: number | null;
  ended_at: number | null;
  done: number;
  eta_seconds: number | null;
  answering_seconds: number | null;
  text: string;
  samples: number;
  system: string | null;
  use_template: boolean;
  device: string;
  most: number | null;
  notes: string[];
  doubt: string;
  about: Record<string, string>;
  preview: PreviewedPrompt[];
  failure: ErrorReport | null;
  summary: BatchSummary | EvaluationSummary | null;
}

/** A held-out row and the answers of both models, before and after. */
interface EvaluationRow {
  index: number;
  instruction: string;
  reference: string | null;
  sides: RowSide[];
}

/** The same with the verdict in words and with notes on the figures. */
interface EvaluationSummary {
  rows: number;
  compared: number;
  samples: number;
  most: number | null;
  is_judged: boolean;
  sides: SideSummary[];
  difference: RewardChange;
  length_change: MeanChange;
  regressions: ShownRow[];
  improvements: ShownRow[];
  verdict: string;
  notes: string[];
}

/** The content of an event without the end of the log: these are read of it; see core/sessions/kinds.py. */
interface EventContent {
  text?: string;
  fraction?: number | null;
}

/** An export as REST and the socket show it; its id is the session's. Times are Unix seconds. */
interface ExportState {
  export_id: string;
  session_id: string;
  status: string;
  phase: string | null;
  detail: string;
  text: string;
  targets: string[];
  stages: Stage[];
  fraction: number;
  eta_seconds: number | null;
  elapsed_seconds: number | null;
  started_at: number | null;
  ended_at: number | null;
  failure: Failure | null;
  is_running: boolean;
  folder: string;
  files: ListedFile[];
  notices: NoticeText[];
  modelfile: string | null;
  push: PushState | null;
}

/** A row whose own answer does not get all there is; `score` is null without one, `reason` says why. */
interface FailingRow {
  row: number;
  instruction: string;
  answer: string;
  score: number | null;
  reason: string;
}

/** Why a run ended before its time, what to do, and the end of the worker's log. */
interface Failure {
  cause: string;
  cure: string;
  code: string;
  exit_code: number | null;
  log_tail: string | null;
}

/** Why a run ended, without what to do about it. */
interface FailureCause {
  cause: string;
}

/**  */
interface Fallback {
  from: string;
  to: string;
  count: number;
}

/** The held-out scores of an exported file and of the adapter on the same rows. */
interface FileScore {
  rows: number;
  reward: number | null;
  adapter_reward: number | null;
  correct: number | null;
  adapter_correct: number | null;
  note: string | null;
}

/** One finding: its `share` of the groups or completions, numbers as `evidence`, and at most three places. */
interface Finding {
  code: string;
  title: string;
  evidence: string;
  what_to_do: string;
  share: number;
  examples: Occurrence[];
}

/** A match and its step. */
interface FoundMatch {
  group: number;
  completion: number | null;
  step: number;
}

/** The part of a configuration that suits a model on a machine. */
interface Fragment {
  model: Record<string, number | string>;
  training: Record<string, number | string>;
}

/** The payload of generation_update: the state of one model's answer, and its text since the last update. */
interface GenerationUpdate {
  request_id: string;
  column: number;
  kind: "waiting" | "loading" | "text" | "end";
  text: string;
  tokens: number;
  seconds: number;
  message: string;
}

/** One value a user may set on a built-in set; a keyword argument of its generator. */
interface GeneratorParameter {
  name: string;
  default: number | string | null;
  summary: string;
  minimum: number | null;
  maximum: number | null;
}

/** What makes a completion's advantage, and how far one step may move the policy. */
interface GrpoConfig {
  algorithm: string;
  kl_penalty: number;
  clip_range: number | null;
  epsilon_high: number | null;
  importance_sampling_level: "token" | "sequence" | null;
  num_iterations: number;
  steps_per_generation: number | null;
  loss_type: "grpo" | "dapo" | "dr_grpo" | "bnpo" | null;
  scale_rewards: "group" | "batch" | "none" | null;
  mask_truncated: boolean | null;
  dynamic_sampling: "off" | "on";
}

/** One guessed column: its path, how sure, from 0 to 1, and why. */
interface Guess {
  field: string | null;
  confidence: number;
  reason: string;
}

/** A guessed mapping; `final_answer` is the rule that finds the reference in an answer, and why. */
interface GuessedMapping {
  instruction: Guess;
  response: Guess;
  context: ContextGuess;
  reasoning: Guess;
  final_answer: "auto" | "none" | "hash" | "boxed" | "last-line";
  final_answer_reason: string;
  hints: string[];
}

/** The same at one point of the run: `stage` is base, warm_up, step or trained. */
interface HeldOutScore {
  correct: number | null;
  marks: string;
  scored?: number;
  reward: number | null;
  rewards: Record<string, number | null>;
  row_rewards?: (number | null)[];
  unscored?: Record<string, number>;
  total: number;
  seconds?: number;
  samples?: AnsweredRow[];
  stage: "base" | "warm_up" | "step" | "trained";
  step: number;
}

/** A data set on the hub, before any download. */
interface HubDescription {
  source: string;
  subset: string | null;
  split: string | null;
  subsets: string[];
  splits: string[];
  rows: number | null;
  size_bytes: number | null;
  licence: string;
  gated: boolean;
  columns: string[];
  cached: boolean;
}

/** One job as REST shows it; `fraction` is null while the length of the work is not known. */
interface Job {
  job_id: string;
  task: string;
  subject: string;
  status: "waiting" | "running" | "completed" | "failed";
  fraction: number | null;
  text: string;
  seconds: number;
  result: unknown;
  error: ErrorReport | null;
}

/** Which model judges, by what rule, and how long it may take. */
interface JudgeSettings {
  url: string;
  model: string;
  rubric: string;
  timeout_s: number;
  order_swap: boolean;
  max_parallel: number;
  api_key_variable: string;
}

/** The file that the last piece of an upload completes. */
interface LastPiece {
  columns: string[];
  mapping: MappingSettings;
  guesses: GuessedMapping;
  notes: string[];
  preview: Record<string, unknown>[];
  rows: number | null;
  statistics?: ColumnSummary[];
  sha256: string | null;
  name: string;
  path: string;
  size_bytes: number;
  uploaded_at?: number;
  encoding: string | null;
  job_id: string | null;
  problem?: ErrorReport | null;
  duplicate: boolean;
  complete: true;
}

/** The latest held-out score of a run; what an old log lacks is null. */
interface LastScore {
  stage: string | null;
  correct: number | null;
  scored: number | null;
  total: number | null;
  reward: number | null;
}

/** Its length is within bounds. */
interface LengthCheck {
  look_at: "solution" | "reasoning" | "response";
  weight: number;
  required: boolean;
  label: string;
  kind: "length";
  minimum: number;
  maximum: number;
  unit: "words" | "characters" | "lines";
}

/** A curated base model with the settings that suit this machine; `memory_gib` is what these need. */
interface ListedBaseModel {
  id: string;
  family: string;
  title: string;
  parameters: number;
  licence: string;
  note: string;
  embedded: boolean;
  cached: boolean;
  download_bytes: number;
  memory_gib: number;
  available_gib: number;
  device: string;
  fits: boolean;
  recommended: Fragment;
}

/** A built-in data set in the list; `source` is its name. */
interface ListedBuiltin {
  name: string;
  title: string;
  summary: string;
  preset: string;
  template: string;
  parameters: GeneratorParameter[];
  kind: "builtin";
  source: string;
}

/** A curated data set of the hub in the list; `source` is its id, `cached` whether it is on this machine. */
interface ListedCurated {
  id: string;
  title: string;
  category: "Math" | "Coding" | "General" | "Q&A";
  summary: string;
  licence: string;
  split: string;
  rows: number;
  size_bytes: number;
  mapping: ColumnMapping;
  preset: string;
  subset: string | null;
  extras: Record<string, string>;
  note: string;
  kind: "hub";
  source: string;
  cached: boolean;
}

/** An exported file. */
interface ListedFile {
  probes?: number;
  difference?: number;
  base_difference?: number;
  bound?: number;
  same_token_ids?: boolean;
  question?: string;
  answer?: string;
  fallback_tensors?: number;
  fallbacks?: Fallback[];
  score?: FileScore | null;
  target: string;
  kind: string;
  title: string;
  file: string;
  size_bytes: number;
  is_folder: boolean;
  sha256?: string | null;
  made_at: number;
  adapter_sha256: string | null;
  seconds: number | null;
  is_stale: boolean;
  download: string;
  modelfile: string | null;
}

/** A session in a list: its state in short, its model and its data set. */
interface ListedSession {
  session_id: string;
  status: string;
  phase: string | null;
  phase_detail: string;
  phase_started_at: number | null;
  created_at: number | null;
  started_at: number | null;
  ended_at: number | null;
  last_seq: number;
  device: string | null;
  step: number;
  total_steps: number | null;
  eta_seconds: number | null;
  saved: string | null;
  reward: number | null;
  failure: FailureCause | null;
  name: string | null;
  model: string | null;
  dataset: string | null;
}

/** A prompt template in the list; one of the user has no summary. */
interface ListedTemplate {
  name: string;
  system_prompt: string;
  instruction_template: string;
  reasoning_start: string;
  reasoning_end: string;
  solution_start: string;
  solution_end: string;
  shipped: boolean;
  summary: string;
}

/** An upload in the list; see StoredUpload. `uploaded_at` is in Unix seconds. */
interface ListedUpload {
  columns?: string[];
  mapping?: MappingSettings;
  notes?: string[];
  rows: number | null;
  statistics?: ColumnSummary[];
  sha256: string | null;
  name: string;
  path: string;
  size_bytes: number;
  uploaded_at: number;
  encoding: string | null;
  job_id?: string | null;
  problem: ErrorReport | null;
}

/** A model in memory, and its device. */
interface LoadedModel {
  model_path: string;
  kind: "adapter" | "checkpoint" | "merged" | "gguf" | "base";
  title: string;
  session_id: string | null;
  base: string | null;
  device: string;
}

/** The payload of model_update: the models in memory, the request being answered, and the number that wait. */
interface LoadedState {
  loaded: LoadedModel[];
  busy: AnsweredRequest | null;
  waiting: number;
  notice: string;
}

/** The first rows after mapping; `lengths` say how long perfect answers are. */
interface MappedPreview {
  columns: string[];
  mapping: MappingSettings;
  guesses: GuessedMapping;
  samples: RenderedRow[];
  problem: MissingTokenizer | null;
  notices: string[];
  lengths: AnswerLengths;
}

/** A mapping as values of the dataset section; null for no column. */
interface MappingSettings {
  instruction_field: string | null;
  response_field: string | null;
  context_field: string | string[] | null;
  reasoning_field: string | null;
  final_answer: "auto" | "none" | "hash" | "boxed" | "last-line";
}

/** The response has every marker of the prompt template once, in order, around text. */
interface MarkersCheck {
  look_at: "response";
  weight: number;
  required: boolean;
  label: string;
  kind: "markers_present";
}

/** The mean of the paired differences, after less before, with its interval. */
interface MeanChange {
  mean: number | null;
  interval: [number | null, number | null];
}

/** The memory of a run in GiB: the parts at its peak, which sum to the total, and the need of each phase. */
interface MemoryNeed {
  available_gib: number;
  device: string;
  problem: string | null;
  parts: MemoryPart[];
  phases: PhaseNeed[];
  total_gib: number | null;
  fits: boolean | null;
}

/** One part of a run's memory: its key, its name for people, its size in GiB. */
interface MemoryPart {
  key: string;
  label: string;
  gib: number;
}

/** The click that mends it: what it says, setting -> value, and whether it has all rows checked instead. */
interface Mend {
  label: string;
  settings: Record<string, unknown>;
  checks_rows: boolean;
}

/** Why prompts are shown without the model's chat template. */
interface MissingTokenizer {
  message: string;
  fields: Record<string, string>;
}

/** The base model and its LoRA. */
interface ModelConfig {
  name: string;
  lora_rank: number;
  lora_alpha: number;
  lora_dropout: number;
  target_modules: string[] | "all-linear";
  quantization: "none" | "4bit" | "8bit";
  gradient_checkpointing: boolean;
}

/** A model of any name; `problem` says why its shape is not known, null where it is or where nobody has looked. */
interface ModelDetails {
  name: string;
  kind: "embedded" | "local" | "hub";
  family: string | null;
  parameters: number | null;
  shape: ModelShape | null;
  cached: boolean;
  problem: string | null;
}

/** The trained models, newest first, and the curated base models. */
interface ModelOverview {
  models: TrainedModel[];
  base: ListedBaseModel[];
}

/** A decoder of the Llama kind: grouped attention and a gated MLP, which all listed families share. */
interface ModelShape {
  layers: number;
  hidden: number;
  intermediate: number;
  heads: number;
  kv_heads: number;
  head_dim: number;
  vocab: number;
  tied_embeddings: boolean;
}

/** Something the user should know about a setting: `level` is info or warning. */
interface Notice {
  level: string;
  field: string;
  message: string;
}

/** Something the user should know about a setting: `level` is info or warning. */
interface NoticeText {
  level: string;
  field: string;
  message: string;
}

/** It is one number, close to the reference. */
interface NumberCheck {
  look_at: "solution" | "reasoning" | "response";
  weight: number;
  required: boolean;
  label: string;
  kind: "number_close";
  tolerance: number;
}

/** The place of a group, or of one of its completions, in the run. */
interface Occurrence {
  group: number;
  completion: number | null;
  step: number;
}

/** The same, with whether the server has a token for the hub. */
interface OfferedPlan {
  session_id: string;
  targets: TargetOffer[];
  needed_bytes: number | null;
  free_bytes: number;
  fits: boolean;
  folder: string;
  has_hub_token: boolean;
}

/** What the rows' own answers earn, as a share of the way from the least that one can earn to the most. */
interface OwnAnswers {
  rows: number;
  scored: number;
  mean: number | null;
  full: number;
  failing: FailingRow | null;
}

/** One value a user may set on a preset; a keyword argument of its function. */
interface Parameter {
  name: string;
  default: number | string | boolean;
  summary: string;
  minimum: number | null;
  maximum: number | null;
  choices: string[];
  unit: string;
}

/** The parts of a completion. */
interface Parsed {
  reasoning: string;
  solution: string | null;
  problems: string[];
}

/** The parts of a completion; see Parsed. */
interface ParsedCompletion {
  reasoning: string;
  solution: string | null;
  problems: string[];
}

/** An upload of which `received` bytes have been received. */
interface PartialUpload {
  name: string;
  received: number;
  size_bytes?: number;
  complete: false;
}

/** `value` is the share of rows on which at least one of `k` answers is expected to be right. */
interface PassPoint {
  k: number;
  value: number;
}

/** A regular expression matches somewhere in it. */
interface PatternCheck {
  look_at: "solution" | "reasoning" | "response";
  weight: number;
  required: boolean;
  label: string;
  kind: "matches";
  pattern: string;
  ignore_case: boolean;
}

/** The memory of one phase of a run, in GiB; `decides` marks the phase whose parts are in the sum. */
interface PhaseNeed {
  key: string;
  label: string;
  gib: number;
  decides: boolean;
}

/** A phase of the present attempt and when it began. */
interface PhaseSpan {
  phase: string;
  detail: string;
  started_at: number;
}

/** A configuration as it would run; `refusal` where it is too large. */
interface Plan {
  config: RunConfig;
  notices: Notice[];
  step: StepSummary;
  algorithm_note: string;
  estimate: Estimate;
  memory: MemoryNeed;
  refusal: Refusal | null;
  recommended: Record<string, number>;
  ready: ReadyFinding[];
}

/** The warm-up teaches the form of an answer, so that some completions can score at all. */
interface PreTrainingConfig {
  enabled: boolean;
  epochs: number;
  max_samples: number | null;
  learning_rate: number;
  batch_size: number;
}

/** A prompt of a batch, cut to a length that a page shows. */
interface PreviewedPrompt {
  prompt: string;
  reference: string | null;
}

/** A task: its branch of reasoning-gym as `category`, what to know before using it, or empty, as `note`. */
interface ProceduralTask {
  name: string;
  category: string;
  note: string;
  parameters: TaskParameter[];
}

/** A template by name; the other fields, where given, replace the template's own values. */
interface PromptConfig {
  template: string;
  system_prompt: string | null;
  instruction_template: string | null;
  reasoning_start: string | null;
  reasoning_end: string | null;
  solution_start: string | null;
  solution_end: string | null;
  thinking: "default" | "on" | "off";
}

/** A prompt as a model sees it; `notices` say what its chat template does with it. */
interface PromptPreview {
  prompt: string;
  tokens: number | null;
  messages: ChatMessage[];
  problem: MissingTokenizer | null;
  notices: string[];
}

/** The latest push of a session; `fraction` is the part of the bytes that has been sent. */
interface PushState {
  repo_id: string;
  targets: string[];
  private: boolean;
  url: string;
  status: string;
  phase: string | null;
  detail: string;
  fraction: number;
  failure: Failure | null;
  started_at: number | null;
  is_running: boolean;
  notices: NoticeText[];
}

/** The payload of queue_update: the run on each device, and the waiting runs in order. */
interface QueueState {
  running: Record<string, string | null>;
  waiting: string[];
}

/** One finding: `value` is its figure, `field` the setting where it is decided, `mend` null where none is known. */
interface ReadyFinding {
  key: string;
  level: "error" | "warning" | "pending" | "info" | "good";
  title: string;
  text: string;
  value: number | string | null;
  field: string;
  mend: Mend | null;
  blocks: boolean;
}

/** A file that has just been received; `duplicate` marks one that was there already, under this name. */
interface ReceivedUpload {
  columns: string[];
  mapping: MappingSettings;
  guesses: GuessedMapping;
  notes: string[];
  preview: Record<string, unknown>[];
  rows: number | null;
  statistics?: ColumnSummary[];
  sha256: string | null;
  name: string;
  path: string;
  size_bytes: number;
  uploaded_at?: number;
  encoding: string | null;
  job_id: string | null;
  problem?: ErrorReport | null;
  duplicate: boolean;
}

/** A request to models; `reply` is null before its end, `error` unless it was refused. */
interface RecentAnswer {
  request_id: string;
  is_pending: boolean;
  columns: AnswerColumn[];
  reply: ChatAnswer | Comparison | null;
  error: ErrorReport | null;
}

/** Checks that together are a reward. */
interface Recipe {
  checks: (TextCheck | PatternCheck | LengthCheck | ReferenceCheck | NumberCheck | ShapeCheck | MarkersCheck)[];
}

/** A model of a record: its path, whether its adapter is on, and its name for people. */
interface RecordModel {
  model_path: string;
  use_adapter: boolean;
  label: string;
}

/** It equals or contains the reference, in normal form (see `normal_form`). */
interface ReferenceCheck {
  look_at: "solution" | "reasoning" | "response";
  weight: number;
  required: boolean;
  label: string;
  kind: "equals_reference" | "contains_reference";
}

/** Why a run can't start as it is configured. */
interface Refusal {
  message: string;
  hint: string;
  fields: Record<string, string>;
}

/** A row as the model and the reward will see it; `tokens` is null without a tokenizer. */
interface RenderedRow {
  prompt: string;
  tokens: number | null;
  instruction: string;
  reference: string;
  reasoning: string;
  extras: Record<string, unknown>;
  perfect_answer: string;
}

/** One run uses one device; the rest wait in a visible queue. */
interface ResourcesConfig {
  executor: "local";
  gpus: number[] | null;
  allow_too_large: boolean;
}

/** How the rewards changed: `wins` rows rose, `losses` fell, `ties` stayed, and how likely that is by chance. */
interface RewardChange {
  mean: number | null;
  interval: [number | null, number | null];
  p_value: number;
  test: string;
  wins: number;
  losses: number;
  ties: number;
  is_significant: boolean;
}

/** One scoring function of a composite reward: a preset, a reward of the user's, or a judge. */
interface RewardComponent {
  name: string | null;
  preset_name: string | null;
  custom_name: string | null;
  custom: CustomReward | null;
  judge: JudgeSettings | null;
  parameters: Record<string, unknown>;
  weight: number;
}

/** One preset, one reward of the user's, or several with weights. */
interface RewardConfig {
  type: "preset" | "custom" | "composite";
  preset_name: string | null;
  parameters: Record<string, unknown>;
  custom_name: string | null;
  custom: CustomReward | null;
  components: RewardComponent[];
  fields: Record<string, string>;
  sandbox: "auto" | "monty" | "system";
}

/** Some responses under every reward. */
interface RewardTest {
  least: number | null;
  most: number | null;
  results: TestedResponse[];
  ms_per_completion: Record<string, number>;
}

/** One condition on a column; a row must meet all of them. */
interface RowFilter {
  field: string;
  comparison: "equals" | "not_equals" | "contains" | "not_contains" | "at_least" | "at_most";
  value: string | number | boolean;
}

/** The answers of one model to a row, in the order in which they were drawn. */
interface RowSide {
  answers: EvaluationAnswer[];
}

/** Everything that decides what a run does; the saved file, the form and the command line are made from it. */
interface RunConfig {
  name: string | null;
  model: ModelConfig;
  dataset: DatasetConfig;
  prompt: PromptConfig;
  training: TrainingConfig;
  grpo: GrpoConfig;
  reward: RewardConfig;
  pre_training: PreTrainingConfig;
  resources: ResourcesConfig;
}

/** A completion with its question, for the live page. */
interface SampleCompletion {
  text: string;
  tokens: number;
  truncated: boolean;
  reward: number | null;
  advantage: number | null;
  scores: Record<string, ScoreRecord>;
  instruction: string;
  reference: string;
}

/** With dynamic sampling: the groups that a step has sampled, and those it has learnt from. */
interface SampledGroups {
  sampled?: number | null;
  kept?: number | null;
}

/** How tokens are chosen and when an answer ends. */
interface Sampling {
  temperature: number;
  max_tokens: number;
  top_p: number;
  top_k: number;
  min_p: number;
  repetition_penalty: number;
  seed: number | null;
  stop: string[];
}

/** A saved configuration in a list; `modified_at` is in Unix seconds. */
interface SavedConfig {
  name: string;
  modified_at: number;
}

/** A custom reward that was saved, and its scores for three answers to one row. */
interface SavedReward {
  name: string;
  version: number;
  versions: number[];
  definition: CustomReward;
  columns: Record<string, boolean>;
  functions: string[];
  trial: Trial;
}

/** The data of a form: the JSON Schema, the settings of a run and of sampling, and the algorithms. */
interface SchemaPayload {
  schema: Record<string, unknown>;
  fields: ShownField[];
  algorithms: AlgorithmWords[];
  sampling: ShownField[];
}

/** The score of one completion by one reward; `value` is null without a score, and `reason` then says why. */
interface ScoreRecord {
  value: number | null;
  reason: string;
  kind: "scored" | "not_applicable" | "not_run" | "failed";
  parts?: Record<string, number>;
  prints?: string;
}

/** What a search found: `scanned` counts the steps searched, `at_step` is the last of them. */
interface SearchResult {
  matches: FoundMatch[];
  scanned: number;
  at_step: number | null;
  complete: boolean;
}

/** The state of a session, folded from its events; times are Unix seconds. */
interface SessionState {
  session_id: string;
  status: string;
  phase: string | null;
  phase_detail: string;
  phase_started_at: number | null;
  phases: PhaseSpan[];
  created_at: number | null;
  started_at: number | null;
  ended_at: number | null;
  paused_at: number | null;
  idle_seconds: number;
  last_event_at: number | null;
  last_seq: number;
  device: string | null;
  pid: number | null;
  attempt: number;
  engine: EngineReport | null;
  data: DataReport | null;
  step: number;
  total_steps: number | null;
  eta_seconds: number | null;
  metrics: StepReport | null;
  evaluations: HeldOutScore[];
  checkpoints: number[];
  notices: NoticeText[];
  failure: Failure | null;
  saved: string | null;
  stop_mode: string | null;
}

/** It has a shape: valid JSON (an object or a list), or one line. */
interface ShapeCheck {
  look_at: "solution" | "reasoning" | "response";
  weight: number;
  required: boolean;
  label: string;
  kind: "json_valid" | "one_line";
}

/** A model's typical answer to a row; `mean` is the mean reward of all its answers to that row. */
interface ShownAnswer {
  text: string;
  reward: number | null;
  mean: number | null;
  reason: string;
}

/** One setting as a form reads it; see FieldDescription and Bounds. */
interface ShownField {
  name: string;
  type: string;
  default: unknown;
  unit: string;
  typical: string;
  tier: string;
  help: string;
  section: string;
  kind: "integer" | "number" | "text" | "choice" | "boolean" | "list" | "object";
  nullable: boolean;
  choices: unknown[];
  minimum: number | null;
  maximum: number | null;
  exclusive_minimum: boolean;
  exclusive_maximum: boolean;
}

/** A preset as the catalogue shows it; see Preset. */
interface ShownPreset {
  name: string;
  title: string;
  aliases: string[];
  category: string;
  level: string;
  tags: string[];
  summary: string;
  judges_truth: boolean;
  fields: string[];
  optional: Record<string, string>;
  components: Component[];
  parameters: Parameter[];
  samples: ShownSample[];
  runs_python: boolean;
}

/** One version of a custom reward, and the numbers of all its versions. */
interface ShownReward {
  name: string;
  version: number;
  versions: number[];
  definition: CustomReward;
  columns: Record<string, boolean>;
  functions: string[];
}

/** A row on which the models differ most. */
interface ShownRow {
  index: number;
  instruction: string;
  reference: string | null;
  before: ShownAnswer;
  after: ShownAnswer;
}

/** A worked sample of a preset: a row, and a response to it. */
interface ShownSample {
  kind: "good" | "bad";
  instruction: string;
  extras: Record<string, unknown>;
  response: string;
  reference: string;
}

/** A held-out score as a chart draws it. */
interface ShownScore {
  correct: number | null;
  marks: string;
  scored?: number;
  reward: number | null;
  rewards: Record<string, number | null>;
  row_rewards?: (number | null)[];
  unscored?: Record<string, number>;
  total: number;
  seconds?: number;
  samples?: AnsweredRow[];
  stage: "base" | "warm_up" | "step" | "trained";
  step: number;
  share: number | null;
  interval: [number, number] | null;
}

/** A prompt template as REST shows it and as it is saved; a marker that it does not use is empty. */
interface ShownTemplate {
  name: string;
  system_prompt: string;
  instruction_template: string;
  reasoning_start: string;
  reasoning_end: string;
  solution_start: string;
  solution_end: string;
}

/** One model in figures; `k` is the number of samples, `refused` counts the prompts that it could not take. */
interface SideSummary {
  pass_at_1: number | null;
  pass_at_1_interval: [number | null, number | null];
  pass_at_k: number | null;
  pass_curve: PassPoint[];
  label: string;
  mean: number | null;
  interval: [number | null, number | null];
  k: number;
  correct: number | null;
  judged: number;
  mean_tokens: number | null;
  truncated_fraction: number | null;
  refused: number;
  unscored: number;
}

/** A part of a text, in UTF-16 code units, as browsers count. */
interface Span {
  start: number;
  end: number;
}

/** A figure over the completions of a step; which of its sides are there depends on the figure; null for NaN. */
interface Spread {
  mean?: number | null;
  std?: number | null;
  min?: number | null;
  max?: number | null;
}

/** A phase of the export's worker; `target` is the one it is about, empty where it is about the whole. */
interface Stage {
  phase: string;
  target: string;
  title: string;
}

/** The groups of one step, null for a run without groups; `steps` has all steps with groups, where asked for. */
interface StepCompletions {
  step: number | null;
  groups: AnnotatedGroup[];
  steps?: number[];
}

/** One logged step: progress, speed and metrics. */
interface StepReport {
  kl?: number | null;
  loss?: number | null;
  reward?: number | null;
  reward_std?: number | null;
  grad_norm?: number | null;
  learning_rate?: number | null;
  epoch?: number | null;
  entropy?: number | null;
  step_seconds?: number | null;
  sampling_seconds?: number | null;
  truncated_fraction?: number | null;
  token_accuracy?: number | null;
  num_tokens?: number | null;
  signal_fraction?: number | null;
  unscored_fraction?: number | null;
  completion_length?: Spread | null;
  clip_ratio?: ClipRatio | null;
  groups?: SampledGroups | null;
  sampler_gap?: Spread | null;
  sampler_ratio?: Spread | null;
  rewards?: Record<string, Spread> | null;
  other?: Record<string, number | string | null>;
  step: number;
  phase: string;
  total_steps?: number | null;
  tokens_per_second?: number | null;
  eta_seconds?: number | null;
  reward_seconds?: number | null;
  reward_errors?: Record<string, number> | null;
  reward_not_run?: Record<string, number> | null;
}

/** One optimiser step in numbers and in words; `in_memory` is how many of its completions are there at once. */
interface StepSummary {
  prompts: number;
  completions: number;
  in_memory: number;
  words: string;
}

/** The values of a reward section that a suggestion sets. */
interface SuggestedReward {
  type?: string;
  preset_name?: string;
  parameters?: Record<string, unknown>;
  components?: WeighedPreset[];
  fields?: Record<string, string>;
}

/** Values for the dataset, prompt, reward and pre_training sections, and a sentence for each choice. */
interface Suggestion {
  dataset: Record<string, unknown>;
  prompt: Record<string, unknown>;
  reward: SuggestedReward;
  pre_training: Record<string, unknown>;
  reasons: string[];
  own_answers: OwnAnswers | null;
  enough: boolean;
}

/** The machine now; `gpu_problem` says why torch can't use the GPU, null where it can or where there is no GPU. */
interface SystemSample {
  gpu_name: string | null;
  gpu_memory: number | null;
  gpu_memory_total: number | null;
  gpu_utilization: number | null;
  gpu_temperature: number | null;
  cpu_percent: number;
  ram: number;
  ram_total: number;
  disk_free: number;
  gpu_problem: string | null;
}

/** The scores of one kind of completion; all numbers but `mean` and `highest` count rows. */
interface Tally {
  name: string;
  kind: string;
  summary: string;
  rows: number;
  mean: number | null;
  highest: number | null;
  paid: number;
  full: number;
  level: number;
  preferred: number;
  example: Witness | null;
}

/** A target with its size, null where that is not known; `reason` says why it is not available; see Target. */
interface TargetOffer {
  name: string;
  title: string;
  kind: string;
  summary: string;
  file: string;
  is_usual: boolean;
  size_bytes: number | null;
  available: boolean;
  reason: string | null;
  is_made: boolean;
}

/** A parameter of a task; `choices` are there where only some words are allowed. */
interface TaskParameter {
  name: string;
  type: string;
  default: unknown;
  choices?: string[];
}

/** A model that can be asked; `is_training` while its run has not ended. */
interface TestableModel {
  model_path: string;
  kind: "adapter" | "checkpoint" | "merged" | "gguf" | "base";
  title: string;
  session_id: string | null;
  base: string | null;
  is_training: boolean;
}

/** One response under every reward; `total` is null where one that applies could not score. */
interface TestedResponse {
  instruction: string;
  reference: string;
  response: string;
  total: number | null;
  scores: Record<string, ScoreRecord>;
  parsed: Parsed;
}

/** It contains, or does not contain, a fixed text. */
interface TextCheck {
  look_at: "solution" | "reasoning" | "response";
  weight: number;
  required: boolean;
  label: string;
  kind: "contains" | "not_contains" | "starts_with" | "ends_with";
  text: string;
  ignore_case: boolean;
}

/** A session with a saved adapter; what its configuration lacks is null. */
interface TrainedModel {
  session_id: string;
  name: string | null;
  path: string;
  base: string | null;
  dataset: string | null;
  status: string;
  created_at: number | null;
  score: LastScore | null;
}

/** The groups of a step are stored. */
interface TrainingCompletions {
  step: number;
  file: string;
  groups: number;
  sample: SampleCompletion[];
  prints?: string[];
  session_id: string;
  seq: number;
}

/** How long, how much at a time, and with which optimiser. */
interface TrainingConfig {
  num_epochs: number;
  max_steps: number | null;
  samples_per_epoch: number | null;
  batch_size: number;
  gradient_accumulation_steps: number;
  num_generations: number;
  learning_rate: number;
  warmup_steps: number;
  lr_scheduler_type: "constant" | "constant_with_warmup" | "linear" | "cosine";
  optim: "adamw_torch_fused" | "adamw_torch" | "adamw_8bit" | "paged_adamw_32bit" | "paged_adamw_8bit" | "adafactor" | "sgd";
  weight_decay: number;
  max_grad_norm: number;
  max_sequence_length: number;
  max_new_tokens: number;
  temperature: number;
  top_p: number;
  top_k: number;
  sampler: "auto" | "transformers" | "vllm";
  vllm_memory_fraction: number;
  engine_step: "auto" | "trl";
  seed: number;
  save_steps: number;
  save_total_limit: number;
  eval_steps: number;
}

/** An event, and the session's state after it; `event` is without the end of the log. */
interface TrainingStatus {
  session_id: string;
  seq: number;
  kind: string;
  status: string;
  phase: string | null;
  phase_detail: string;
  phase_started_at: number | null;
  step: number;
  total_steps: number | null;
  failure: Failure | null;
  event: EventContent;
  earlier?: TrainingStatus[];
}

/** One step, a number that was not logged as null; `earlier` has the steps before it that are sent with it. */
interface TrainingUpdate {
  kl?: number | null;
  loss?: number | null;
  reward?: number | null;
  reward_std?: number | null;
  grad_norm?: number | null;
  learning_rate?: number | null;
  epoch?: number | null;
  entropy?: number | null;
  step_seconds?: number | null;
  sampling_seconds?: number | null;
  truncated_fraction?: number | null;
  token_accuracy?: number | null;
  num_tokens?: number | null;
  signal_fraction?: number | null;
  unscored_fraction?: number | null;
  completion_length?: Spread | null;
  clip_ratio?: ClipRatio | null;
  groups?: SampledGroups | null;
  sampler_gap?: Spread | null;
  sampler_ratio?: Spread | null;
  rewards?: Record<string, Spread> | null;
  other?: Record<string, number | string | null>;
  step: number;
  phase: string;
  total_steps?: number | null;
  tokens_per_second?: number | null;
  eta_seconds?: number | null;
  reward_seconds?: number | null;
  reward_errors?: Record<string, number> | null;
  reward_not_run?: Record<string, number> | null;
  session_id: string;
  seq: number;
  t: number;
  earlier?: TrainingUpdate[];
}

/** What a custom reward makes of one row. */
interface Trial {
  instruction: string;
  reference: string;
  is_sample: boolean;
  note: string;
  answers: TriedAnswer[];
  functions: string[];
  missing: string[];
  seen: [number, number] | null;
  declared: [number, number] | null;
  warnings: string[];
}

/** One answer to the row, and its score. */
interface TriedAnswer {
  kind: "right" | "wrong" | "nonsense";
  response: string;
  score: ScoreRecord;
}

/** One kind of problem: how many rows have it, its consequence, and some of these rows. */
interface Trouble {
  count: number;
  meaning: string;
  examples: string[];
}

/** A row in which the right answer does not earn more than the wrong one. */
interface Violation {
  right: Witness;
  wrong: Witness;
}

/** One thing found: its key in RULES, how bad it is, and the numbers or words that show it. */
interface Weakness {
  code: string;
  severity: string;
  what: string;
  evidence: string;
  what_to_do: string;
}

/** A part of a composite reward. */
interface WeighedPreset {
  preset_name: string;
  parameters?: Record<string, unknown>;
  weight?: number;
}

/** One completion with its score and reason; `score` is None without one. Long texts are cut. */
interface Witness {
  instruction: string;
  response: string;
  score: number | null;
  reason: string;
}
