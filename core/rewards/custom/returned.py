"""The score in what a user's own function returned."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from core.rewards import sandbox
from core.rewards.base import Score

REASON_CHARACTERS = 500
RETURNS = (
    "return a finite number, True or False, None where it does not apply, (number, reason) or "
    "{'score', 'reason', 'parts'}"
)
RETURNS_LIST = "return a list with one score for each completion"


def read_score(value: Any) -> Score | None:
    """The score in what was returned for one completion; None where the reward does not apply to it.

    Raises:
        ValueError: It is no score; the text says what to return.
    """
    reason: Any = ""
    parts: Any = None
    if isinstance(value, Mapping) and set(value) <= {"score", "reason", "parts"} and "score" in value:
        value, reason, parts = value["score"], value.get("reason"), value.get("parts")
    elif isinstance(value, (tuple, list)) and len(value) == 2:
        value, reason = value
    if value is None:
        return None
    if not isinstance(parts or {}, Mapping):
        raise ValueError(f"returned parts {_shown(parts)}; parts map names to numbers")
    named = {_text(name): part for name, part in (parts or {}).items()}
    numbers = {name: _number(part, f"part {name!r} of ") for name, part in named.items()}
    return Score(_number(value, ""), _text(reason or ""), numbers)


def _number(value: Any, what: str) -> float:
    try:
        number = float(value) if isinstance(value, (bool, int, float)) else math.nan
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"returned {what}{_shown(value)}; {RETURNS}")
    return number + 0.0  # -0.0 would be shown as such


def _text(value: Any) -> str:
    return value[:REASON_CHARACTERS] if isinstance(value, str) else sandbox.shown(value)


def _shown(value: Any) -> str:
    """A value in a few characters; without repr for containers, whose depth a user's code chooses."""
    return f"a {type(value).__name__}" if isinstance(value, (list, tuple, dict, set)) else sandbox.shown(value)
