"""What trying rewards out gives: scores of responses, and the reports of the bench."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from core.jsonfile import JsonObject
from core.prompts.template import Parsed
from core.rewards.bench.report import BenchReport, Grade
from core.rewards.custom.trial import Trial
from core.rewards.record import ScoreRecord


class TestedResponse(TypedDict):
    """One response under every reward; `total` is null where one that applies could not score."""

    instruction: str
    reference: str
    response: str
    total: float | None
    scores: dict[str, ScoreRecord]
    parsed: Annotated[JsonObject, Parsed]


class RewardRange(TypedDict):
    """The least and the most that a response can earn; null where a part has no known range."""

    least: float | None
    most: float | None


class RewardTest(RewardRange):
    """Some responses under every reward."""

    results: list[TestedResponse]
    ms_per_completion: dict[str, float]


class ValidReward(TypedDict):
    """A custom reward that can be used, with every value, and what it makes of one row."""

    definition: JsonObject
    trial: Trial


class BenchResult(TypedDict):
    """The report on each reward, and the grade of all together."""

    rows: int
    grade: Grade
    rewards: dict[str, Annotated[JsonObject, BenchReport]]
