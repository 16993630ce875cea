"""Stored groups of completions, for tests of what is read off them."""

from __future__ import annotations

from typing import Any

from core.prompts.builtin import SOLUTION_ONLY
from core.runs.groups import Judging

JUDGING = Judging(SOLUTION_ONLY.markers, (0.0, 1.2), ("exact-match",))


def completion(text: str, truth: float | None = 0.0, form: float | None = 0.0, **values: Any) -> dict[str, Any]:
    """One completion as it is stored; a score of None could not be had."""
    scores = {"exact-match": _score(truth), "solution-format": _score(form)}
    reward = None if truth is None or form is None else truth + 0.2 * form
    plain = {"text": text, "tokens": 10, "truncated": False, "reward": reward, "advantage": 0.0, "scores": scores}
    return plain | values


def group(*completions: dict[str, Any], step: int = 1, reference: str = "5") -> dict[str, Any]:
    """One group as it is stored."""
    question = {"prompt": "p", "instruction": "What is 2 + 3?", "reference": reference, "extras": {}}
    return {"step": step, **question, "completions": list(completions)}


def _score(value: float | None) -> dict[str, Any]:
    return {"value": value, "reason": "by hand", "kind": "scored" if value is not None else "failed"}
