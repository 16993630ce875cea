"""Quick Start: which mapping, template and reward suit a data set, each with its reason; looked up or read off rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import TypedDict

from typing_extensions import NotRequired

from core.catalog.datasets import curated
from core.data.builtin import BUILTIN
from core.data.guess import cell, columns_of, guess_mapping, words_of
from core.data.mapping import NO_ANSWER, Row, has_no_answer, map_row
from core.data.row import RawRow
from core.data.section import DatasetConfig
from core.errors import InvalidInput
from core.jsonfile import JsonObject
from core.prompts.builtin import TEMPLATES
from core.rewards.text.normal import normal_form

MOST = 0.9
FEW_WORDS = 6
CLOSED_ROWS, CLOSED_ANSWERS = 20, 6
ENTRY_POINT = "entry_point"
TEXT_WORDS = {"concise-summarization": ("summary", "highlights", "abstract"), "creative-writing": ("story", "poem")}
TEST_WORDS = ("tests", "test", "asserts")
CHOICE_WORDS = ("choices", "options")
FORMAT_WEIGHT = 0.1
SAY_SO = f"If the question can't be answered, the solution is the word {NO_ANSWER}."


class WeighedPreset(TypedDict):
    """A part of a composite reward."""

    preset_name: str
    weight: NotRequired[float]


class SuggestedReward(TypedDict, total=False):
    """The values of a reward section that a suggestion sets."""

    type: str
    preset_name: str
    components: list[WeighedPreset]
    fields: dict[str, str]


@dataclass
class Suggestion:
    """Values for the dataset, prompt and reward sections, and a sentence for each choice."""

    dataset: JsonObject
    prompt: JsonObject = field(default_factory=dict)
    reward: SuggestedReward = field(default_factory=SuggestedReward)
    reasons: list[str] = field(default_factory=list)


def suggest(config: DatasetConfig, kind: str, rows: Sequence[RawRow]) -> Suggestion:
    """What to start with.

    Args:
        config: The data set as named so far; its mapping is replaced by a guess.
        kind: What its source is.
        rows: Its first raw rows.
    Raises:
        InvalidInput: It has no rows, or no column that could be question or answer.
    """
    if not rows:
        raise InvalidInput("The data set has no rows.", "Choose another.", {"dataset.source": "has no rows"})
    found = _mapping(config, kind, rows)
    dataset = DatasetConfig.model_validate({**config.model_dump(), **found.dataset})
    examples = [map_row(row, dataset, {}) for row in rows]
    preset, fields, why = _reward(dataset, kind, rows, examples)
    template, template_why = _template(preset, examples)
    has_markers = template not in ("plain", "code-block")
    found.dataset = config.model_dump(mode="json", exclude_defaults=True) | {"source": config.source} | found.dataset
    found.prompt = {"template": template}
    if preset == "question-answering" and any(
        has_no_answer({"answers": cell(r, dataset.response_field)}) for r in rows
    ):
        found.prompt["system_prompt"] = f"{TEMPLATES[template].system_prompt}\n{SAY_SO}".strip()
        found.reasons.append(f"Some questions have no answer; the prompt says that {NO_ANSWER!r} is one.")
    found.reward = _weighed(preset, fields, has_markers)
    found.reasons += [f"Reward {preset}: {why}.", f"Prompt template {template}: {template_why}."]
    if has_markers:
        found.reasons.append("Solution Format, at a low weight, pays for the markers before answers come right.")
    return found


def _mapping(config: DatasetConfig, kind: str, rows: Sequence[RawRow]) -> Suggestion:
    known = curated(config.source) if kind == "hub" else None
    if known is not None:
        return Suggestion(asdict(known.mapping), reasons=[f"Mapping: {known.title} is known."])
    guess = guess_mapping(rows)
    if guess.instruction.field is None or guess.response.field is None:
        problem = f"none of its columns could be question and answer: {', '.join(columns_of(rows))}"
        raise InvalidInput(f"The data set can't be mapped: {problem}.", "It needs two columns.", {"dataset": problem})
    reasons = [f"Question: {guess.instruction.reason}.", f"Answer: {guess.response.reason}."]
    if guess.context.field:
        reasons.append(f"Context: {guess.context.reason}.")
    reasons.append(f"Final answer: {guess.final_answer_reason}.")
    return Suggestion(dict(guess.settings), reasons=reasons)


def _reward(
    config: DatasetConfig, kind: str, rows: Sequence[RawRow], examples: Sequence[Row]
) -> tuple[str, dict[str, str], str]:
    """(preset, fields, why)."""
    if kind == "procedural":
        return "procedural", {"entry": "entry"}, "the task brings its own verifier"
    known = curated(config.source) if kind == "hub" else None
    if known is not None:
        return known.preset, dict(known.extras), f"it is what {known.title} is usually judged by"
    if kind == "builtin":
        return BUILTIN[config.source].preset, {}, "the set is made for it"
    tests = next((c for c in columns_of(rows) if set(words_of(c)) & set(TEST_WORDS)), None)
    if tests is not None:
        entry = {"entry_point": ENTRY_POINT} if ENTRY_POINT in columns_of(rows) else {}
        return "programming", {"tests": tests, **entry}, f"the column {tests!r} holds tests to run"
    choices = next((c for c in columns_of(rows) if set(words_of(c)) & set(CHOICE_WORDS)), None)
    if choices is not None:
        return "multiple-choice", {"choices": choices}, f"the column {choices!r} holds options"
    kind_of_text = next(
        (p for p, words in TEXT_WORDS.items() if set(words_of(config.response_field)) & set(words)), None
    )
    if kind_of_text is not None:
        return kind_of_text, {}, f"the column {config.response_field!r} is called so"
    references = [row.reference for row in examples if row.reference]
    if _is_closed(references) and not isinstance(cell(rows[0], config.response_field), list):
        return "exact-match", {}, f"there are only {len(set(references))} different answers, and hedging must not pay"
    for preset, fits, why in RULES:
        if references and sum(map(fits, references)) >= MOST * len(references):
            return preset, _fields(preset, config, rows), why
    why = "the answers are long texts, which only overlap of words compares; a judge or a recipe may know better"
    return "question-answering", {}, why


def _fields(preset: str, config: DatasetConfig, rows: Sequence[RawRow]) -> dict[str, str]:
    """Further columns that the preset reads: tests may be the answers, and SQuAD has several answers a row."""
    if preset == "programming":
        return {"tests": config.response_field}
    has_several = isinstance(cell(rows[0], config.response_field), list)
    return {"answers": config.response_field} if preset == "question-answering" and has_several else {}


def _template(preset: str, examples: Sequence[Row]) -> tuple[str, str]:
    if preset in ("programming", "code-generation", "algorithm-implementation"):
        return "code-block", "the answer is code"
    if any(row.reasoning for row in examples):
        return "grpo-default", "the rows bring a worked solution before the answer"
    if median(len(row.reference.split()) for row in examples) <= FEW_WORDS:
        return "solution-only", "the answers are short; grpo-default lets larger models think first"
    return "plain", "the whole completion is the answer"


def _weighed(preset: str, fields: dict[str, str], has_markers: bool) -> SuggestedReward:
    extras: SuggestedReward = {"fields": fields} if fields else {}
    if not has_markers:
        return {"type": "preset", "preset_name": preset, **extras}
    parts: list[WeighedPreset] = [{"preset_name": preset}, {"preset_name": "solution-format", "weight": FORMAT_WEIGHT}]
    return {"type": "composite", "components": parts, **extras}


def _is_closed(references: Sequence[str]) -> bool:
    """Whether many rows share a few answers, such as yes and no, that are not single letters."""
    few = 1 < len(set(references)) <= CLOSED_ANSWERS
    return few and len(references) >= CLOSED_ROWS and not all(map(_is_letter, references))


def _is_letter(text: str) -> bool:
    return text.strip("().").upper() in "ABCDEFGH" and len(text.strip("().")) == 1


def _is_mathematical(text: str) -> bool:
    plain = normal_form(text.strip("$ "))
    return plain.replace(".", "", 1).lstrip("-").isdigit() or ("\\" in text and any(c in text for c in "{^_"))


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), (dict, list))
    except (ValueError, RecursionError):
        return False


RULES: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("multiple-choice", _is_letter, "the answers are letters; the question must show its options"),
    ("math-science", _is_mathematical, "the answers are numbers or formulas, which may be written in many ways"),
    ("json-output", _is_json, "the answers are JSON"),
    ("programming", lambda text: "assert " in text, "the answers are tests to run"),
    ("code-generation", lambda text: "def " in text or "```" in text, "the answers are code; without tests, only form"),
    ("question-answering", lambda text: len(text.split()) <= FEW_WORDS, "the answers are a few words"),
)
"""(preset, test of an answer, reason): a preset fits if nearly all answers pass its test; the first one is used."""
