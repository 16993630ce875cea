"""Score, Example and the shape of a reward function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.prompts.template import Markers

NO_MARKERS = Markers()


@dataclass(frozen=True)
class Score:
    """What one reward says about one completion: a value from 0 to 1 and the reason for it."""

    value: float
    reason: str


@dataclass(frozen=True)
class Example:
    """What a reward may look at beside the response: the question, the markers asked for, further columns."""

    instruction: str = ""
    markers: Markers = NO_MARKERS
    extras: Mapping[str, Any] = field(default_factory=dict)


RewardFunction = Callable[[str, str, Example], Score]


def right(reason: str) -> Score:
    """Full marks."""
    return Score(1.0, reason)


def wrong(reason: str) -> Score:
    """No marks."""
    return Score(0.0, reason)
