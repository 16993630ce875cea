"""Numbers and signs drawn for references, and the small changes that make an answer wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import gcd

SQUAREFREE = (2, 3, 5, 6, 7, 10, 11, 13, 14, 15)
NAMES = ("Evelyn", "Mary", "Bob", "Alice", "Navin", "Tuesday", "ellipse", "hyperbola", "odd", "east")
UNITS = (("km", "cm"), ("cm", "mm"), ("kg", "g"), ("hours", "days"), ("miles", "feet"), ("dollars", "cents"))
Family = Callable[[random.Random], tuple[str, list[str]]]


def other_digits(text: str, draw: random.Random) -> list[str]:
    """`text` with one digit changed, at up to three places."""
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    return [_with(text, place, draw) for place in draw.sample(places, min(3, len(places)))]


def _with(text: str, place: int, draw: random.Random) -> str:
    is_first = place == 0 or not text[place - 1].isdigit()
    others = [digit for digit in "0123456789" if digit != text[place] and not (is_first and digit == "0")]
    return text[:place] + draw.choice(others) + text[place + 1 :]


def number(draw: random.Random, low: int = 2, high: int = 60) -> int:
    return draw.randint(low, high)


def drawn_fraction(draw: random.Random) -> tuple[int, int]:
    while True:
        above, below = number(draw), number(draw)
        if gcd(above, below) == 1:
            return above, below


def in_place_of(text: str, *pairs: tuple[str, str]) -> list[str]:
    """`text` with the first of one sign put in place of another, for every pair that it has."""
    return [text.replace(old, new, 1) for old, new in pairs if old in text]


def sign(draw: random.Random) -> str:
    return draw.choice("+-")


def turned(text: str) -> list[str]:
    """`text` with its first + or - turned."""
    for place, sign in enumerate(text):
        if sign in "+-":
            return [text[:place] + ("-" if sign == "+" else "+") + text[place + 1 :]]
    return []
