"""Equations, inequalities and the intervals that they describe."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from core.rewards.library.maths.kinds import (
    Amount,
    Equation,
    Inequality,
    Interval,
    Named,
    Ordered,
    Region,
    Several,
    Value,
    Words,
    items_of,
)
from core.rewards.library.maths.numbers import Values
from core.rewards.library.maths.trees import MINUS_ONE, Tree, Unreadable

RELATION = re.compile(r"(?<![<>!])=|<|>|\\(?:le|ge|ne|approx|equiv)(?![A-Za-z])")
NAME = re.compile(
    r"^(?:[A-Za-z]'*\s*\(\s*[A-Za-z](?:\s*,\s*[A-Za-z])*\s*\)|\\angle.*|[A-Z]{2,4}|P\s*\(.*\)|\\Delta\s*\\?[A-Za-z]+"
    r"|[\"A-Za-z' ,.]*[A-Za-z]{3,}[\"A-Za-z' ,.]*|[A-Za-z]\^\{?-1\}?\s*\(\s*[A-Za-z]\s*\))$"
)
INFINITY: Tree = ("symbol", "infinity")
MINUS_INFINITY: Tree = ("multiply", MINUS_ONE, INFINITY)
FIXED = frozenset(("pi", "e", "infinity"))
REALS = re.compile(r"^(?:\\R|\"?all real numbers\"?|\"?all reals\"?)$", re.IGNORECASE)


def reals(text: str) -> Region | None:
    """All real numbers, if `text` says so."""
    return Region("", (Interval(MINUS_INFINITY, False, INFINITY, False),)) if REALS.match(text) else None


def interval_of(value: Value) -> Interval | None:
    """A pair between round or square brackets as an interval; None for anything else."""
    if not isinstance(value, Ordered) or len(value.items) != 2 or value.opening not in "([":
        return None
    low, high = value.items
    if not isinstance(low, Amount) or not isinstance(high, Amount):
        return None
    return Interval(low.tree, value.opening == "[", high.tree, value.closing == "]")


def intervals_of(value: Value) -> tuple[Interval, ...] | None:
    """The intervals of a region or of a pair between brackets; None for anything else."""
    if isinstance(value, Region):
        return value.intervals
    found = interval_of(value)
    return (found,) if found else None


def union(values: Sequence[Value]) -> Value:
    """Intervals and single points as one region; other values as one set."""
    if all(intervals_of(value) is None for value in values):
        return Several(tuple(item for value in values for item in items_of(value)))
    found: list[Interval] = []
    for value in values:
        intervals = intervals_of(value) or tuple(map(_point, items_of(value)))
        found += intervals
    names = {value.name for value in values if isinstance(value, Region) and value.name}
    if len(names) > 1:
        raise Unreadable("it names several unknowns")
    return Region("".join(names), tuple(found))


def _point(value: Value) -> Interval:
    inner = value.value if isinstance(value, Named) else value
    if not isinstance(inner, Amount):
        raise Unreadable("a part of it is no interval")
    return Interval(inner.tree, True, inner.tree, True)


def without(region: Value, points: Sequence[Value]) -> Region:
    """An interval without some numbers, as the intervals between them."""
    whole = intervals_of(region)
    exact = Values().exact
    holes = [(exact(point.tree), point.tree) for point in points if isinstance(point, Amount)]
    if whole is None or len(whole) != 1 or len(holes) < len(points) or any(value is None for value, _ in holes):
        raise Unreadable("what is left out of it is not understood")
    bounds = [whole[0].low, *(tree for _, tree in sorted(holes)), whole[0].high]
    parts = [Interval(low, False, high, False) for low, high in pairwise(bounds)]
    parts[0] = replace(parts[0], has_low=whole[0].has_low)
    parts[-1] = replace(parts[-1], has_high=whole[0].has_high)
    return Region("", tuple(parts))


def intersection(values: Sequence[Value]) -> Region | None:
    """A lower and an upper bound of one unknown as one interval; None for anything else."""
    bounds = [value.intervals[0] for value in values if isinstance(value, Region) and len(value.intervals) == 1]
    names = {value.name for value in values if isinstance(value, Region)}
    low = [bound for bound in bounds if bound.high == INFINITY and bound.low != MINUS_INFINITY]
    high = [bound for bound in bounds if bound.low == MINUS_INFINITY and bound.high != INFINITY]
    if len(values) != 2 or len(low) != 1 or len(high) != 1 or len(names) != 1:
        return None
    return Region(names.pop(), (Interval(low[0].low, low[0].has_low, high[0].high, high[0].has_high),))


def symbols(tree: Tree) -> set[str]:
    """The names of the unknowns in a tree."""
    if tree[0] == "symbol":
        return set() if tree[1] in FIXED else {tree[1]}
    return set().union(*(symbols(part) for part in tree[1:] if isinstance(part, tuple)))


def read_relation(parts: Sequence[str], read: Callable[[str], Value]) -> Value:
    """What sides with relations between them state.

    Args:
        parts: Side, relation, side, relation, side ..
        read: Reads one side.
    """
    texts, relations = list(parts[::2]), list(parts[1::2])
    if "\\approx" in relations:
        texts, relations = _approximate(texts, relations)
    if len(texts) == 1:
        return read(texts[0])
    if all(relation in ("=", "\\equiv") for relation in relations):
        return _equation(texts, read)
    return _inequality([_tree(read(text)) for text in texts], relations)


def _approximate(texts: list[str], relations: list[str]) -> tuple[list[str], list[str]]:
    """What is said before "about"; what comes after it where only a name comes before."""
    place = relations.index("\\approx")
    before = texts[: place + 1]
    if len(before) == 1 and (not before[0] or NAME.match(before[0]) or re.fullmatch(r"\\?[A-Za-z]+(_\w)?", before[0])):
        return ([before[0], texts[1]], ["="]) if before[0] else ([texts[1]], [])
    return before, relations[:place]


def _equation(texts: list[str], read: Callable[[str], Value]) -> Value:
    rest = texts[1:]
    if NAME.match(texts[0]):
        return Named(label(texts[0]), _sides(rest, read))
    values = [read(text) if text else None for text in texts]
    known = [value for value in values if value is not None]
    if not known:
        raise Unreadable("nothing stands beside its equals sign")
    if len(known) == 1:
        return known[0]
    first, last = known[0], known[-1]
    if (name := _symbol(first)) and not any(name in _symbols(value) for value in known[1:]):
        return Named(name, known[1] if len(known) == 2 else Equation(tuple(known[1:])))
    if len(known) == 2 and (name := _symbol(last)) and name not in _symbols(first):
        return Named(name, first)
    return Equation(tuple(known))


def label(text: str) -> str:
    """A name as it is compared: without spaces, and words without quotes, capitals and their article."""
    words = text.replace('"', "").split()
    if not re.search(r"[a-z]{3}", text):
        return "".join(words)
    return "".join(words[words[0].casefold() in ("the", "a", "an") :]).casefold()


def _sides(texts: list[str], read: Callable[[str], Value]) -> Value:
    values = tuple(read(text) for text in texts)
    return values[0] if len(values) == 1 else Equation(values)


def _symbol(value: Value) -> str:
    """The name of a single unknown; "" for anything else."""
    if isinstance(value, Words) and len(value.text) == 1:
        return value.text.upper()
    if isinstance(value, Amount) and value.tree[0] == "symbol" and value.tree[1] not in FIXED and not value.unit:
        return str(value.tree[1])
    return ""


def _symbols(value: Value) -> set[str]:
    return symbols(value.tree) if isinstance(value, Amount) else {_symbol(value)} - {""}


def _tree(value: Value) -> Tree:
    if isinstance(value, Words) and len(value.text) == 1:
        return ("symbol", value.text.upper())
    if not isinstance(value, Amount):
        raise Unreadable("a side of it is no expression")
    return value.tree


def _inequality(trees: list[Tree], relations: list[str]) -> Value:
    """Bounds of one unknown as a region; other inequalities as differences."""
    if relations == ["\\ne"] and trees[0][0] == "symbol" and not symbols(trees[1]):
        parts = (Interval(MINUS_INFINITY, False, trees[1], False), Interval(trees[1], False, INFINITY, False))
        return Region(trees[0][1], parts)
    if any(relation not in ("<", ">", "\\le", "\\ge") for relation in relations):
        raise Unreadable("its relations are not understood")
    middle = trees[1] if len(trees) == 3 else next((tree for tree in trees if tree[0] == "symbol"), trees[0])
    others = [tree for tree in trees if tree is not middle]
    if middle[0] == "symbol" and len(trees) < 4 and symbols(middle) and not any(map(symbols, others)):
        return _bounds(trees, relations, middle)
    pairs = [_difference(*pair) for pair in zip(trees, relations, trees[1:], strict=False)]
    return pairs[0] if len(pairs) == 1 else Several(tuple(pairs))


def _bounds(trees: list[Tree], relations: list[str], middle: Tree) -> Value:
    low, has_low, high, has_high = MINUS_INFINITY, False, INFINITY, False
    for left, relation, right in zip(trees, relations, trees[1:], strict=False):
        is_less = relation in ("<", "\\le")
        has_bound = relation in ("\\le", "\\ge")
        if (left is middle) == is_less:
            high, has_high = (right if left is middle else left), has_bound
        else:
            low, has_low = (right if left is middle else left), has_bound
    return Region(middle[1], (Interval(low, has_low, high, has_high),))


def _difference(left: Tree, relation: str, right: Tree) -> Inequality:
    more, less = (left, right) if relation in (">", "\\ge") else (right, left)
    return Inequality(("add", more, ("multiply", MINUS_ONE, less)), relation in ("\\le", "\\ge"))
