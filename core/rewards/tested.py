"""What trying rewards out gives: scores of responses, and the reports of the bench."""

from __future__ import annotations

from typing import Any, TypedDict

from core.jsonfile import JsonObject
from core.rewards.bench_report import Grade
from core.rewards.record import ScoreRecord


class TestedResponse(TypedDict):
    """One response under every reward; `total` is null where one could not score, `parsed` is a Parsed."""

    instruction: str
    reference: str
    response: str
    total: float | None
    scores: dict[str, ScoreRecord]
    parsed: dict[str, Any]


class RewardTest(TypedDict):
    """Some responses under every reward; `most` is the most that one can earn."""

    results: list[TestedResponse]
    most: float
    ms_per_completion: dict[str, float]


class BenchResult(TypedDict):
    """A BenchReport as JSON for each reward, and the grade of all together."""

    rows: int
    grade: Grade
    rewards: dict[str, JsonObject]
