// Written by `python -m cli.declarations --write static/js/payloads.d.ts`; a test holds it current.

/** A completion with its parsed content. */
export interface AnnotatedCompletion {
  text: string;
  tokens: number;
  truncated: boolean;
  reward: number;
  advantage: number;
  scores: Record<string, ScoreRecord>;
  answer: Span | null;
  problems: string[];
  mentions_reference: boolean;
}

/** A group with what each of its completions says. */
export interface AnnotatedGroup {
  step: number;
  prompt: string;
  instruction: string;
  reference: string;
  extras: Record<string, any>;
  completions: AnnotatedCompletion[];
}

/** A held-out row and the model's answer to it. */
export interface AnsweredRow {
  instruction: string;
  reference: string;
  answer: string;
}

/** A prompt of a batch and its answer; `solution` is the text between the run's markers, null without them. */
export interface BatchRow {
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
export interface BatchSummary {
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
export interface BenchReport {
  reward: string;
  judges_truth: boolean;
  rows: number;
  rows_left: number;
  completions: number;
  scored: number;
  distinct_scores: number;
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
export interface BenchResult {
  rows: number;
  grade: "A" | "B" | "C" | "D" | "F";
  rewards: Record<string, BenchReport>;
}

/** A built-in set as the catalogue shows it; see BuiltinSet. Its parameters are GeneratorParameters. */
export interface BuiltinDescription {
  name: string;
  title: string;
  summary: string;
  preset: string;
  template: string;
  parameters: Record<string, any>[];
}

/** One turn of a conversation; `role` is system, user or assistant. */
export interface ChatMessage {
  role: string;
  content: string;
}

/** The result of all checks; `longest_prompt` in tokens, null without a tokenizer. */
export interface CheckReport {
  rows: number;
  usable: number;
  train: number;
  held_out: number;
  warm_up: number;
  longest_prompt: number | null;
  findings: Record<string, Trouble>;
}

/** A checkpoint is on disk. */
export interface CheckpointEvent {
  seq: number;
  t: number;
  kind: "checkpoint";
  step: number;
  path: string;
}

/** The share of tokens whose ratio was cut: below, above, and either. */
export interface ClipRatio {
  low?: number;
  high?: number;
  region?: number;
}

/** One column as REST shows it; lengths in characters, null where every cell is empty; `types` counts cells. */
export interface ColumnSummary {
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
export interface CommonValue {
  value: string;
  count: number;
}

/** The groups of a step are stored. */
export interface CompletionsEvent {
  seq: number;
  t: number;
  step: number;
  file: string;
  groups: number;
  sample: SampleCompletion[];
  prints?: string[];
  kind: "completions";
}

/** The rows are split. */
export interface DataEvent {
  seq: number;
  t: number;
  warm_up: number;
  train: number;
  held_out: number;
  left_out: Record<string, number>;
  kind: "data";
  samples?: PromptSample[];
}

/** The first rows as a page can show them; `total_rows` is null where there are more than were read. */
export interface DataPreview {
  columns: string[];
  mapping: MappingSettings;
  guesses: GuessedMapping;
  rows: Record<string, any>[];
  notes: string[];
  total_rows: number | null;
}

/** The number of rows of each part of the run; `left_out` counts unused rows by reason. */
export interface DataReport {
  warm_up: number;
  train: number;
  held_out: number;
  left_out: Record<string, number>;
}

/** Why some groups give no training signal. */
export interface Diagnosis {
  steps: number[] | null;
  groups: number;
  completions: number;
  signal_fraction: number | null;
  verdict: string;
  findings: Finding[];
}

/** The model in memory: `parameters` counts weights, `adapted_layers` see core/workers/run_card.py. */
export interface EngineReport {
  engine: string;
  device: string;
  dtype: string;
  parameters: number;
  trainable_parameters: number;
  adapted_layers: Record<string, number[]> | null;
  seconds: number;
}

/** An error as every interface shows it; see LoraCraftError. */
export interface ErrorReport {
  code: string;
  message: string;
  hint: string;
  fields: Record<string, string>;
}

/** The work of a run in numbers; None if it depends on rows that are not counted. */
export interface Estimate {
  rows: number | null;
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
export interface EvaluationAnswer {
  reward: number | null;
  scores: Record<string, ScoreRecord> | null;
  is_correct: boolean | null;
  text: string;
  tokens: number;
  finish_reason: string;
  problem: string | null;
}

/** The held-out rows were scored. */
export interface EvaluationEvent {
  seq: number;
  t: number;
  correct: number | null;
  marks: string;
  reward: number;
  rewards: Record<string, number | null>;
  row_rewards?: (number | null)[];
  unscored?: Record<string, number>;
  total: number;
  seconds?: number;
  samples?: AnsweredRow[];
  stage: string;
  step: number;
  kind: "evaluation";
}

/** One batch or evaluation; times are Unix seconds. */
export interface EvaluationRecord {
  test_id: string;
  kind: "batch" | "evaluation";
  name: string;
  session_id: string | null;
  models: RecordModel[];
  sampling: Record<string, any>;
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
export interface EvaluationRow {
  index: number;
  instruction: string;
  reference: string | null;
  sides: RowSide[];
}

/** The same with the verdict in words and with notes on the figures. */
export interface EvaluationSummary {
  rows: number;
  compared: number;
  samples: number;
  most: number;
  is_judged: boolean;
  sides: SideSummary[];
  difference: RewardChange;
  length_change: MeanChange;
  regressions: ShownRow[];
  improvements: ShownRow[];
  verdict: string;
  notes: string[];
}

/** The run failed, or its worker ended without a final event. */
export interface FailedEvent {
  seq: number;
  t: number;
  kind: "failed" | "interrupted";
  cause: string;
  cure: string;
  code: string;
  exit_code?: number | null;
  log_tail?: string;
}

/** Why a run ended before its time, what to do, and the end of the worker's log. */
export interface Failure {
  cause: string;
  cure: string;
  code: string;
  exit_code: number | null;
  log_tail: string | null;
}

/** Why a run ended, without what to do about it. */
export interface FailureCause {
  cause: string;
}

/**  */
export interface Fallback {
  from: string;
  to: string;
  count: number;
}

/** The held-out scores of an exported file and of the adapter on the same rows. */
export interface FileScore {
  rows: number;
  reward: number | null;
  adapter_reward: number | null;
  correct: number | null;
  adapter_correct: number | null;
  note: string | null;
}

/** How many rows a data file has, and what its columns hold. */
export interface FileStatistics {
  rows: number;
  columns: ColumnSummary[];
}

/** One finding: its `share` of the groups or completions, numbers as `evidence`, and at most three places. */
export interface Finding {
  code: string;
  title: string;
  evidence: string;
  what_to_do: string;
  share: number;
  examples: Occurrence[];
}

/** One guessed column: its path, how sure, from 0 to 1, and why. */
export interface Guess {
  field: string | null;
  confidence: number;
  reason: string;
}

/** A guessed mapping; `final_answer` is the rule that finds the reference in an answer, and why. */
export interface GuessedMapping {
  instruction: Guess;
  response: Guess;
  context: Guess;
  reasoning: Guess;
  final_answer: "auto" | "none" | "hash" | "boxed" | "last-line";
  final_answer_reason: string;
}

/** The same at one point of the run: `stage` is base, warm_up, step or trained. */
export interface HeldOutScore {
  correct: number | null;
  marks: string;
  reward: number;
  rewards: Record<string, number | null>;
  row_rewards?: (number | null)[];
  unscored?: Record<string, number>;
  total: number;
  seconds?: number;
  samples?: AnsweredRow[];
  stage: string;
  step: number;
}

/** A data set on the hub, before any download. */
export interface HubDescription {
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
}

/** A session in a list: its state in short, its model and its data set. */
export interface ListedSession {
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

/** The model is in memory. */
export interface LoadedEvent {
  seq: number;
  t: number;
  engine: string;
  device: string;
  dtype: string;
  parameters: number;
  trainable_parameters: number;
  adapted_layers: Record<string, number[]> | null;
  seconds: number;
  kind: "loaded";
}

/** The first rows after mapping; `notices` describe what does not fit. */
export interface MappedPreview {
  columns: string[];
  mapping: MappingSettings;
  guesses: GuessedMapping;
  samples: RenderedRow[];
  problem: MissingTokenizer | null;
  notices: string[];
}

/** A mapping as values of the dataset section; null for no column. */
export interface MappingSettings {
  instruction_field: string | null;
  response_field: string | null;
  context_field: string | null;
  reasoning_field: string | null;
  final_answer: "auto" | "none" | "hash" | "boxed" | "last-line";
}

/** The place of a group, or of one of its completions, in its step; `completion` is null for a whole group. */
export interface Match {
  group: number;
  completion: number | null;
}

/** The mean of the paired differences, after less before, with its interval. */
export interface MeanChange {
  mean: number | null;
  interval: (number | null)[];
}

/** The memory of a run in GiB: the parts at its peak, which sum to the total, and the need of each phase. */
export interface MemoryNeed {
  available_gib: number;
  device: string;
  problem: string | null;
  parts: MemoryPart[];
  phases: PhaseNeed[];
  total_gib: number | null;
  fits: boolean | null;
}

/** One part of a run's memory: its key, its name for people, its size in GiB. */
export interface MemoryPart {
  key: string;
  label: string;
  gib: number;
}

/** One step was logged. */
export interface MetricsEvent {
  seq: number;
  t: number;
  kl?: number | null;
  loss?: number;
  reward?: number;
  reward_std?: number;
  grad_norm?: number;
  learning_rate?: number;
  epoch?: number;
  entropy?: number;
  step_seconds?: number;
  truncated_fraction?: number;
  token_accuracy?: number;
  num_tokens?: number;
  signal_fraction?: number;
  completion_length?: Spread;
  clip_ratio?: ClipRatio;
  sampler_gap?: Spread;
  sampler_ratio?: Spread;
  rewards?: Record<string, Spread>;
  other?: Record<string, number | string | null>;
  step: number;
  phase: string;
  total_steps?: number | null;
  tokens_per_second?: number | null;
  eta_seconds?: number | null;
  reward_seconds?: number;
  reward_errors?: Record<string, number>;
  reward_not_run?: Record<string, number>;
  kind: "metrics";
}

/** Why prompts are shown without the model's chat template. */
export interface MissingTokenizer {
  message: string;
  fields: Record<string, string>;
}

/** A model's answer to one chat. */
export interface ModelAnswer {
  text: string;
  tokens: number;
  prompt_tokens: number | null;
  seconds: number;
  tokens_per_second: number | null;
  first_token_seconds: number;
  finish_reason: "stop" | "length" | "cancelled";
  seed: number | null;
}

/** A model as REST shows it; see ModelRef. */
export interface ModelDescription {
  model_path: string;
  kind: "adapter" | "checkpoint" | "merged" | "gguf" | "base";
  title: string;
  session_id: string | null;
  base: string | null;
}

/** Something the user should know about a setting: `level` is info or warning. */
export interface Notice {
  level: string;
  field: string;
  message: string;
}

/** Something the user should know. */
export interface NoticeEvent {
  seq: number;
  t: number;
  level: string;
  field: string;
  message: string;
  kind: "notice";
}

/** Something the user should know about a setting: `level` is info or warning. */
export interface NoticeText {
  level: string;
  field: string;
  message: string;
}

/** The place of a group, or of one of its completions, in the run. */
export interface Occurrence {
  group: number;
  completion: number | null;
  step: number;
}

/** The parts of a completion. */
export interface Parsed {
  reasoning: string;
  solution: string | null;
  problems: string[];
}

/** `value` is the share of rows on which at least one of `k` answers is expected to be right. */
export interface PassPoint {
  k: number;
  value: number;
}

/** A phase begins. */
export interface PhaseEvent {
  seq: number;
  t: number;
  kind: "phase";
  phase: string;
  detail?: string;
}

/** The memory of one phase of a run, in GiB; `decides` marks the phase whose parts are in the sum. */
export interface PhaseNeed {
  key: string;
  label: string;
  gib: number;
  decides: boolean;
}

/** A phase of the present attempt and when it began. */
export interface PhaseSpan {
  phase: string;
  detail: string;
  started_at: number;
}

/** Nothing but what happened. */
export interface PlainEvent {
  seq: number;
  t: number;
  kind: "queued" | "heartbeat" | "completed";
}

/** A configuration as it would run; `refusal` where it is too large. */
export interface Plan {
  config: Record<string, any>;
  notices: Notice[];
  step: StepSummary;
  algorithm_note: string;
  estimate: Estimate;
  memory: MemoryNeed;
  refusal: Refusal | null;
}

/** A prompt of a batch, cut to a length that a page shows. */
export interface PreviewedPrompt {
  prompt: string;
  reference: string | null;
}

/** A task: its branch of reasoning-gym as `category`, what to know before using it, or empty, as `note`. */
export interface ProceduralTask {
  name: string;
  category: string;
  note: string;
  parameters: TaskParameter[];
}

/** How far a phase is; `fraction` is null where nobody knows. */
export interface ProgressEvent {
  seq: number;
  t: number;
  kind: "progress";
  fraction: number | null;
  phase?: string;
  text?: string;
}

/** A prompt as a model sees it. */
export interface PromptPreview {
  prompt: string;
  tokens: number | null;
  messages: ChatMessage[];
  problem: MissingTokenizer | null;
}

/** A rendered prompt of a training row and its reference. */
export interface PromptSample {
  prompt: string;
  reference: string;
}

/** The entry of a file in proof.json; null for values that older versions did not store; a folder has no hash. */
export interface ProofEntry {
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
}

/** A model of a record: its path, whether its adapter is on, and its name for people. */
export interface RecordModel {
  model_path: string;
  use_adapter: boolean;
  label: string;
}

/** Why a run can't start as it is configured. */
export interface Refusal {
  message: string;
  hint: string;
  fields: Record<string, string>;
}

/** A row as the model and the reward will see it; `tokens` is null without a tokenizer. */
export interface RenderedRow {
  prompt: string;
  tokens: number | null;
  instruction: string;
  reference: string;
  reasoning: string;
  extras: Record<string, any>;
  perfect_answer: string;
}

/** Training continues from a checkpoint; earlier metrics of later steps no longer count. */
export interface ResumedEvent {
  seq: number;
  t: number;
  kind: "resumed";
  from_step: number;
  warm_up_kept?: boolean;
}

/** How the rewards changed: `wins` rows rose, `losses` fell, `ties` stayed, and how likely that is by chance. */
export interface RewardChange {
  mean: number | null;
  interval: (number | null)[];
  p_value: number;
  test: string;
  wins: number;
  losses: number;
  ties: number;
  is_significant: boolean;
}

/** Some responses under every reward; `most` is the most that one can earn. */
export interface RewardTest {
  results: TestedResponse[];
  most: number;
  ms_per_completion: Record<string, number>;
}

/** The answers of one model to a row, in the order in which they were drawn. */
export interface RowSide {
  answers: EvaluationAnswer[];
}

/** A completion with its question, for the live page. */
export interface SampleCompletion {
  text: string;
  tokens: number;
  truncated: boolean;
  reward: number;
  advantage: number;
  scores: Record<string, ScoreRecord>;
  instruction: string;
  reference: string;
}

/** The adapter is on disk. */
export interface SavedEvent {
  seq: number;
  t: number;
  kind: "saved";
  path: string;
}

/** The score of one completion by one reward; `value` is null without a score, and `reason` then says why. */
export interface ScoreRecord {
  value: number | null;
  reason: string;
  kind: "scored" | "not_run" | "failed";
  parts?: Record<string, number>;
  prints?: string;
}

/** The state of a session, folded from its events; times are Unix seconds. */
export interface SessionState {
  session_id: string;
  status: string;
  phase: string | null;
  phase_detail: string;
  phase_started_at: number | null;
  phases: PhaseSpan[];
  created_at: number | null;
  started_at: number | null;
  ended_at: number | null;
  last_event_at: number | null;
  last_seq: number;
  device: string | null;
  pid: number | null;
  process_created_at: number | null;
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

/** A model's typical answer to a row; `mean` is the mean reward of all its answers to that row. */
export interface ShownAnswer {
  text: string;
  reward: number | null;
  mean: number | null;
  reason: string;
}

/** A row on which the models differ most. */
export interface ShownRow {
  index: number;
  instruction: string;
  reference: string | null;
  before: ShownAnswer;
  after: ShownAnswer;
}

/** One model in figures; `k` is the number of samples, `refused` counts the prompts that it could not take. */
export interface SideSummary {
  pass_at_1: number | null;
  pass_at_1_interval: (number | null)[];
  pass_at_k: number | null;
  pass_curve: PassPoint[];
  label: string;
  mean: number | null;
  interval: (number | null)[];
  k: number;
  correct: number | null;
  judged: number;
  mean_tokens: number | null;
  truncated_fraction: number | null;
  refused: number;
  unscored: number;
}

/** A part of a text, in UTF-16 code units, as browsers count. */
export interface Span {
  start: number;
  end: number;
}

/** A figure over the completions of a step; which of its sides are there depends on the figure. */
export interface Spread {
  mean?: number;
  std?: number;
  min?: number;
  max?: number;
}

/** The worker runs; `created` is the process's own start time in Unix seconds. */
export interface StartedEvent {
  seq: number;
  t: number;
  kind: "started";
  pid: number;
  created: number;
}

/** The server starts a worker; `attempt` is present if it is not the previous one plus 1. */
export interface StartingEvent {
  seq: number;
  t: number;
  kind: "starting";
  device?: string | null;
  attempt?: number;
}

/** One logged step: progress, speed and metrics. */
export interface StepReport {
  kl?: number | null;
  loss?: number;
  reward?: number;
  reward_std?: number;
  grad_norm?: number;
  learning_rate?: number;
  epoch?: number;
  entropy?: number;
  step_seconds?: number;
  truncated_fraction?: number;
  token_accuracy?: number;
  num_tokens?: number;
  signal_fraction?: number;
  completion_length?: Spread;
  clip_ratio?: ClipRatio;
  sampler_gap?: Spread;
  sampler_ratio?: Spread;
  rewards?: Record<string, Spread>;
  other?: Record<string, number | string | null>;
  step: number;
  phase: string;
  total_steps?: number | null;
  tokens_per_second?: number | null;
  eta_seconds?: number | null;
  reward_seconds?: number;
  reward_errors?: Record<string, number>;
  reward_not_run?: Record<string, number>;
}

/** One optimiser step in numbers and in words; `in_memory` is how many of its completions are there at once. */
export interface StepSummary {
  prompts: number;
  completions: number;
  in_memory: number;
  words: string;
}

/** Stopped on request. */
export interface StoppedEvent {
  seq: number;
  t: number;
  kind: "stopped";
  mode?: string;
  step?: number;
  saved?: boolean;
}

/** A stop request was seen. */
export interface StoppingEvent {
  seq: number;
  t: number;
  kind: "stopping";
  mode: string;
}

/** The values of a reward section that a suggestion sets. */
export interface SuggestedReward {
  type?: string;
  preset_name?: string;
  components?: WeighedPreset[];
  fields?: Record<string, string>;
}

/** Values for the dataset, prompt and reward sections, and a sentence for each choice. */
export interface Suggestion {
  dataset: Record<string, any>;
  prompt: Record<string, any>;
  reward: SuggestedReward;
  reasons: string[];
}

/** The machine at a moment: CPU in percent; RAM and the free disk in GiB. */
export interface SystemSnapshot {
  gpu_name: string | null;
  gpu_memory: number | null;
  gpu_memory_total: number | null;
  gpu_utilization: number | null;
  gpu_temperature: number | null;
  cpu_percent: number;
  ram: number;
  ram_total: number;
  disk_free: number;
}

/** The scores of one kind of completion; all numbers but `mean` and `highest` count rows. */
export interface Tally {
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

/** A parameter of a task; `choices` are there where only some words are allowed. */
export interface TaskParameter {
  name: string;
  type: string;
  default: any;
  choices?: string[];
}

/** One response under every reward; `total` is null where one could not score. */
export interface TestedResponse {
  instruction: string;
  reference: string;
  response: string;
  total: number | null;
  scores: Record<string, ScoreRecord>;
  parsed: Parsed;
}

/** One kind of problem: how many rows have it, its consequence, and some of these rows. */
export interface Trouble {
  count: number;
  meaning: string;
  examples: string[];
}

/** A row in which the right answer does not earn more than the wrong one. */
export interface Violation {
  right: Witness;
  wrong: Witness;
}

/** One thing found: its key in RULES, how bad it is, and the numbers or words that show it. */
export interface Weakness {
  code: string;
  severity: string;
  what: string;
  evidence: string;
  what_to_do: string;
}

/** A part of a composite reward. */
export interface WeighedPreset {
  preset_name: string;
  weight?: number;
}

/** One completion with its score and reason; `score` is None without one. Long texts are cut. */
export interface Witness {
  instruction: string;
  response: string;
  score: number | null;
  reason: string;
}

export type Event = CheckpointEvent | CompletionsEvent | DataEvent | EvaluationEvent | FailedEvent | LoadedEvent | MetricsEvent | NoticeEvent | PhaseEvent | PlainEvent | ProgressEvent | ResumedEvent | SavedEvent | StartedEvent | StartingEvent | StoppedEvent | StoppingEvent;
