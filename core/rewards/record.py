"""The stored shapes of scored completions: the record of one score, a completion, and the group of one prompt."""

from __future__ import annotations

from typing import Any

from typing_extensions import NotRequired, TypedDict

from core.rewards.scoring import OutcomeKind


class ScoreRecord(TypedDict):
    """The score of one completion by one reward; `value` is null without a score, and `reason` then says why."""

    value: float | None
    reason: str
    kind: OutcomeKind
    parts: NotRequired[dict[str, float]]
    prints: NotRequired[str]


class Completion(TypedDict):
    """A completion and its reward; `tokens` is its length, `scores` has every reward by its name.

    `reward` and `advantage` are null where a reward gave no score: nothing was learnt from the completion. Runs before
    that rule counted a missing score as 0, and their records still do.
    """

    text: str
    tokens: int
    truncated: bool
    reward: float | None
    advantage: float | None
    scores: dict[str, ScoreRecord]


class Prompted(TypedDict):
    """The prompt of a group and the row that it was made of."""

    step: int
    prompt: str
    instruction: str
    reference: str
    extras: dict[str, Any]


class Group(Prompted):
    """The completions of one prompt in one step."""

    completions: list[Completion]


class SampleCompletion(Completion):
    """A completion with its question, for the live page."""

    instruction: str
    reference: str
