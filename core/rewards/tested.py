"""What trying rewards out gives: scores of responses, and the reports of the bench."""

from __future__ import annotations

from typing import Annotated, TypedDict

from core.jsonfile import JsonObject
from core.prompts.template import Parsed
from core.rewards.bench_report import BenchReport, Grade
from core.rewards.record import ScoreRecord


class TestedResponse(TypedDict):
    """One response under every reward; `total` is null where one could not score."""

    instruction: str
    reference: str
    response: str
    total: float | None
    scores: dict[str, ScoreRecord]
    parsed: Annotated[JsonObject, Parsed]


class RewardTest(TypedDict):
    """Some responses under every reward; `most` is the most that one can earn."""

    results: list[TestedResponse]
    most: float
    ms_per_completion: dict[str, float]


class BenchResult(TypedDict):
    """The report on each reward, and the grade of all together."""

    rows: int
    grade: Grade
    rewards: dict[str, Annotated[JsonObject, BenchReport]]
