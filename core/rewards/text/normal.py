"""The normal form of a short text: what two answers share when they differ in writing only."""

from __future__ import annotations

import re

GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])", re.ASCII)
"""An integer with thousands separators; any other comma separates two numbers."""
PLAIN_NUMBER = re.compile(r"(?=\D*\d)([+-]?)(\d*)(?:\.(\d*))?", re.ASCII)


def normal_form(text: str) -> str:
    """`text` in lower case with single spaces; a plain number in its shortest form (1,000.0 becomes 1000)."""
    flat = " ".join(text.split()).casefold()
    found = PLAIN_NUMBER.fullmatch(ungrouped(flat))
    if not found:
        return flat
    # Digits are compared as text, because a float or a Decimal would round the long ones to one value.
    sign, whole, decimals = found.groups("")
    number = f"{whole.lstrip('0') or '0'}.{decimals.rstrip('0')}".rstrip(".")
    return f"-{number}" if sign == "-" and number != "0" else number


def ungrouped(text: str) -> str:
    """`text` without thousands separators."""
    return GROUPED.sub(lambda found: found[0].replace(",", ""), text)
