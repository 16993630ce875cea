"""What a number as the reference of a choice means: all rows together say what one row alone can't."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from core.data.mapping import Row
from core.data.options import Option
from core.rewards.base import Example
from core.rewards.library.answers import is_same
from core.rewards.library.multiple_choice import options_in
from core.rewards.section import RewardConfig, presets_among

Numbering = Literal[0, 1, "text"]
ENOUGH = 20
"""Rows; in so many without a 0, counting from 0 would have left the first option out by chance alone."""


def mark_numbering(rows: Sequence[Row], reward: RewardConfig) -> None:
    """Write what numbers mean into each row as extras["first_index"], if the reward reads options and it is certain."""
    if not any("choices" in preset.optional for _, preset in presets_among(reward.parts)):
        return
    numbered = [(row, int(row.reference)) for row in rows if row.reference.isdecimal() and len(row.reference) < 3]
    found = [(number, options_in(Example(row.instruction, extras=row.extras))) for row, number in numbered]
    meaning = numbering([(number, options) for number, options in found if options])
    if meaning is not None:
        for row, _ in numbered:
            row.extras["first_index"] = meaning


def numbering(found: Sequence[tuple[int, Sequence[Option]]]) -> Numbering | None:
    """What the numbers are, from (number, options) of each row; None where that stays open.

    They are texts if each is the text of an option and some are beyond the count. Otherwise a 0 says that counting
    starts at 0, the count of the options itself that it starts at 1, and many rows without a 0 that it starts at 1.
    """
    if not found:
        return None
    is_text = all(any(is_same(str(number), option.text) for option in options) for number, options in found)
    if is_text and any(number > len(options) for number, options in found):
        return "text"
    has_first = any(number == 0 for number, _ in found)
    has_last = any(number == len(options) for number, options in found)
    if is_text or (has_first and has_last):
        return None
    if has_first:
        return 0
    return 1 if has_last or len(found) >= ENOUGH else None
