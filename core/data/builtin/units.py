"""The units set: conversions of length, mass, time, temperature, speed, volume and data, computed exactly."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from itertools import permutations

from core.data.builtin.base import BuiltinSet, Kind, Question, question_parameters, question_rows
from core.data.row import RawRow

Scale = tuple[Fraction, Fraction]
"""(factor, offset): the base unit's value is factor x value + offset."""

Table = dict[str, tuple[int, str, str]]
"""Unit -> the level it appears on, its factor to the base unit, and its offset."""

LENGTH: Table = {
    "millimetres": (1, "1/1000", "0"),
    "centimetres": (1, "1/100", "0"),
    "metres": (1, "1", "0"),
    "kilometres": (1, "1000", "0"),
    "inches": (2, "0.0254", "0"),
    "feet": (2, "0.3048", "0"),
    "miles": (2, "1609.344", "0"),
    "yards": (3, "0.9144", "0"),
    "nautical miles": (3, "1852", "0"),
}
MASS: Table = {
    "milligrams": (1, "1/1000", "0"),
    "grams": (1, "1", "0"),
    "kilograms": (1, "1000", "0"),
    "tonnes (of 1000 kg)": (1, "1000000", "0"),
    "pounds": (2, "453.59237", "0"),
    "ounces": (2, "28.349523125", "0"),
    "carats (of 200 mg)": (3, "0.2", "0"),
    "stones (of 14 pounds)": (3, "6350.29318", "0"),
}
TIME: Table = {
    "seconds": (1, "1", "0"),
    "minutes": (1, "60", "0"),
    "hours": (1, "3600", "0"),
    "days": (2, "86400", "0"),
    "weeks": (2, "604800", "0"),
    "milliseconds": (3, "1/1000", "0"),
    "fortnights (of 14 days)": (3, "1209600", "0"),
}
TEMPERATURE: Table = {
    "degrees Celsius": (1, "1", "0"),
    "kelvins": (1, "1", "-273.15"),
    "degrees Fahrenheit": (2, "5/9", "-160/9"),
    "degrees Rankine": (3, "5/9", "-273.15"),
}
SPEED: Table = {
    "kilometres per hour": (1, "1", "0"),
    "metres per second": (1, "3.6", "0"),
    "kilometres per minute": (1, "60", "0"),
    "miles per hour": (2, "1.609344", "0"),
    "knots": (3, "1.852", "0"),
    "feet per second": (3, "1.09728", "0"),
}
VOLUME: Table = {
    "millilitres": (1, "1/1000", "0"),
    "centilitres": (1, "1/100", "0"),
    "litres": (1, "1", "0"),
    "cubic metres": (1, "1000", "0"),
    "US gallons (of 3.785411784 litres)": (2, "3.785411784", "0"),
    "imperial pints (of 0.56826125 litres)": (2, "0.56826125", "0"),
    "cubic feet": (3, "28.316846592", "0"),
}
DATA: Table = {
    "bytes": (1, "1", "0"),
    "kilobytes (of 1000 bytes)": (1, "1000", "0"),
    "megabytes (of 1000000 bytes)": (1, "1000000", "0"),
    "kibibytes (of 1024 bytes)": (2, "1024", "0"),
    "mebibytes (of 1048576 bytes)": (2, "1048576", "0"),
    "bits": (3, "1/8", "0"),
    "megabits (of 1000000 bits)": (3, "125000", "0"),
}
FORMS = (
    "Convert {value} {old} to {new}.",
    "How many {new} are {value} {old}?",
    "Express {value} {old} in {new}.",
    "A display shows {value} {old}. What would it show in {new}?",
)
ENDING = "Answer with the number only, rounded to 2 decimals."
MOST = 10**7


def units(*, size: int = 3000, seed: int = 0, kinds: str = "all", hardest: int = 3) -> Iterator[RawRow]:
    """Different conversions; columns and errors as `question_rows`."""
    return question_rows(KINDS, size, seed, kinds, hardest)


def scale(table: Table, unit: str) -> Scale:
    """The exact factor and offset of a unit."""
    return exact(table[unit][1]), exact(table[unit][2])


exact = cache(Fraction)
"""A number's text -> its value, read once."""


def _conversion(table: Table) -> Callable[[random.Random, int], Question]:
    """The kind that converts between two units of `table`, the harder of which is of the level asked for."""

    pairs = {level: [(a, b) for a, b in permutations(table, 2) if _level(table, a, b) == level] for level in (1, 2, 3)}

    def convert(rng: random.Random, level: int) -> Question:
        while True:
            old, new = rng.choice(pairs[level])
            tenths = rng.randint(1, 9999)
            value = Fraction(tenths, 10) if level < 3 else Fraction(10 * tenths + 5, 100)
            result = converted(table, value, old, new)
            # No zeros, no numbers too long to read, and no ties, which people round in different ways.
            if 1 <= result < MOST and result * 100 % 1 != Fraction(1, 2):
                text = rng.choice(FORMS).format(value=decimal(value, 2, short=True), old=old, new=new)
                worked = _worked(table, value, old, new)
                return Question((value, old, new), f"{text} {ENDING}", decimal(result, 2), worked)

    return convert


def _level(table: Table, old: str, new: str) -> int:
    return max(table[old][0], table[new][0])


def converted(table: Table, value: Fraction, old: str, new: str) -> Fraction:
    """`value` of the unit `old` in the unit `new`, exactly."""
    base = scale(table, old)[0] * value + scale(table, old)[1]
    return (base - scale(table, new)[1]) / scale(table, new)[0]


def _worked(table: Table, value: Fraction, old: str, new: str) -> str:
    start, end = (decimal(each, 6, short=True) for each in (value, converted(table, value, old, new)))
    if table is TEMPERATURE:
        steps = [(unit, converted(table, value, old, unit)) for unit in dict.fromkeys((old, "degrees Celsius", new))]
        return " = ".join(f"{decimal(reached, 6, short=True)} {unit}" for unit, reached in steps) + "."
    factor = scale(table, old)[0] / scale(table, new)[0]
    sign, number = ("x", factor) if factor >= 1 else ("/", 1 / factor)
    return f"From {old} to {new}: {start} {sign} {decimal(number, 8, short=True)} = {end}."


def decimal(value: Fraction, places: int, short: bool = False) -> str:
    """`value` rounded half up to `places` decimals, computed exactly; `short` drops zeros at the end."""
    units_of_last = abs(value) * 10**places
    whole = (units_of_last + Fraction(1, 2)) // 1
    digits = str(whole).rjust(places + 1, "0")
    text = ("-" if value < 0 and whole else "") + f"{digits[:-places]}.{digits[-places:]}"
    return text.rstrip("0").rstrip(".") if short else text


KINDS: dict[str, Kind] = {
    name: _conversion(table)
    for name, table in {
        "length": LENGTH,
        "mass": MASS,
        "time": TIME,
        "temperature": TEMPERATURE,
        "speed": SPEED,
        "volume": VOLUME,
        "data": DATA,
    }.items()
}
UNITS = BuiltinSet(
    title="Unit Conversion",
    summary="Lengths, masses, times, temperatures, speeds, volumes and data sizes from one unit to another.",
    generator=units,
    parameters=question_parameters(KINDS),
    template="grpo-default",
)
