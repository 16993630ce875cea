"""What each function of an expression computes: exactly for rational numbers, to many digits for the others."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from core.rewards.library.maths.trees import Unreadable

MOST_BITS = 1 << 15
"""Bits of an exact number."""
SAME_DIGITS = 30
"""Of the arguments of an unknown function; those of two that are the same differ in the last of 60 digits only."""
LARGEST_FACTORIAL = 2000
LARGEST_BINOMIAL = 5000


class TooLarge(Unreadable):
    """A number has more digits than are compared."""


class Undefined(Unreadable):
    """An expression has no value, such as 1/0."""


def bounded(value: Fraction) -> Fraction:
    """`value`, unless it has too many digits."""
    if value.numerator.bit_length() > MOST_BITS or value.denominator.bit_length() > MOST_BITS:
        raise TooLarge("a number in it has too many digits")
    return value


def _whole(value: Fraction, largest: int) -> int | None:
    """`value` as a natural number; None if it is none."""
    if value.denominator != 1 or value < 0:
        return None
    if value > largest:
        raise TooLarge("a number in it is too large")
    return int(value)


def _divide(above: Fraction, below: Fraction) -> Fraction:
    if not below:
        raise Undefined("it divides by 0")
    return above / below


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator != 1:
        return (
            _root(_power(base, Fraction(exponent.numerator)) or Fraction(0), Fraction(exponent.denominator))
            if base > 0
            else None
        )
    if not base and exponent <= 0:
        raise Undefined("0 has no such power")
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    if size > 1 and abs(exponent) * size > MOST_BITS:
        raise TooLarge("a number in it has too many digits")
    return base ** (int(exponent) if size > 1 else int(exponent) % 2)


def _root(value: Fraction, degree: Fraction) -> Fraction | None:
    """An exact root of a rational number; None if there is none."""
    if degree.denominator != 1 or not 1 < degree <= 64:
        return None
    sign = -1 if value < 0 and degree % 2 else 1
    roots = [
        _integer_root(abs(part) if sign < 0 else part, int(degree)) for part in (value.numerator, value.denominator)
    ]
    return sign * Fraction(roots[0], roots[1]) if roots[0] is not None and roots[1] is not None else None


def _integer_root(value: int, degree: int) -> int | None:
    if value < 0 or value.bit_length() > 4096:
        return None
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= value else (low, middle - 1)
    return low if low**degree == value else None


def _factorial(value: Fraction) -> Fraction | None:
    whole = _whole(value, LARGEST_FACTORIAL)
    return None if whole is None else Fraction(math.factorial(whole))


def _double_factorial(value: Fraction) -> Fraction | None:
    whole = _whole(value, LARGEST_FACTORIAL)
    return None if whole is None else Fraction(math.prod(range(whole, 0, -2)))


def _binomial(above: Fraction, below: Fraction) -> Fraction | None:
    n, k = _whole(above, LARGEST_BINOMIAL), _whole(below, LARGEST_BINOMIAL)
    return None if n is None or k is None else Fraction(math.comb(n, k))


def _logarithm(value: Fraction, base: Fraction) -> Fraction | None:
    """A whole exponent, found by multiplying; None if there is none."""
    if value <= 0 or base <= 1:
        return None
    place, exponent = Fraction(1), 0
    target, sign = (value, 1) if value >= 1 else (1 / value, -1)
    while place < target and exponent < 200:
        place, exponent = place * base, exponent + 1
    return Fraction(sign * exponent) if place == target else None


def _listed(rule: Callable[..., int]) -> Callable[..., Fraction | None]:
    return lambda *parts: Fraction(rule(*map(int, parts))) if all(part.denominator == 1 for part in parts) else None


EXACT: dict[str, Callable[..., Fraction | int | None]] = {
    "divide": _divide,
    "power": _power,
    "root": _root,
    "factorial": _factorial,
    "double factorial": _double_factorial,
    "binomial": _binomial,
    "percent": lambda value: value / 100,
    "abs": abs,
    "floor": math.floor,
    "ceiling": math.ceil,
    "max": max,
    "min": min,
    "gcd": _listed(math.gcd),
    "lcm": _listed(math.lcm),
    "log": lambda value, base=Fraction(10): _logarithm(value, base),
}


def _numeric_power(context: Any, base: Any, exponent: Any) -> Any:
    if not base:
        if context.re(exponent) <= 0:
            raise Undefined("0 has no such power")
        return context.mpf(0)
    if abs(exponent) * (abs(context.mag(base)) + 1) > 4 * MOST_BITS:
        raise TooLarge("a number in it is too large")
    return context.power(base, exponent)


def _exponential(context: Any, value: Any) -> Any:
    if abs(value) > MOST_BITS:
        raise TooLarge("a number in it is too large")
    return context.exp(value)


def _numeric_root(context: Any, value: Any, degree: Any) -> Any:
    if context.im(degree) or context.im(value) or value >= 0 or degree != int(degree) or not int(degree) % 2:
        return _numeric_power(context, value, 1 / degree)
    return -_numeric_power(context, -value, 1 / degree)


def _gamma(context: Any, value: Any) -> Any:
    if abs(value) > LARGEST_FACTORIAL:
        raise TooLarge("a number in it is too large")
    return context.gamma(value + 1)


def _small(name: str) -> Callable[..., Any]:
    """A function whose argument must not be so large that its digits are lost."""

    def compute(context: Any, value: Any) -> Any:
        if abs(value) > 10**9:
            raise TooLarge("a number in it is too large")
        return getattr(context, name)(value)

    return compute


def _numeric_product(context: Any, *factors: Any) -> Any:
    made = context.mpf(1)
    for factor in factors:
        made *= factor
    return made


def _real_only(rule: str) -> Callable[..., Any]:
    def compute(context: Any, *parts: Any) -> Any:
        if any(context.im(part) for part in parts):
            raise Undefined(f"{rule} of a complex number")
        return {"max": max, "min": min}[rule](*parts) if rule in ("max", "min") else getattr(context, rule)(*parts)

    return compute


def _no_value(name: str) -> Callable[..., Any]:
    def compute(context: Any, *parts: Any) -> Any:
        raise Undefined(f"{name} is known of whole numbers only")

    return compute


def _applied(context: Any, function: Any, *arguments: Any) -> Any:
    """One value for each function and each value of its arguments; it says nothing but whether two are the same."""
    texts = [context.nstr(part, SAME_DIGITS) for part in (function, *arguments)]
    return context.mpf(zlib.crc32(" ".join(texts).encode()) + 1) / 2**28


NUMERIC: dict[str, Callable[..., Any]] = {
    "add": lambda context, *terms: sum(terms, context.mpf(0)),
    "multiply": _numeric_product,
    "divide": lambda context, above, below: above / below,
    "power": _numeric_power,
    "root": _numeric_root,
    "factorial": _gamma,
    "double factorial": _no_value("n!!"),
    "binomial": lambda context, n, k: _gamma(context, n) / _gamma(context, k) / _gamma(context, n - k),
    "percent": lambda context, value: value / 100,
    "degrees": lambda context, value: value * context.pi / 180,
    "abs": lambda context, value: abs(value),
    "floor": _real_only("floor"),
    "ceiling": _real_only("ceil"),
    "max": _real_only("max"),
    "min": _real_only("min"),
    "gcd": _no_value("gcd"),
    "lcm": _no_value("lcm"),
    "exp": _exponential,
    "ln": lambda context, value: context.log(value),
    "log": lambda context, value, base=10: context.log(value) / context.log(base),
    **{name: _small(name) for name in ("sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth")},
    "applied": _applied,
    "arcsin": _small("asin"),
    "arccos": _small("acos"),
    "arctan": _small("atan"),
}
