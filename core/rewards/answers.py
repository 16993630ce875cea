"""Rewards that judge whether the answer is correct."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from core.rewards.base import Example, Score, right, wrong

NO_SOLUTION = "no solution between the markers"


def exact_match(response: str, reference: str, example: Example) -> Score:
    """1 when the solution is the reference, ignoring case, spacing and how a plain number is written; else 0."""
    solution = example.markers.between_solution(response)
    if solution is None:
        return wrong(NO_SOLUTION)
    if not solution:
        return wrong("the solution is empty")
    if normal_form(solution) == normal_form(reference):
        return right(f"{solution[:60]!r} is the reference")
    return wrong(f"{solution[:60]!r} is not {reference[:60]!r}")


def normal_form(text: str) -> str:
    """`text` in lower case with single spaces; a plain number in its shortest form (1,000.0 becomes 1000)."""
    flat = " ".join(text.split()).casefold()
    digits = flat.replace(",", "")
    if not digits.replace(".", "", 1).lstrip("+-").isdigit() or not digits.isascii():
        return flat
    try:
        number = Decimal(digits).normalize()
    except InvalidOperation:
        return flat
    return format(number + 0, "f")


def math_science(response: str, reference: str, example: Example) -> Score:
    """1 when the solution is mathematically equal to the reference, judged by math-verify; else 0.

    Only what stands between the solution markers counts, so that a number in passing earns nothing. math-verify's
    time limits use a signal: call this in a main thread.
    """
    from math_verify import parse, verify

    solution = example.markers.between_solution(response)
    if solution is None:
        return wrong(NO_SOLUTION)
    parsed = parse(solution)
    if not parsed:
        return wrong(f"{solution[:60]!r} holds no mathematical answer")
    if verify(parse(reference), parsed):
        return right(f"{solution[:60]!r} equals {reference[:60]!r}")
    return wrong(f"{solution[:60]!r} does not equal {reference[:60]!r}")
