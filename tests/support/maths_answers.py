"""Mathematical references as data sets have them, each with answers that are wrong by the way they are made.

Every number in a reference counts: no factor 0, no power of 1, fractions in lowest terms, so that another digit or
another sign is another value. What is wrong is known from the construction, not from the code that is tested.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support import maths_numbers, maths_structures, maths_written


@dataclass(frozen=True)
class Made:
    """A reference and answers that differ from it in one digit, sign, symbol or bound."""

    family: str
    reference: str
    wrong: tuple[str, ...]


FAMILIES = {**maths_numbers.FAMILIES, **maths_structures.FAMILIES, **maths_written.FAMILIES}


def references(count: int, seed: int = 0) -> Iterator[Made]:
    """`count` references, all families in turn; equal arguments give equal ones."""
    draw = random.Random(seed)
    families = list(FAMILIES.items())
    for place in range(count):
        name, make = families[place % len(families)]
        reference, wrong = make(draw)
        yield Made(name, reference, tuple(dict.fromkeys(wrong)))


def dresses(reference: str) -> list[str]:
    """The same answer as other writers put it."""
    found = [
        f"${reference}$",
        f"\\boxed{{{reference}}}",
        f"$\\boxed{{{reference}}}$",
        f" {reference} .",
        f"\\({reference}\\)",
    ]
    found.append(reference.replace("\\frac", "\\dfrac").replace("(", "\\left(").replace(")", "\\right)"))
    found.append(reference.replace("+", " + ").replace("=", " = ").replace(",", ", "))
    found.append(f"The answer is ${reference}$.")
    return found
