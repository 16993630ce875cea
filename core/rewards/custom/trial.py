"""Trial: a custom reward tried on one row, before it is saved: on the right answer, on a wrong one and on nonsense."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from typing_extensions import TypedDict

from core.data.mapping import Row
from core.prompts.template import Markers, PromptTemplate
from core.rewards.base import Example, Range
from core.rewards.bench.exploits import STAND_IN_REASONING, WORDS, different, in_format
from core.rewards.custom.definition import CustomReward, scorer
from core.rewards.custom.signature import UNREADABLE, signatures
from core.rewards.for_trl import as_record
from core.rewards.record import ScoreRecord

TrialKind = Literal["right", "wrong", "nonsense"]
SAMPLES = (Row("How much is 2 + 2?", "4"), Row("How much is 3 times 4?", "12"))
"""Rows for where there is no data yet."""
TAG = re.compile(r"(?<!P)</?[a-zA-Z_]\w*>")
NONSENSE = " ".join(WORDS.split()[:12])


class TriedAnswer(TypedDict):
    """One answer to the row, and its score."""

    kind: TrialKind
    response: str
    score: ScoreRecord


class Trial(TypedDict):
    """What a custom reward makes of one row.

    `is_sample` says that the row is ours and not the data set's, and `note` why. `functions` are those of the source,
    and `missing` the columns that they need and the row lacks. `seen` are the least and the greatest of the scores,
    null without one, `declared` the range that the reward gives. `warnings` say what deserves a look; none of them
    keeps the reward from being saved.
    """

    instruction: str
    reference: str
    is_sample: bool
    note: str
    answers: list[TriedAnswer]
    functions: list[str]
    missing: list[str]
    seen: Range | None
    declared: Range | None
    warnings: list[str]


def try_out(definition: CustomReward, rows: Sequence[Row], template: PromptTemplate, note: str = "") -> Trial:
    """Score three answers to the first row that has another answer than some other row.

    Args:
        rows: Rows of the data set; without any with an answer, SAMPLES are taken.
        template: Gives the right and the wrong answer their form.
        note: Why there are no rows.
    """
    usable = [row for row in rows if row.reference.strip()]
    is_sample = not usable
    row, wrong = _row_and_wrong_answer(usable or SAMPLES)
    texts: dict[TrialKind, str] = {
        "right": in_format(template, row.reference, row.reasoning or STAND_IN_REASONING),
        "wrong": in_format(template, wrong, row.reasoning or STAND_IN_REASONING),
        "nonsense": NONSENSE,
    }
    example = Example(row.instruction, template.markers, row.extras)
    count = len(texts)
    outcomes = scorer("reward", definition).score_all(list(texts.values()), [row.reference] * count, [example] * count)
    pairs = zip(texts.items(), outcomes, strict=True)
    answers: list[TriedAnswer] = [
        {"kind": kind, "response": response, "score": as_record(outcome)} for (kind, response), outcome in pairs
    ]
    values = [outcome.score.value for outcome in outcomes if outcome.score]
    missing = [name for name, needed in definition.columns.items() if needed and name not in row.extras]
    functions = functions_of(definition.source)
    return {
        "instruction": row.instruction,
        "reference": row.reference,
        "is_sample": is_sample,
        "note": note,
        "answers": answers,
        "functions": functions,
        "missing": missing,
        "seen": (min(values), max(values)) if values else None,
        "declared": definition.known_range,
        "warnings": [
            *_about_tags(definition.source, template.markers),
            *_about_columns(missing),
            *_about_functions(definition.functions or functions),
            *_about_scores(answers),
        ],
    }


def functions_of(source: str) -> list[str]:
    """The names of the reward functions of a source; empty without one, or where it can't be read."""
    try:
        return [signature.name for signature in signatures(source)] if source else []
    except UNREADABLE:
        return []


def _row_and_wrong_answer(rows: Sequence[Row]) -> tuple[Row, str]:
    """The first row with another answer than some other row, and that answer; else one that is altered."""
    references = [row.reference for row in rows]
    for row in rows:
        if others := different(row.reference, references):
            return row, others[0]
    return rows[0], f"not {rows[0].reference}"


def _about_tags(source: str, markers: Markers) -> list[str]:
    """Tags that the code looks for and the prompt template does not ask for: no answer would ever have them."""
    asked = [tag for tag in dict.fromkeys(TAG.findall(source)) if tag not in markers.given]
    if not asked or any(tag in markers.given for tag in TAG.findall(source)):
        return []
    has = f"has {' '.join(markers.given)}" if markers.given else "has no tags"
    return [
        f"It looks for {' '.join(asked[:4])}, and the prompt template {has}: choose a template with these tags, "
        "or write its tags into the code."
    ]


def _about_columns(missing: Sequence[str]) -> list[str]:
    return [
        f"It reads the column {name!r}, which the data does not have: map it under Columns it reads (reward.fields)."
        for name in missing
    ]


def _about_functions(functions: Sequence[str]) -> list[str]:
    if len(functions) < 2:
        return []
    names = ", ".join(functions)
    return [f"{len(functions)} functions score, and their scores are added as in TRL: {names}. Fewer can be chosen."]


def _about_scores(answers: Sequence[TriedAnswer]) -> list[str]:
    """What is odd about the scores: a failure, or a right answer that earns no more than the others."""
    scores = {answer["kind"]: answer["score"] for answer in answers}
    right = scores["right"]
    if right["kind"] in ("failed", "not_run"):
        return [f"It has no score for the right answer: {right['reason']}."]
    said = []
    for kind in ("wrong", "nonsense"):
        if scores[kind]["kind"] == "failed":
            said.append(f"It fails on {_NAMES[kind]}: {scores[kind]['reason']}.")
            continue
        value, best = scores[kind]["value"], right["value"]
        if value is not None and best is not None and best <= value:
            said.append(f"The right answer earns {best:g}, no more than {_NAMES[kind]} ({value:g}): {_CURES[kind]}")
    return said


_NAMES = {"wrong": "a wrong one", "nonsense": "nonsense"}
_CURES = {
    "wrong": "if it judges form, combine it with a reward that judges the answer.",
    "nonsense": "training would teach nonsense.",
}
