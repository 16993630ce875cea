"""Dates in an answer: "July 4, 1776", "4. Juli 1776" and "1776年7月4日" become one form, 1776-07-04."""

from __future__ import annotations

import regex

from core.rewards.text.answer_words import MONTHS

_MONTH_OF = {name: number for number, names in enumerate(MONTHS, 1) for name in names.split()}
_M = "|".join(sorted(map(regex.escape, _MONTH_OF), key=len, reverse=True))
_D = r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
_Y = r"(?P<y>\d{4})"
_OF = r"(?:(?:of|de|del|d'|في)\s+)?"
_NAMED = rf"(?P<m>{_M})(?!\p{{L}})\.?"
_FORMS = tuple(
    regex.compile(rf"(?<![\p{{L}}\d.]){form}(?!\d)", regex.IGNORECASE)
    for form in (
        rf"{_D}\s*{_OF}{_NAMED}(?:,?\s*{_OF}{_Y}(?:\s+года?)?)?",
        rf"{_NAMED}\s+{_D}(?:\s*,\s*|\s+){_Y}",
        rf"{_NAMED}\s+{_D}(?!\p{{L}})",
        rf"{_NAMED},?\s+{_OF}{_Y}",
        rf"{_Y}[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})",
        rf"{_Y}\s*年\s*(?P<m>\d{{1,2}})\s*月(?:\s*(?P<d>\d{{1,2}})\s*日)?",
        rf"{_Y}\s*년\s*(?P<m>\d{{1,2}})\s*월(?:\s*(?P<d>\d{{1,2}})\s*일)?",
        r"(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日",
        rf"(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.\s?{_Y}",
        rf"(?P<d>1[3-9]|2\d|3[01])[-/](?P<m>\d{{1,2}})[-/]{_Y}",
        rf"(?P<m>\d{{1,2}})[-/](?P<d>1[3-9]|2\d|3[01])[-/]{_Y}",
    )
)
"""The dates that have one meaning; 04/07/1776 has two and stays as it is."""
DATE = regex.compile(r"(?P<y>\d{4})?-(?P<m>\d\d)(?:-(?P<d>\d\d))?")
"""A date as `with_dates` writes it; the year or the day may be missing."""


def with_dates(text: str) -> str:
    """`text` with each date as year-month-day, year-month or -month-day, in ASCII digits."""
    for form in _FORMS:
        text = form.sub(_written, text)
    return text


def _written(found: regex.Match[str]) -> str:
    parts = found.groupdict()
    month = _MONTH_OF.get(parts["m"].casefold()) or int(parts["m"])
    day = int(parts.get("d") or 0)
    if month > 12 or day > 31:
        return str(found[0])
    return f"{parts.get('y') or ''}-{month:02}" + (f"-{day:02}" if day else "")
