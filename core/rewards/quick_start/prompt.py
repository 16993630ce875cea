"""What Quick Start writes into the prompt, and whether it proposes a warm-up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from core.catalog.families import base_model
from core.data.mapping import NO_ANSWER, Row, has_no_answer
from core.data.paths import value_at
from core.data.row import RawRow
from core.data.section import DatasetConfig
from core.jsonfile import JsonObject
from core.prompts.builtin import TEMPLATES
from core.rewards.quick_start.fitting import FEW_WORDS, Fit

SMALL_MODEL = 1_500_000_000
"""Weights below which few labels want a warm-up."""
WARM_UP_ROWS, WARM_UP_SHARE = 100, 4
LANGUAGE = re.compile(r"[a-z]{2,3}")
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([bm])\b", re.IGNORECASE)
SAY_SO = f"If the question can't be answered, the solution is the word {NO_ANSWER}."


def prompt_for(
    fit: Fit, config: DatasetConfig, examples: Sequence[Row], rows: Sequence[RawRow]
) -> tuple[JsonObject, list[str]]:
    """(values of the prompt section, reasons) for a reward on rows, which are `examples` when mapped by `config`."""
    template, why = _template(fit.preset, examples)
    prompt: JsonObject = {"template": template}
    reasons = [f"Prompt template {template}: {why}."]
    system_prompt = TEMPLATES[template].system_prompt
    if fit.labels:
        prompt["system_prompt"] = f"{system_prompt}\n{_naming(fit.labels)}"
        reasons.append(f"The prompt names the {len(fit.labels)} labels as the data spell them.")
        if all(label.lstrip("-").isdigit() for label in fit.labels):
            reasons.append("The labels are numbers: say in the prompt what each of them means.")
    answers = (value_at(row, config.response_field) for row in rows)
    if fit.preset == "question-answering" and any(has_no_answer({"answers": value}) for value in answers):
        prompt["system_prompt"] = f"{system_prompt}\n{SAY_SO}".strip()
        reasons.append(f"Some questions have no answer; the prompt says that {NO_ANSWER!r} is one.")
    if languages := _languages(config):
        prompt["instruction_template"] = f"Translate from {languages[0]} to {languages[1]}:\n\n{{instruction}}"
        reasons.append(f"The prompt says that the text is to be translated from {languages[0]} to {languages[1]}.")
    return prompt, reasons


def warm_up_for(labels: Sequence[str], model: str | None, rows: int) -> JsonObject:
    """Values of the pre_training section: a warm-up where a small or unknown model must write one of few labels.

    Args:
        model: Its name; None if it is not chosen.
        rows: How many there are at least; a warm-up takes no more than a share of them.
    """
    size = size_of(model)
    if not labels or (size is not None and size >= SMALL_MODEL):
        return {}
    few = rows < WARM_UP_SHARE * WARM_UP_ROWS
    return {"enabled": True, **({"max_samples": max(1, rows // WARM_UP_SHARE)} if few else {})}


def size_of(model: str | None) -> float | None:
    """How many weights a model has, by the catalogue or by its name; None if neither tells."""
    known = base_model(model) if model else None
    if known is not None:
        return known.parameters
    said = SIZE.search(model.rpartition("/")[2]) if model else None
    return float(said[1]) * (1e9 if said[2].lower() == "b" else 1e6) if said else None


def _template(preset: str, examples: Sequence[Row]) -> tuple[str, str]:
    """(name, why) of the template that suits the answers."""
    if preset in ("programming", "code-generation", "algorithm-implementation"):
        return "code-block", "the answer is code"
    if any(row.reasoning for row in examples):
        return "grpo-default", "the rows bring a worked solution before the answer"
    if median(len(row.reference.split()) for row in examples) <= FEW_WORDS:
        return "solution-only", "the answers are short; grpo-default lets larger models think first"
    return "plain", "the whole completion is the answer"


def _naming(labels: Sequence[str]) -> str:
    """The labels in a sentence, one a line where one of them has a comma."""
    in_lines = any("," in label for label in labels)
    listed = "".join(f"\n- {label}" for label in labels) if in_lines else f" {', '.join(labels)}"
    return f"The solution is one of these labels, written exactly so:{listed}"


def _languages(config: DatasetConfig) -> tuple[str, str] | None:
    """From which language into which, where the columns are translation.de and translation.en; a text says no more."""
    first, second = config.instruction_field.split("."), (config.response_field or "").split(".")
    is_pair = first[:1] == second[:1] == ["translation"] and len(first) == len(second) == 2
    is_named = is_pair and LANGUAGE.fullmatch(first[1]) and LANGUAGE.fullmatch(second[1])
    return (first[1], second[1]) if is_named else None
