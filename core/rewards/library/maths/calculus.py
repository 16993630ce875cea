"""Sums, integrals, limits, derivatives and products of matrices: math-verify compares them, within a hard limit."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from core.rewards.library.maths.kinds import Amount, Value
from core.rewards.library.maths.limit import within
from core.rewards.library.maths.numbers import NoReference, OutOfWork, Values
from core.rewards.library.maths.symbolic import symbolic
from core.rewards.library.maths.trees import Unreadable

LIMIT_S = 0.15
"""Seconds of work, as `within` counts them, so that neither a busy machine nor a full one changes a score."""
PROBE = r"\frac{\pi}{7}"
"""A number that is not rational, so that an answer is compared with it in full."""
LONGEST = 300
CALCULUS = re.compile(
    r"\\(?:sum|prod|i*int|oint|lim|det)(?![A-Za-z])|\\frac\s*\{\s*(?:d|\\partial)\b[^{}]*\}\s*\{\s*(?:d|\\partial)"
)
MATRIX = re.compile(r"\\begin\{(?:[pbBvV]?matrix|array)\}")
WARMING = (
    (r"$\sum_{k=1}^{n} k$", r"$\frac{n(n+1)}{2}$"),
    (r"$\int_0^1 x^2\,dx$", r"$\frac{1}{3}$"),
    (r"$\lim_{x\to 0}\frac{\sin x}{x}$", "$1$"),
)
OF_A_NAME = re.compile(
    r"\\frac\s*\{\s*(?:d|\\partial)\s*[A-Za-z][^{}]*\}\s*\{\s*(?:d|\\partial)(?![A-Za-z]{2})"
    r"|\\frac\s*\{\s*(?:d|\\partial)\s*\}\s*\{[^{}]*\}\s*\(?\s*[A-Za-z]\s*\)?(?:\([^()]*\))?$"
)
"""A derivative of a name, of which nobody knows what it stands for."""
BOUNDS = re.compile(r"_(?:\{[^{}]*\}|\w)\s*\^\s*(?:\{[\w\\+-]{1,8}\}|\w)")
LONG_PRODUCT = re.compile(r"\\prod[^\\]*\^\s*\{?\s*\d{3}")
QUOTED = re.compile(r'"([^"]*)"')
TOO_DEAR = re.compile(
    r"\d{7}|[\d)]\s*!|\^\s*\{?[\w.-]*\^|\^\s*\{?\s*\d{4}|\\binom|[eE]\d{4}"
    r"|[)}\]]\s*\^\s*\{?\s*\d\d|(?:[)}\]]\s*\^.*){3}"
)
"""What could keep the interpreter busy where no limit can stop it: large numbers, powers of powers, factorials."""


def needs_math_verify(text: str) -> bool:
    """Whether a plain text has an operator or matrices, whose products the readers of this package leave out."""
    return bool(CALCULUS.search(text)) or bool(MATRIX.search(text))


def is_left_open(text: str) -> bool:
    """Whether a plain text has an operator that is still to be applied."""
    return bool(CALCULUS.search(text))


def has_matrix(text: str) -> bool:
    """Whether a plain text has a matrix."""
    return bool(MATRIX.search(text))


def is_same_calculus(reference: str, answer: str, value: Value | str) -> bool:
    """Whether math-verify finds a reference and an answer equal; the answer must leave nothing open.

    Args:
        reference: A plain text.
        answer: A plain text.
        value: What the answer states, or its text where that is not read here.

    Raises:
        NoReference: It can't read the reference.
        Unreadable: It can't read the answer, or needs too long for it alone, or might.
        OutOfWork: It needs more than LIMIT_S otherwise, or might for the reference.
    """
    if OF_A_NAME.search(reference):
        raise NoReference("it is the derivative of a name")
    if LONG_PRODUCT.search(reference) or TOO_DEAR.search(BOUNDS.sub("", reference)) or len(reference) > LONGEST:
        raise OutOfWork
    is_too_long = len(reference) + len(answer) > LONGEST
    if is_too_long and len(answer) <= len(reference):
        raise OutOfWork
    if is_too_long or TOO_DEAR.search(_shortened(answer, value)):
        raise Unreadable("it takes too long to compute")
    try:
        return _is_equal(reference, value)
    except OutOfWork:
        if _is_dear(value):
            raise Unreadable("it takes too long to compute") from None
        raise


def _shortened(answer: str, value: Value | str) -> str:
    """A rational number as such, and any other answer as it is."""
    exact = Values().exact(value.tree) if isinstance(value, Amount) else None
    return answer if exact is None else str(exact)


def _is_dear(answer: Value | str) -> bool:
    """Whether an answer takes half of the limit even beside a plain number."""
    try:
        _is_equal(PROBE, answer, LIMIT_S / 2)
    except OutOfWork:
        return True
    return False


def _is_equal(reference: str, answer: Value | str, limit_s: float = LIMIT_S) -> bool:
    parse, verify = _math_verify()

    def compare() -> bool:
        wanted = _parsed(parse, reference)
        if wanted is None:
            raise NoReference("math-verify can't read it either")
        symbols = getattr(wanted, "free_symbols", ())
        given = _parsed(parse, answer) if isinstance(answer, str) else symbolic(answer, symbols)
        if given is None:
            raise Unreadable("math-verify can't read it either")
        return bool(verify(wanted, given, float_rounding=30, numeric_precision=50, timeout_seconds=None))

    return within(limit_s, compare)


def _parsed(parse: Callable[..., list[Any]], text: str) -> Any:
    """The value that math-verify reads; None where it has the text only."""
    latex = QUOTED.sub(r"\\text{\1}", text)
    found = parse(f"${latex}$", parsing_timeout=None)
    return next((value for value in found if not isinstance(value, str)), None)


@lru_cache(maxsize=1)
def _math_verify() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """math-verify's two functions, after a first use, which takes longer than all others."""
    import logging

    from math_verify import parse, verify

    logging.getLogger("math_verify").setLevel(logging.ERROR)  # it warns where its own limit is off
    for one, other in WARMING:
        verify(parse(one, parsing_timeout=None), parse(other, parsing_timeout=None), timeout_seconds=None)
    return parse, verify
