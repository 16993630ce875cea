"""Families of references whose order and names count: ranges, dates, prefixed numbers, named values, functions."""

from __future__ import annotations

import random

from tests.support.maths_drawing import Family, number, other_digits, turned

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


def difference(draw: random.Random) -> tuple[str, list[str]]:
    name, low = draw.choice("fgFG"), number(draw)
    high = low + number(draw)
    text = f"{name}({high})-{name}({low})"
    return text, [
        f"{name}({high - low})",
        f"{name}({high})-{name}({low + 1})",
        f"{high - low}{name}",
        f"{high}{name}-{low}{name}",
        *turned(text),
    ]


def composition(draw: random.Random) -> tuple[str, list[str]]:
    first, second = draw.sample("fgh", 2)
    return f"{first}({second}(x))", [
        f"{second}({first}(x))",
        f"{first}({second}(y))",
        f"{first}(x){second}(x)",
        f"{first}{second}x",
    ]


def vectors(draw: random.Random) -> tuple[str, list[str]]:
    first, second, other = draw.sample("uvwabr", 3)
    signs = [r"\cdot", r"\times"]
    draw.shuffle(signs)
    text = rf"{number(draw)}\vec {first}{signs[0]}\vec {second}"
    return text, [
        text.replace(*signs),
        text.replace(f"vec {second}", f"vec {other}"),
        f"-{text}",
        *other_digits(text, draw),
    ]


def points(draw: random.Random) -> tuple[str, list[str]]:
    a, b, c = draw.sample("ABCDEFGH", 3)
    text = rf"\angle {a}{b}{c}"
    return text, [rf"\angle {a}{c}{b}", rf"\angle {b}{a}{c}", rf"2\angle {a}{b}{c}", rf"\triangle {a}{b}{c}"]


def logic(draw: random.Random) -> tuple[str, list[str]]:
    first, second, other = draw.sample("pqrst", 3)
    text = rf"{first} \lor {second}"
    return text, [text.replace("lor", "land"), rf"{first} \lor {other}", f"{first}, {second}", first]


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (span, date, prefixed, named_values, difference, composition, vectors, points, logic)
}
