"""Units and other words behind a number: which are one, and which are another."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

Dimensions = tuple[tuple[str, int], ...]

_SCALES: dict[str, dict[str, str]] = {
    "length": {
        "m meter meters metre metres 米": "1",
        "km kilometer kilometers kilometre kilometres 公里 千米": "1000",
        "dm decimeter decimeters decimetre decimetres": "1/10",
        "cm centimeter centimeters centimetre centimetres 厘米": "1/100",
        "mm millimeter millimeters millimetre millimetres 毫米": "1/1000",
        "μm um micrometer micrometers": "1/1000000",
        "nm nanometer nanometers": "1/1000000000",
        "inch inches in": "0.0254",
        "ft foot feet": "0.3048",
        "yd yard yards": "0.9144",
        "mi mile miles": "1609.344",
    },
    "mass": {
        "g gram grams 克": "1",
        "kg kilogram kilograms kilo kilos 千克 公斤": "1000",
        "mg milligram milligrams": "1/1000",
        "lb lbs pound pounds": "453.59237",
        "oz ounce ounces": "28.349523125",
        "t ton tons tonne tonnes": "1000000",
    },
    "time": {
        "s sec secs second seconds 秒": "1",
        "ms millisecond milliseconds": "1/1000",
        "min mins minute minutes 分钟": "60",
        "h hr hrs hour hours 小时": "3600",
        "day days 天": "86400",
        "week weeks": "604800",
    },
    "month": {"month months 月": "1", "year years yr yrs 年 岁": "12"},
    "volume": {
        "l litre liter litres liters 升": "1",
        "ml milliliter milliliters millilitre millilitres 毫升": "1/1000",
        "gal gallon gallons": "3.785411784",
        "quart quarts": "0.946352946",
        "pint pints": "0.473176473",
        "cup cups": "0.2365882365",
    },
    "dollar": {"dollar dollars usd": "1", "cent cents ¢": "1/100"},
    "euro": {"euro euros eur": "1"},
    "sterling": {"gbp": "1"},
    "yen": {"yen jpy 円": "1"},
    "yuan": {"yuan rmb cny 元": "1"},
    "rupee": {"rupee rupees inr rs": "1"},
    "angle": {"° degree degrees deg 度": "1"},
    "radian": {"rad rads radian radians": "1"},
    "percent": {"% percent percentage pct": "1"},
    "celsius": {"°c celsius": "1"},
    "fahrenheit": {"°f fahrenheit": "1"},
    "kelvin": {"k kelvin kelvins": "1"},
    "force": {"n newton newtons": "1", "kn": "1000"},
    "energy": {
        "j joule joules": "1",
        "kj kilojoule kilojoules": "1000",
        "cal": "4.184",
        "kcal": "4184",
        "ev": "1.602176634e-19",
    },
    "power": {"w watt watts": "1", "kw kilowatt kilowatts": "1000", "mw": "1/1000"},
    "voltage": {"v volt volts": "1", "kv": "1000", "mv": "1/1000"},
    "current": {"a amp amps ampere amperes": "1", "ma": "1/1000"},
    "resistance": {"ohm ohms Ω \\omega": "1"},
    "pressure": {"pa pascal pascals": "1", "kpa": "1000", "atm": "101325", "bar": "100000"},
    "frequency": {"hz hertz": "1", "khz": "1000", "mhz": "1000000"},
    "amount": {"mol mole moles": "1"},
}
UNITS: dict[str, tuple[str, Fraction]] = {
    name: (dimension, Fraction(scale))
    for dimension, scales in _SCALES.items()
    for names, scale in scales.items()
    for name in names.split()
}
"""Name in small letters -> its dimension, and its size in the first unit of that."""
LETTERS = frozenset("mgshtLlNJWVAK")
"""Units that are one letter: they need a space before them, because 5m may be five times m."""
MULTIPLES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
MONEY = ("dollar", "euro", "sterling", "yen", "yuan", "rupee")
FILLERS = frozenset(("of", "the", "a", "an", "in", "are", "is"))
PIECE = re.compile(r"°\s*[CFcf](?![a-z])|[%°]|[^\W\d_]+|\\omega|\^\{?(-?\d+)\}?|[/*]|\\cdot")
SPEEDS = re.compile(r"\b(?:mph|kph|kmph|kmh)\b", re.IGNORECASE)
COUNT = re.compile(r"(?<!\^)(?<!\^\{)(?<!\^-)(?<!\^\{-)(?<![\d.])\d")


@dataclass(frozen=True)
class Unit:
    """What stands around a number.

    Attributes:
        dimensions: The known unit's dimensions and their powers; None where other words are among them.
        scale: Its size.
        words: All words, in small letters.
    """

    dimensions: Dimensions | None
    scale: Fraction
    words: frozenset[str]


def is_unit(word: str) -> bool:
    """Whether a word of at least two letters is a unit."""
    return len(word) > 1 and word.lower() in UNITS


def read_unit(text: str) -> Unit | None:
    """The unit that `text` names, or its words; None if it has none."""
    text = SPEEDS.sub(lambda found: "miles/hour" if found[0].lower() == "mph" else "km/hour", text)
    pieces = list(PIECE.finditer(re.sub(r'["()]', " ", text)))
    words = frozenset(_stem(p[0].lower()) for p in pieces if p[0][0] not in "^/*\\") - FILLERS
    if not words:
        return None
    found: Counter[str] = Counter()
    scale, sign, power = Fraction(1), 1, 0
    for place, piece in enumerate(pieces):
        name = piece[0].replace(" ", "").lower()
        raised = pieces[place + 1] if place + 1 < len(pieces) else None
        if name in ("/", "per"):
            sign = -1
        elif name in ("square", "sq", "cubic"):
            power = 3 if name == "cubic" else 2
        elif name in UNITS:
            by = sign * (int(raised[1]) if raised and raised[1] else power or 1)
            dimension, size = UNITS[name]
            if dimension in MONEY and found[dimension]:
                continue  # $5 USD
            found[dimension] += by
            scale, power = scale * size**by, 0
        elif name[0] not in "^*\\":
            return Unit(None, Fraction(1), words)
    return Unit(tuple(sorted((name, by) for name, by in found.items() if by)), scale, words)


def fits(reference: Unit | None, answer: Unit | None) -> Fraction | None:
    """The factor from the answer's unit to the reference's; None if they are not of one kind. A missing unit fits."""
    if reference is None or answer is None:
        return Fraction(1)
    if reference.dimensions is not None and answer.dimensions is not None:
        return answer.scale / reference.scale if reference.dimensions == answer.dimensions else None
    if reference.dimensions is not None or answer.dimensions is not None:
        pure, prose = (reference, answer) if reference.dimensions is not None else (answer, reference)
        return Fraction(1) if _is_named_in(pure, prose) else None
    small, large = sorted((reference.words, answer.words), key=len)
    return Fraction(1) if small <= large else None


def _is_named_in(unit: Unit, prose: Unit) -> bool:
    """Whether a sentence has all words of a unit, a simple unit by another name, or no unit at all."""
    known = {UNITS[word] for word in prose.words if len(word) > 1 and word in UNITS}
    is_simple = unit.dimensions is not None and [power for _, power in unit.dimensions] == [1]
    return (
        unit.words <= prose.words
        or (not known and len(prose.words) > 2)
        or (is_simple and known == {UNITS[word] for word in unit.words if word in UNITS})
    )


def _stem(word: str) -> str:
    """A word without its plural."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
