"""References that are numbers of options: what they count from, which all rows together say, and their letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from core.data.mapping import Row
from core.data.options import Option
from core.rewards.base import Example
from core.rewards.library.answers import is_same
from core.rewards.library.multiple_choice import has_column, meanings, multiple_choice, options_in
from core.rewards.section import RewardConfig, presets_among

Numbering = Literal[0, 1, "text"]
ENOUGH = 20
"""Rows; in so many without a 0, counting from 0 would have left the first option out by chance alone."""


def lettered(rows: Sequence[Row], reward: RewardConfig) -> list[Row]:
    """The rows, and where the reward reads options, each number of one as the letter that the question shows.

    So a warm-up teaches what the question asks for. Where the question shows no letters the number stays, and
    extras["first_index"] says what it counts from, if that is certain.
    """
    presets = [preset for _, preset in presets_among(reward.parts)]
    if not any("choices" in preset.optional for preset in presets):
        return list(rows)
    is_choice = any(preset.function is multiple_choice for preset in presets)
    options = [_options(row, is_choice) for row in rows]
    given = next((first for part in reward.parts if (first := part.parameters.get("first_index")) in (0, 1)), None)
    found = [(int(row.reference), choices) for row, choices in zip(rows, options, strict=True) if choices]
    meaning = numbering(found) if given is None else given
    return [_with_letter(row, choices, meaning) for row, choices in zip(rows, options, strict=True)]


def _options(row: Row, is_choice: bool) -> list[Option]:
    """The options of a row whose reference may be the number of one; those in a question count for a choice only."""
    example = Example(row.instruction, extras=row.extras)
    is_number = row.reference.isdecimal() and len(row.reference) < 3
    return options_in(example) if is_number and (is_choice or has_column(example)) else []


def _with_letter(row: Row, options: Sequence[Option], meaning: Numbering | None) -> Row:
    if not options:
        return row
    letters = meanings(row.reference, options, meaning)
    shown = [option for option in options if f"{option.letter}) {option.text}" in row.instruction]
    if len(letters) == 1 and len(shown) == len(options):
        return replace(row, reference=letters.pop())
    return row if meaning is None else replace(row, extras={**row.extras, "first_index": meaning})


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
