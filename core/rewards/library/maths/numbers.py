"""The values of expressions: exact where they are rational, to 60 digits at fixed points elsewhere; work is counted."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from fractions import Fraction
from operator import add, mul
from typing import Any

from core.rewards.library.maths.functions import EXACT, MOST_BITS, NUMERIC, TooLarge, Undefined, bounded
from core.rewards.library.maths.trees import Tree, Unreadable

DIGITS = 60
MOST_WORK = 16000
"""For one comparison: some 60 ms; counted, because a limit in seconds would give another score on a busy machine."""
TOLERANCE = 1e-50
RANGES = ((1, 3), (3, 40), (0.05, 0.95), (-3, 3), (-40, -1), (40, 90), (-3000, -1000), (-9, 9), (-0.9, 0.9))
"""A symbol gets one value from each; some are negative, so that |x| is not x."""
PRICES = {"factorial": 30, "binomial": 90, "power": 6, "root": 6, "sin": 4, "cos": 4, "log": 8, "ln": 5, "exp": 3}
REPEATED: dict[str, Callable[[Fraction, Fraction], Fraction]] = {"add": add, "multiply": mul}
BITS_OF_WORK = 200
FIXED = ("pi", "e", "i")


class NoReference(Exception):
    """The reference has no value that can be compared; the message says why."""


class OutOfWork(Exception):
    """The comparison would take too long."""


class Values:
    """The values of trees in one comparison, each computed once."""

    def __init__(self) -> None:
        self._left = MOST_WORK
        self._exact: dict[Tree, Fraction | None] = {}
        self._points: dict[Tree, list[Any]] = {}
        self._context: Any = None

    def spend(self, work: int) -> None:
        """Count work.

        Raises:
            OutOfWork: It is used up.
        """
        self._left -= work
        if self._left < 0:
            raise OutOfWork

    def exact(self, tree: Tree) -> Fraction | None:
        """The value of a rational number; None of anything else.

        Raises:
            Unreadable: It has no value, or one of too many digits.
        """
        if tree not in self._exact:
            self._exact[tree] = self._rational(tree)
        return self._exact[tree]

    def _rational(self, tree: Tree) -> Fraction | None:
        self.spend(1)
        name = tree[0]
        if name == "number":
            return bounded(tree[1])
        if name == "symbol":
            return None
        parts = [self.exact(part) for part in tree[1:]]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        if name in REPEATED:
            return self._repeated(REPEATED[name], known)
        made = EXACT[name](*known) if name in EXACT else None
        return None if made is None else bounded(Fraction(made))

    def _repeated(self, operator: Callable[[Fraction, Fraction], Fraction], parts: list[Fraction]) -> Fraction:
        """A sum or a product; large numbers cost more, and it ends where they get too large."""
        made = parts[0]
        for part in parts[1:]:
            self.spend(1 + (made.denominator.bit_length() + part.denominator.bit_length()) // BITS_OF_WORK)
            made = bounded(operator(made, part))
        return made

    def same(self, reference: Tree, answer: Tree) -> bool:
        """Whether two expressions have one value, for all values of their symbols.

        Raises:
            NoReference: The reference has no value that can be compared.
            Unreadable: The answer has none.
        """
        self.spend(1)
        if reference == answer:
            return True
        wanted, given = self._problem(reference), self._problem(answer)
        if wanted and given and self._alike(reference, answer):
            return True
        if wanted and (given or not isinstance(wanted, TooLarge)):
            raise NoReference(str(wanted))
        if given:
            raise given
        return not wanted and self._equal(reference, answer)

    def check(self, tree: Tree) -> None:
        """Raises Unreadable if `tree` has no value that can be compared."""
        if problem := self._problem(tree):
            raise problem

    def _problem(self, tree: Tree) -> Unreadable | None:
        """Why a tree has no value; None if it has one."""
        try:
            if self.exact(tree) is None and not any(self.points(tree)):
                return Undefined("it has no value")
        except Unreadable as problem:
            return problem
        return None

    def _alike(self, one: Tree, other: Tree) -> bool:
        """Whether two trees are of one form with the same parts."""
        is_form = one[0] == other[0] and len(one) == len(other) and one[0] not in ("number", "symbol")
        return is_form and all(self.same(a, b) for a, b in zip(one[1:], other[1:], strict=True))

    def _equal(self, one: Tree, other: Tree) -> bool:
        left, right = self.exact(one), self.exact(other)
        if left is not None and right is not None:
            return left == right
        compared = self._pairs(one, other)
        return bool(compared) and all(self._near(a, b) for a, b in compared)

    def proportional(self, one: Tree, other: Tree) -> int:
        """The sign (1 or -1) of the constant between two expressions with symbols; 0 if there is none."""
        pairs = self._pairs(one, other)
        if len(pairs) < 2 or any(not b or not a for a, b in pairs):
            return 0
        factor = pairs[0][0] / pairs[0][1]
        is_constant = all(self._near(a, b * factor) for a, b in pairs)
        return (1 if self._context.re(factor) > 0 else -1) if is_constant else 0

    def _pairs(self, one: Tree, other: Tree) -> list[tuple[Any, Any]]:
        """The values of both where both are real; where they never are, wherever both exist."""
        both = [(a, b) for a, b in zip(self.points(one), self.points(other), strict=True) if a and b]
        real = [(a[0], b[0]) for a, b in both if a[1] and b[1]]
        return real if len(real) > 1 else [(a[0], b[0]) for a, b in both]

    def _near(self, one: Any, other: Any) -> bool:
        size = max(abs(one), abs(other))
        return bool(abs(one - other) <= TOLERANCE * size + self._context.mpf(10) ** (5 - DIGITS))

    def points(self, tree: Tree) -> list[Any]:
        """(value, whether all on the way was real), or None where there is none, at each of the fixed points."""
        if tree not in self._points:
            context = self._numeric()
            if is_constant(tree):
                self._points[tree] = [self._at(tree, 0, context)] * len(RANGES)
            else:
                self._points[tree] = [self._at(tree, place, context) for place in range(len(RANGES))]
        return self._points[tree]

    def _numeric(self) -> Any:
        if self._context is None:
            from mpmath.ctx_mp import MPContext

            self._context = MPContext()
            self._context.dps = DIGITS
        return self._context

    def _at(self, tree: Tree, place: int, context: Any) -> tuple[Any, bool] | None:
        point = Point(self, context, place)
        try:
            return point.value(tree), point.is_real
        except (ZeroDivisionError, ValueError, Undefined):
            return None
        except TooLarge:
            if is_constant(tree):
                raise
            return None


class Point:
    """The value of trees where every symbol has one fixed value, which depends on its name only."""

    def __init__(self, values: Values, context: Any, place: int):
        self.is_real = True
        self._values = values
        self._context = context
        self._place = place

    def value(self, tree: Tree) -> Any:
        """The value of a tree, real or complex."""
        name = tree[0]
        self._values.spend(PRICES.get(name, 2))
        if name == "number":
            return self._context.mpf(tree[1].numerator) / tree[1].denominator
        if name == "symbol":
            return self._symbol(tree[1])
        parts = [self.value(part) for part in tree[1:]]
        made = NUMERIC[name](self._context, *parts)
        if not self._context.isfinite(made) or (made and abs(self._context.mag(made)) > MOST_BITS):
            raise TooLarge("a number in it is too large")
        if self._context.im(made):
            self.is_real &= any(self._context.im(part) for part in parts)
            return made
        made = self._context.re(made)
        is_noise = name == "add" and abs(made) < TOLERANCE * max(map(abs, parts))
        return self._context.mpf(0) if is_noise else made

    def _symbol(self, name: str) -> Any:
        if name == "pi":
            return self._context.pi()
        if name == "e":
            return self._context.e()
        if name == "i":
            return self._context.mpc(0, 1)
        low, high = RANGES[self._place]
        share = zlib.crc32(f"{name} {self._place}".encode()) / 2**32
        return self._context.mpf(low + (high - low) * share)


def is_constant(tree: Tree) -> bool:
    """Whether a tree has no symbols but pi, e and i."""
    if tree[0] == "symbol":
        return tree[1] in FIXED
    return tree[0] == "number" or all(map(is_constant, tree[1:]))
