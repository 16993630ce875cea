"""The dates set: weekdays, spans, shifts, leap years and days of the year in the Gregorian calendar."""

from __future__ import annotations

import random
from calendar import isleap, monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from core.data.builtin.base import BuiltinSet, Kind, Question, question_parameters, question_rows
from core.data.row import RawRow

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1800, 2199
LEAP_YEARS = [year for year in range(FIRST_YEAR, LAST_YEAR) if isleap(year)]
COMMON_YEARS = [year for year in range(FIRST_YEAR, LAST_YEAR) if not isleap(year)]
ANCHOR = date(2000, 1, 1)
ISO = "Answer as YYYY-MM-DD."
DIGITS = "Answer with a whole number."


def dates(*, size: int = 3000, seed: int = 0, kinds: str = "all", hardest: int = 3) -> Iterator[RawRow]:
    """Different questions about dates from 1800 to 2199; columns and errors as `question_rows`."""
    return question_rows(KINDS, size, seed, kinds, hardest)


def weekday(rng: random.Random, level: int) -> Question:
    """The weekday of a date: level 1 from another day of its month, 2 within 1950 to 2049, 3 in any year."""
    if level == 1:
        return _weekday_from_another(rng)
    day = _day(rng, 1950, 2049) if level == 2 else _day(rng)
    asked = rng.choice(("Which day of the week is {}?", "What weekday does {} fall on?", "Name the weekday of {}."))
    days = (day - ANCHOR).days
    reasoning = (
        f"{_iso(ANCHOR)} is a Saturday. From there to {_iso(day)} it is {days} days. "
        f"{days} modulo 7 is {days % 7}, and Saturday moved on by {days % 7} is {_weekday(day)}."
    )
    return Question(day, f"{asked.format(_said(rng, day))} Answer with its English name.", _weekday(day), reasoning)


def _weekday_from_another(rng: random.Random) -> Question:
    first, second = _same_month(rng)
    asked = rng.choice(("If {0} is a {1}, which day of the week is {2}?", "{0} is a {1}. What weekday is {2}?"))
    days = (second - first).days
    asked = asked.format(_said(rng, first), _weekday(first), _said(rng, second))
    reasoning = (
        f"{second.day} - {first.day} = {days} days later. {days} modulo 7 is {days % 7}, "
        f"and {_weekday(first)} moved on by {days % 7} is {_weekday(second)}."
    )
    return Question((first, second), f"{asked} Answer with its English name.", _weekday(second), reasoning)


def between(rng: random.Random, level: int) -> Question:
    """The days from one date to another: level 1 in one month, 2 in one year, 3 up to ten years apart."""
    if level == 1:
        first, second = _same_month(rng)
    else:
        first = _day(rng, FIRST_YEAR, LAST_YEAR - 10)
        end = date(first.year, 12, 31) if level == 2 else date(first.year + 9, 12, 31)
        second = first + timedelta(rng.randint(1, max(1, (end - first).days)))
    asked = rng.choice(
        (
            "How many days is it from {} to {}, counting the last day but not the first?",
            "It is {}. How many days remain until {}, today not counted and that day counted?",
            "Count the days after {} up to and including {}.",
        )
    )
    days = (second - first).days
    reasoning = f"{_counted(first)}; {_counted(second)}. {_difference(first, second)} = {days}."
    asked = asked.format(_said(rng, first), _said(rng, second))
    return Question((first, second), f"{asked} {DIGITS}", str(days), reasoning)


def _difference(first: date, second: date) -> str:
    years = [f"{366 if isleap(year) else 365}" for year in range(first.year, second.year)]
    return " + ".join([*years, str(_of_year(second))]) + f" - {_of_year(first)}"


def shift(rng: random.Random, level: int) -> Question:
    """A date moved: level 1 by up to 28 days, 2 by weeks or back by days, 3 by months."""
    day = _day(rng, FIRST_YEAR + 1, LAST_YEAR - 5)
    if level == 3:
        return _months_later(rng, day, rng.randint(1, 48))
    unit, days = ("day", rng.randint(1, 28)) if level == 1 else rng.choice((("week", 7), ("day", -1)))
    count = days if level == 1 else rng.randint(2, 40)
    step = timedelta(count if level == 1 else count * days)
    words = f"{count} {unit}{'' if count == 1 else 's'}"
    forms: tuple[str, ...] = (
        "Which date is {} after {}?",
        "What is the date {} after {}?",
        "Go forward {} from {}: which date is it?",
    )
    if step.days < 0:
        forms = ("Which date is {} before {}?", "What was the date {} before {}?")
    asked = rng.choice(forms).format(words, _said(rng, day))
    reached = day + step
    reasoning = f"{_counted(day)}. {step.days:+} days lead to {_iso(reached)}: {_counted(reached)}."
    return Question((day, step), f"{asked} {ISO}", _iso(reached), reasoning)


def _months_later(rng: random.Random, day: date, months: int) -> Question:
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    reached = date(day.year + years, month + 1, min(day.day, last))
    words = f"{months} month{'' if months == 1 else 's'}"
    asked = rng.choice(("Which date is {} after {}?", "Add {} to {}: which date is it?"))
    asked = asked.format(words, _said(rng, day))
    clause = "Keep the day of the month, or take the month's last day where it is shorter."
    reasoning = (
        f"{day.month} + {months} = {day.month + months} months into {day.year} is {MONTHS[month]} {reached.year}, "
        f"which has {last} days, so the day is {reached.day}."
    )
    return Question((day, words), f"{asked} {clause} {ISO}", _iso(reached), reasoning)


def leap(rng: random.Random, level: int) -> Question:
    """Leap years: level 1 the one among four, 2 how many in up to 40 years, 3 in up to 300."""
    if level == 1:
        return _the_leap_year(rng)
    first = rng.randint(FIRST_YEAR, LAST_YEAR - 40)
    last = rng.randint(first + 1, min(LAST_YEAR, first + (40 if level == 2 else 300)))
    asked = rng.choice(
        (
            "How many leap years are there from {} to {}, both included?",
            "Count the leap years from {} up to and including {}.",
        )
    )
    fours = last // 4 - (first - 1) // 4
    skipped = [year for year in range(first, last + 1) if year % 100 == 0 and year % 400]
    reasoning = f"{fours} years can be divided by 4. {len(skipped)} of them are no leap years{_listed(skipped)}."
    count = str(sum(map(isleap, range(first, last + 1))))
    return Question((first, last), f"{asked.format(first, last)} {DIGITS}", count, f"{reasoning} That leaves {count}.")


def _listed(years: list[int]) -> str:
    return f", being full centuries: {', '.join(map(str, years))}" if years else ""


def _the_leap_year(rng: random.Random) -> Question:
    right = rng.choice(LEAP_YEARS)
    years = [right, *rng.sample(COMMON_YEARS, 3)]
    rng.shuffle(years)
    asked = rng.choice(("Which of these years is a leap year: {}?", "Only one of {} is a leap year. Which?"))
    rest = ", ".join(str(year) for year in years if year != right)
    reasoning = f"{right} can be divided by 4, and by 400 if it is a full century. {rest} can't."
    text = asked.format(", ".join(map(str, years)))
    return Question(frozenset(years), f"{text} Answer with the year.", str(right), reasoning)


def ordinal(rng: random.Random, level: int) -> Question:
    """The day of the year: level 1 in January to April, 2 anywhere, 3 the date of a given number."""
    day = _day(rng)
    if level == 1:
        day = day.replace(month=1, day=1) + timedelta(rng.randint(0, 119))
    number = _of_year(day)
    if level == 3:
        asked = rng.choice(("Which date is day number {} of {}?", "Day 1 of {1} is 1 January. Which date is day {0}?"))
        return Question(
            ("date", day),
            f"{asked.format(number, day.year)} {ISO}",
            _iso(day),
            f"{_counted(day)}, so it is {_iso(day)}.",
        )
    asked = rng.choice(
        ("Which day of the year is {}, if 1 January is day 1?", "1 January is day 1. Which number has {}?")
    )
    return Question(day, f"{asked.format(_said(rng, day))} {DIGITS}", str(number), f"{_counted(day)}.")


def _day(rng: random.Random, first: int = FIRST_YEAR, last: int = LAST_YEAR) -> date:
    return date.fromordinal(rng.randint(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()))


def _same_month(rng: random.Random) -> tuple[date, date]:
    day = _day(rng)
    one, other = sorted(rng.sample(range(1, monthrange(day.year, day.month)[1] + 1), 2))
    return day.replace(day=one), day.replace(day=other)


def _said(rng: random.Random, day: date) -> str:
    month = MONTHS[day.month - 1]
    return rng.choice((_iso(day), f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}"))


def _iso(day: date) -> str:
    return day.isoformat()


def _weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def _of_year(day: date) -> int:
    return (day - date(day.year, 1, 1)).days + 1


def _counted(day: date) -> str:
    before = [str(monthrange(day.year, month)[1]) for month in range(1, day.month)]
    return f"{_iso(day)} is day {' + '.join([*before, str(day.day)])} = {_of_year(day)} of {day.year}"


KINDS: dict[str, Kind] = {"weekday": weekday, "between": between, "shift": shift, "leap": leap, "ordinal": ordinal}
DATES = BuiltinSet(
    title="Dates",
    summary="Weekdays, days between dates, dates moved on, leap years and days of the year.",
    generator=dates,
    parameters=question_parameters(KINDS),
    template="grpo-default",
)
