// @ts-check
// Written by `python -m cli.facts --write static/js/facts.js`; a test holds it current.

export const FINAL_STATUSES = ["completed", "stopped", "failed", "interrupted"];
export const DEFAULT_PRESET = "math-science";
export const MAX_NAME_CHARACTERS = 64;
export const REFERENCE_NAMES = ["answer", "solution", "ground_truth", "target", "label", "reference", "expected", "expected_answer", "final_answer", "gold", "gold_answer", "gt", "correct_answer"];
export const QUESTION_NAMES = ["question", "instruction", "problem", "query", "prompt"];
export const RECOMMENDED_TARGET = "q4_k_m";
export const EMBEDDED_MODEL = "SmolLM2-135M-Instruct";
export const EMBEDDED_HUB_ID = "HuggingFaceTB/SmolLM2-135M-Instruct";
export const MAX_UPLOAD_BYTES = 10737418240;
