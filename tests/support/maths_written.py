"""Families of references that count as they are written: ranges, dates, prefixed numbers."""

from __future__ import annotations

import random

from tests.support.maths_drawing import Family, number, other_digits


def span(draw: random.Random) -> tuple[str, list[str]]:
    low, width = number(draw), number(draw)
    text = f"{low}-{low + width}"
    return text, [f"-{width}", f"{low + 1}-{low + width + 1}", f"{low + width}-{low}", *other_digits(text, draw)]


def date(draw: random.Random) -> tuple[str, list[str]]:
    year, month, day = draw.randint(1900, 2030), *draw.sample(range(1, 13), 2)
    text = f"{year}-{month:02}-{day:02}"
    return text, [f"{year}-{day:02}-{month:02}", str(year - month - day), str(year), *other_digits(text, draw)]


def prefixed(draw: random.Random) -> tuple[str, list[str]]:
    digits = "".join(draw.choices("123456789", k=2)) + draw.choice("ABCDEF")
    return f"0x{digits}", [
        "0",
        f"0x{digits}1",
        f"-0x{digits}",
        f"0x{digits[::-1]}",
        *(f"0x{wrong}" for wrong in other_digits(digits, draw)),
    ]


FAMILIES: dict[str, Family] = {family.__name__: family for family in (span, date, prefixed)}
