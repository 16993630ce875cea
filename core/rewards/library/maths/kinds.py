"""The kinds of things that a short answer can state."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from core.rewards.library.maths.trees import ONE, Tree
from core.rewards.library.maths.units import Unit


@dataclass(frozen=True)
class Amount:
    """A number or an expression, with the unit or the words around it."""

    tree: Tree
    unit: Unit | None = None


@dataclass(frozen=True)
class Words:
    """An answer without mathematics, such as yes, a name or the letter of a choice."""

    text: str


@dataclass(frozen=True)
class Several:
    """Values in any order: a set, a list, the two values of ±."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Ordered:
    """Values in order between brackets: a point, an interval or a vector."""

    opening: str
    items: tuple[Value, ...]
    closing: str


@dataclass(frozen=True)
class Ratio:
    """Values with colons between them: a ratio or a time of day."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Based:
    """Digits in a base."""

    digits: str
    base: int


@dataclass(frozen=True)
class Matrix:
    """Rows of values; a determinant is another thing than a matrix."""

    rows: tuple[tuple[Value, ...], ...]
    is_determinant: bool


@dataclass(frozen=True)
class Interval:
    """The numbers between two bounds."""

    low: Tree
    has_low: bool
    high: Tree
    has_high: bool


@dataclass(frozen=True)
class Region:
    """Intervals of one symbol; the name is empty where none is given."""

    name: str
    intervals: tuple[Interval, ...]


@dataclass(frozen=True)
class Named:
    """A value with the name in front of its equals sign."""

    name: str
    value: Value


@dataclass(frozen=True)
class Equation:
    """Expressions with = between them."""

    sides: tuple[Value, ...]


@dataclass(frozen=True)
class Inequality:
    """An expression that is more than 0, or at least 0."""

    tree: Tree
    has_zero: bool


Value = Amount | Words | Several | Ordered | Ratio | Based | Matrix | Region | Named | Equation | Inequality


def items_of(value: Value) -> tuple[Value, ...]:
    """The values of a set or a list; any other value alone."""
    return value.items if isinstance(value, Several) else (value,)


def shifted(value: Any) -> Any:
    """A value like `value`, with 1 added to each number: another answer that costs as much to compare."""
    if isinstance(value, tuple):
        return tuple(map(shifted, value))
    if not is_dataclass(value) or isinstance(value, type | Unit):
        return value
    parts = {field.name: getattr(value, field.name) for field in fields(value)}
    return replace(value, **{name: _shifted(name, part) for name, part in parts.items()})


def _shifted(name: str, part: Any) -> Any:
    return ("add", part, ONE) if name in ("tree", "low", "high") else shifted(part)
