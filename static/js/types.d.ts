/**
 * What crosses the border to the server: payloads of REST and Socket.IO, in alphabetical order, named as their Python
 * classes where these exist. Shapes that only the page has are in page.d.ts.
 */

interface AlgorithmWords { value: string; title: string; text: string; when: string; settings: string[] }

/** A model's answer to one question, as POST /api/models/test gives it. */
interface Answer {
  request_id: string; model: ModelRef & { use_adapter: boolean }; response: string; messages: Message[];
  tokens: number; prompt_tokens: number | null; seconds: number; seed: number | null; label?: string; problem?: string;
  tokens_per_second: number | null; first_token_seconds: number | null;
  finish_reason: "stop" | "length" | "cancelled" | "refused"; parsed: Parsed | null; score: AnswerScore | null;
}

interface AnswerScore { total: number | null; most: number; scores: Record<string, Outcome> }

interface BaseModel {
  id: string; family: string; title: string; parameters: number; licence: string; note: string; embedded: boolean;
  cached: boolean; memory_gib: number; available_gib: number; device: string; fits: boolean;
  recommended: Record<string, unknown>;
}

interface BatchRow extends EvaluationScore {
  index: number; prompt: string; reference: string | null; response: string; tokens: number | null;
  seconds: number; finish_reason: string; problem: string | null; solution: string | null;
}

interface BatchSummary {
  answered: number; refused: number; tokens: number; seconds: number; tokens_per_second: number | null;
  truncated: number; mean_reward: number | null; most: number | null; correct: number | null; judged: number;
  scored: number; unscored: number;
}

interface BenchReport {
  reward: string; judges_truth: boolean; rows: number; rows_left: number; completions: number; scored: number;
  distinct_scores: number; failed: Record<string, number>; not_run: Record<string, number>; right: Tally; wrong: Tally;
  compared: number; violations: Violation[]; exploits: Tally[]; mean_ms: number; p95_ms: number; changed_again: number;
  changed_in_reverse: number; grade: string; findings: Weakness[];
}

interface BenchResult { rows: number; grade: string; rewards: Record<string, BenchReport> }

/** What the server writes into the page. */
interface Boot { demo: Record<string, unknown>; fields: FieldDescription[]; algorithms: AlgorithmWords[] }

interface BuiltinSet {
  kind: "builtin"; source: string; name: string; title: string; summary: string; preset: string; template: string;
  parameters: DataParameter[];
}

interface CheckReport {
  rows: number; usable: number; train: number; held_out: number; warm_up: number; longest_prompt: number | null;
  findings: Record<string, Trouble>;
}

interface Completion {
  text: string; tokens: number; truncated: boolean; reward: number; advantage: number;
  scores: Record<string, Outcome | null>; answer: { start: number; end: number } | null; problems: string[];
  mentions_reference: boolean;
}

interface CompletionPlace { session: string; step: number; group: number; completion: number | null }

interface Completions { step: number | null; groups: Group[]; steps?: number[] }

interface CompletionSearch { matches: CompletionPlace[]; scanned: number; at_step: number; complete: boolean }

interface Component { name: string; weight: number; summary: string }

interface CuratedDataset {
  kind: "hub"; source: string; id: string; title: string; category: string; summary: string; licence: string;
  split: string; rows: number; size_bytes: number; mapping: Record<string, unknown>; preset: string;
  subset: string | null; extras: Record<string, string>; note: string;
}

interface CustomDefinition {
  kind: "recipe" | "python"; description: string; source: string | null;
  recipe: { checks: Record<string, unknown>[] } | null;
}

/** A custom reward in one of its versions. */
interface CustomReward { name: string; version: number; versions: number[]; definition: CustomDefinition }

/** A parameter of a built-in set or of a procedural task. */
interface DataParameter {
  name: string; default: unknown; type?: string; summary?: string; choices?: unknown[] | null;
  minimum?: number | null; maximum?: number | null;
}

/** The columns of a data set and a guessed mapping, with three rows as the model and the reward will see them. */
interface DatasetFields {
  columns: string[]; mapping: Record<string, unknown>; guesses: Mapping; samples: RenderedRow[];
  problem: { message: string } | null; notices: string[];
}

/** The first rows of a data set. */
interface DatasetLook {
  columns: string[]; rows: Record<string, unknown>[]; mapping: Record<string, string | null>; guesses: Mapping;
  notes: string[]; total_rows: number | null;
}

interface DatasetOverview { datasets: CuratedDataset[]; builtin: BuiltinSet[]; uploads: Upload[] }

interface Diagnosis {
  steps: [number, number] | null; groups: number; completions: number; signal_fraction: number | null; verdict: string;
  findings: Finding[];
}

interface ErrorBody { code: string; message: string; hint: string; fields: Record<string, string> }

interface Estimate {
  rows: number | null; warm_up_rows: number | null; train_rows: number | null; held_out_rows: number | null;
  steps: number | null; warm_up_steps: number | null; completions: number | null; tokens_at_most: number | null;
  seconds: number | null; basis: string;
}

interface EvaluationAnswer extends EvaluationScore {
  text: string; tokens: number; finish_reason: string; problem: string | null;
}

interface EvaluationDifference {
  mean: number | null; interval: Interval; p_value: number; test: string; wins: number; losses: number; ties: number;
  is_significant: boolean;
}

/** A row that got better or worse. */
interface EvaluationExample {
  index: number; instruction: string; reference: string | null; before: TypicalAnswer; after: TypicalAnswer;
}

interface EvaluationRow {
  index: number; instruction: string; reference: string | null; sides: { answers: EvaluationAnswer[] }[];
}

interface EvaluationScore {
  reward: number | null; scores: Record<string, Outcome> | null; is_correct: boolean | null;
}

interface EvaluationSide {
  label: string; mean: number | null; interval: Interval; k: number; pass_at_1: number | null;
  pass_at_1_interval: Interval; pass_at_k: number | null; pass_curve: { k: number; value: number }[];
  correct: number | null; judged: number; mean_tokens: number | null; truncated_fraction: number | null;
  refused: number; unscored: number;
}

interface EvaluationSummary {
  rows: number; compared: number; samples: number; most: number; is_judged: boolean; sides: EvaluationSide[];
  difference: EvaluationDifference; length_change: { mean: number | null; interval: Interval };
  regressions: EvaluationExample[]; improvements: EvaluationExample[]; verdict: string; notes: string[];
}

interface ExportOffer {
  name: string; title: string; kind: string; summary: string; file: string; size_bytes: number | null;
  available: boolean; reason: string | null; is_made: boolean; is_usual: boolean;
}

interface ExportPlan {
  targets: ExportOffer[]; needed_bytes: number | null; free_bytes: number; fits: boolean; folder: string;
  has_hub_token: boolean;
}

interface ExportState {
  export_id: string; session_id: string; status: string; phase: string | null; detail: string; text: string;
  targets: string[]; stages: Stage[]; fraction: number; eta_seconds: number | null; elapsed_seconds: number | null;
  started_at: number | null; ended_at: number | null; failure: Failure | null; is_running: boolean; folder: string;
  files: ProofEntry[]; notices: Notice[]; modelfile: string | null; push: PushState | null;
}

interface Failure {
  cause: string; cure: string; code: string; exit_code: number | null; log_tail: string | null;
}

/** One setting of the schema. */
interface FieldDescription {
  name: string; type?: string; section: string; kind: string; nullable: boolean; choices: readonly unknown[];
  minimum: number | null; maximum: number | null; exclusive_minimum: boolean; exclusive_maximum: boolean;
  default: unknown; unit: string; typical: string; tier: string; help: string;
}

interface Finding {
  code: string; title: string; evidence: string; what_to_do: string; share: number; examples: FindingPlace[];
}

interface FindingPlace { step: number; group: number; completion: number | null }

/** generation_update: a piece of an answer. */
interface GenerationUpdate {
  request_id: string; column: number; kind: "waiting" | "loading" | "text" | "end"; text: string; tokens: number;
  seconds: number; message: string;
}

interface Group {
  step: number; prompt: string | Message[]; instruction: string; reference: string; extras: Record<string, unknown>;
  completions: Completion[];
}

interface Guess { field: string | null; confidence: number; reason: string }

/** The score of one stage on rows that training never sees. */
interface HeldOutScore {
  stage: "base" | "warm_up" | "trained" | "step"; step: number | null; correct: number | null; total: number;
  marks: string | null; reward: number; rewards: Record<string, number>; row_rewards: number[];
  samples?: { instruction: string; reference: string; answer: string }[];
}

interface HubDescription {
  source: string; subset: string | null; split: string | null; subsets: string[]; splits: string[];
  rows: number | null; size_bytes: number | null; licence: string; gated: boolean; columns: string[];
}

type Interval = [number | null, number | null];

interface Job {
  job_id: string; task: string; subject: string; status: "waiting" | "running" | "completed" | "failed";
  fraction: number | null; text: string; seconds: number; result: any; error: { message: string; hint: string } | null;
}

/** A property of the JSON Schema, as far as the page reads it. */
interface JsonProperty {
  type?: string; anyOf?: { type?: string }[]; default?: unknown; description?: string; unit?: string; typical?: string;
  tier?: string; minimum?: number; maximum?: number; exclusiveMinimum?: number;
}

interface Mapping {
  instruction: Guess; response: Guess; context: Guess; reasoning: Guess; final_answer: string;
  final_answer_reason: string;
}

interface Memory {
  available_gib: number | null; device: string; problem: string | null; total_gib: number | null; fits: boolean | null;
  parts: { key: string; label: string; gib: number }[];
  phases: { key: string; label: string; gib: number; decides: boolean }[];
}

interface Message { role: string; content: string }

interface Metrics { session_id: string; columns: Record<string, (number | null)[]> }

interface ModelDescription {
  name: string; kind: "embedded" | "local" | "hub"; family: string | null; parameters: number | null; cached: boolean;
  problem: string | null;
}

interface ModelRef { model_path: string; kind: string; title: string; session_id: string | null; base: string | null }

/** What the generation worker holds. */
interface ModelState {
  loaded: { model_path: string; title: string; device: string }[];
  busy: { request_id: string; what: string; model_path: string } | null; waiting: number; notice: string;
}

interface ModelTest {
  test_id: string; kind: "batch" | "evaluation"; name: string; session_id: string | null; models: TestedModel[];
  sampling: { temperature: number; seed: number }; created_at: number; total: number; status: string;
  started_at: number | null; ended_at: number | null; done: number; eta_seconds: number | null;
  answering_seconds: number | null; text: string; samples: number; system: string | null; use_template: boolean;
  device: string; most: number | null; notes: string[]; doubt: string; about: Record<string, string>;
  preview: { prompt: string; reference: string | null }[]; failure: { message: string; hint: string } | null;
  summary: any;
}

interface Notice { level: string; field: string; message: string }

/** What a reward says of one completion; `value` is null where there is no score. */
interface Outcome {
  value: number | null; reason: string; kind: string; parts?: Record<string, number>; prints?: string;
}

interface Parameter {
  name: string; default: number | string | boolean; summary: string; minimum: number | null; maximum: number | null;
  choices: string[]; unit: string;
}

interface Parsed { reasoning: string; solution: string | null; problems: string[] }

interface Preset {
  name: string; title: string; aliases: string[]; category: string; level: string; tags: string[]; summary: string;
  judges_truth: boolean; fields: string[]; optional: Record<string, string>; components: Component[];
  parameters: Parameter[]; samples: Sample[];
}

interface ProceduralTask { name: string; category: string; note: string; parameters: DataParameter[] }

interface PromptPreview { prompt: string; tokens: number | null; problem: { message: string } | null }

interface PromptTemplate extends PromptTexts { name: string; shipped: boolean; summary: string }

interface PromptTexts {
  system_prompt: string; instruction_template: string; reasoning_start: string; reasoning_end: string;
  solution_start: string; solution_end: string;
}

/** An exported file and what it has proven; of a file that was exported elsewhere little is known. */
interface ProofEntry {
  target: string; title: string; kind: string; file: string; is_folder: boolean; is_stale: boolean;
  download: string; modelfile: string | null;
  size_bytes: number; made_at: number; seconds: number | null; sha256: string | null; difference?: number | null;
  bound?: number; base_difference?: number | null; probes?: number; same_token_ids?: boolean;
  fallback_tensors?: number; fallbacks?: { count: number; from: string; to: string }[]; question?: string;
  answer?: string; score?: ProofScore | null;
}

interface ProofScore {
  rows: number; reward: number; adapter_reward: number; correct: number | null; adapter_correct: number | null;
  note?: string;
}

interface PushState {
  status: string; repo_id: string; url: string; targets: string[]; private: boolean; phase: string | null;
  detail: string; fraction: number; failure: Failure | null; started_at: number | null; is_running: boolean;
  notices: Notice[];
}

/** A question of the last minutes as it stands. */
interface RecentRequest {
  request_id: string; is_pending: boolean; reply: (Answer & { answers?: Answer[] }) | null; error: ErrorBody | null;
  columns: { kind: "sent" | "waiting" | "loading" | "text" | "end"; text: string; tokens: number; seconds: number;
    message: string }[];
}

interface RenderedRow {
  prompt: string; tokens: number | null; instruction: string; reference: unknown; reasoning: string;
  extras: Record<string, unknown>; perfect_answer: string;
}

/** A part of a reward as a configuration has it. */
interface RewardComponent {
  name?: string; preset_name?: string; custom_name?: string; custom?: CustomDefinition;
  judge?: Record<string, unknown>; parameters?: Record<string, unknown>; weight?: number;
}

interface RewardConfig extends RewardComponent {
  type?: "preset" | "custom" | "composite"; components?: RewardComponent[]; fields?: Record<string, string>;
}

interface RewardResult {
  instruction: string; reference: string; response: string; total: number | null; scores: Record<string, Outcome>;
  parsed: Parsed;
}

interface RewardTest { results: RewardResult[]; most: number; ms_per_completion: Record<string, number> }

/** A run's configuration, as far as the page reads it by name; settings are read by their dotted names. */
interface RunConfig {
  name: string | null; model: { name: string; lora_rank: number } & Section; dataset: { source: string } & Section;
  prompt: { template: string } & Section; reward: RewardConfig & Section; grpo: Section; pre_training: Section;
  training: { temperature: number; top_p: number; top_k: number; max_new_tokens: number } & Section;
}

interface RunPlan {
  config: RunConfig; notices: Notice[]; step: { words: string }; algorithm_note: string; estimate: Estimate;
  memory: Memory;
  refusal: Pick<ErrorBody, "message" | "hint" | "fields"> | null;
}

interface RunQueue { running: Record<string, string | null>; waiting: string[] }

interface Sample {
  kind: "good" | "bad"; instruction: string; extras: Record<string, unknown>; response: string; reference: string;
}

interface SavedConfig { name: string; modified_at: number }

interface Schema {
  schema: { $defs: Record<string, { properties: Record<string, JsonProperty> }> }; fields: FieldDescription[];
  sampling: FieldDescription[];
}

/** A held-out score as a chart draws it. */
interface ShownScore extends HeldOutScore { share: number; interval: [number, number] | null }

/** A phase of an export; `target` is empty where it is about the whole. */
interface Stage { phase: string; target: string; title: string }

type Section = Record<string, unknown>;

interface SessionDetail extends SessionState {
  config: RunConfig; is_on_policy: boolean; verdict: string | null; evaluations: ShownScore[];
}

interface SessionState {
  session_id: string; status: string; phase: string | null; phase_detail: string; phase_started_at: number | null;
  phases: { phase: string; detail: string; started_at: number }[]; created_at: number | null;
  started_at: number | null; ended_at: number | null; last_seq: number; device: string | null;
  engine: TrainingEngine | null; data: { train: number; held_out: number } | null; step: number;
  total_steps: number | null; eta_seconds: number | null; metrics: TrainingMetrics | null;
  evaluations: HeldOutScore[]; checkpoints: number[]; notices: Notice[]; failure: Failure | null; saved: string | null;
}

interface SessionSummary extends Pick<SessionState, "session_id" | "status" | "phase" | "created_at" | "started_at" |
  "ended_at" | "last_seq" | "device" | "step" | "total_steps" | "eta_seconds" | "saved"> {
  name: string | null; model: string | null; dataset: string | null; reward: number | null;
}

/** A Quick Start proposal. */
interface Suggestion {
  dataset: Section; prompt: { template?: string } & Section; reward: RewardConfig & Section; reasons: string[];
}

interface SystemSample {
  gpu_name: string | null; gpu_problem: string | null; gpu_memory: number | null; gpu_memory_total: number | null;
  gpu_utilization: number | null; cpu_percent: number; ram: number; ram_total: number; disk_free: number;
}

interface Tally {
  name: string; kind: string; summary: string; rows: number; mean: number | null; highest: number | null; paid: number;
  full: number; level: number; preferred: number; example: Witness | null;
}

interface TestableModel extends ModelRef { is_training: boolean }

interface TestDetail extends ModelTest { results: (BatchRow & EvaluationRow)[]; results_total: number }

interface TestedModel { model_path: string; use_adapter: boolean; label: string }

interface TrainingEngine {
  engine: string; device: string; dtype: string; adapted_layers: Record<string, [number, number]> | null;
}

interface TrainingLog { session_id: string; text: string }

interface TrainingMetrics {
  phase?: string; step?: number; total_steps?: number | null; reward?: number | null; reward_std?: number | null;
  kl?: number | null; grad_norm?: number | null; signal_fraction?: number; truncated_fraction?: number;
  completion_length?: { mean: number; min: number; max: number } | null; tokens_per_second?: number | null;
  clip_ratio?: { low: number; high: number } | null; reward_errors?: Record<string, number>;
  reward_not_run?: Record<string, number>; eta_seconds?: number | null;
}

interface TrainingStatus {
  session_id: string; seq: number; kind: string; status: string; phase: string | null; phase_detail: string;
  phase_started_at: number | null; step: number; total_steps: number | null; failure: Failure | null;
  event: { text?: string; fraction?: number }; earlier?: TrainingStatus[];
}

interface TrainingUpdate extends TrainingMetrics {
  session_id: string; seq: number; step: number; t?: number; earlier?: TrainingUpdate[];
}

interface Trouble { count: number; meaning: string; examples: string[] }

interface TypicalAnswer { text: string; reward: number | null; mean: number | null; reason: string }

interface UnfinishedUpload { name: string; received: number; complete: boolean }

/** An uploaded file; `received` is there while it comes in pieces. */
interface Upload {
  name: string; path: string; size_bytes: number; encoding: string | null; rows: number | null; sha256: string | null;
  uploaded_at: number; columns?: string[]; mapping?: Record<string, string | null>; job_id?: string | null;
  problem: { message: string; hint: string } | null; duplicate?: boolean; complete?: boolean; received?: number;
}

interface Violation { right: Witness; wrong: Witness }

interface Weakness { code: string; severity: string; what: string; evidence: string; what_to_do: string }

interface Witness { instruction: string; response: string; score: number | null; reason: string }
