"""Numbers in English words."""

from __future__ import annotations

import re

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_PARTS = "half third fourth fifth sixth seventh eighth ninth tenth"
SMALL = {word: number for number, word in enumerate(f"{_UNITS} eighteen nineteen".split())}
TENS = {word: 10 * number for number, word in enumerate(_TENS.split(), 2)}
PARTS = {word: number for number, word in enumerate(_PARTS.split(), 2)} | {"halve": 2, "quarter": 4}
NUMBER = re.compile(
    rf'"?(?:({"|".join(TENS)})(?:[- ]({"|".join(SMALL)}))?|({"|".join(SMALL)}))'
    rf'(?:[- ]({"|".join(PARTS)})s?"?$|"?(?=$|\s+"?[A-Za-z]))',
    re.IGNORECASE,
)


def with_digits(text: str) -> str:
    """`text` with digits for the number in words that it begins with: 5 apples, 2/3; other texts as they are."""
    found = NUMBER.match(text)
    if not found:
        return text
    tens, unit, small, part = (name and name.lower() for name in found.groups())
    number = TENS.get(tens or "", 0) + SMALL.get(unit or small or "", 0)
    return f"{number}/{PARTS[part]}" if part else f"{number}{text[found.end() :]}"
