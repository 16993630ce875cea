"""Families of references that count as they are written: ranges, dates, prefixed numbers, named values."""

from __future__ import annotations

import random

from tests.support.maths_drawing import Family, number, other_digits

LABELS = ("Alice", "Bob", "width", "length", "mean", "median", "Option A", "Option B", "Tuesday", "total cost")


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


def named_values(draw: random.Random) -> tuple[str, list[str]]:
    first, second = draw.sample(LABELS, 2)
    low = number(draw)
    high = low + number(draw)
    form = draw.choice(("{}: {}, {}: {}", r"\text{{{}}}={},\text{{{}}}={}"))
    return form.format(first, low, second, high), [
        form.format(first, high, second, low),
        form.format(first, low, first, high),
        form.format(first, low, second, high + 1),
        f"{high}, {low}",
        f"{first}: {low}",
    ]


FAMILIES: dict[str, Family] = {family.__name__: family for family in (span, date, prefixed, named_values)}
