"""Whether two things that are stated are the same; a rule for each pair of kinds that can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from core.rewards.library.maths.kinds import (
    Amount,
    Based,
    Equation,
    Inequality,
    Interval,
    Matrix,
    Named,
    Ordered,
    Ratio,
    Region,
    Several,
    Value,
    Words,
    items_of,
)
from core.rewards.library.maths.numbers import Values
from core.rewards.library.maths.reading import NOTHING
from core.rewards.library.maths.relations import intervals_of
from core.rewards.library.maths.trees import MINUS_ONE, Tree
from core.rewards.library.maths.units import fits

NO_SOLUTION = re.compile(r"none|empty set|(?:there (?:is|are) )?no (?:real )?(?:solutions?|roots?)(?: exists?)?")
SAME_WORDS = dict.fromkeys(("dne", "undefined", "not defined"), "does not exist")
MOST_REPEATED = 2
"""How often an answer may state each of its values."""


def is_same(reference: Value, answer: Value, values: Values) -> bool:
    """Whether the answer states what the reference states.

    Raises:
        Unreadable: A value can't be computed.
        OutOfWork: It would take too long.
    """
    if isinstance(answer, Named) or isinstance(reference, Named):
        return _named(reference, answer, values)
    if isinstance(answer, Equation) and not isinstance(reference, Equation):
        return all(is_same(reference, side, values) for side in answer.sides)
    if isinstance(reference, Equation) and not isinstance(answer, Equation):
        return all(is_same(side, answer, values) for side in reference.sides)
    if isinstance(reference, Several) or isinstance(answer, Several):
        return _several(reference, answer, values)
    found = RULES.get((type(reference), type(answer)))
    if found:
        return found(reference, answer, values)
    left, right = intervals_of(reference), intervals_of(answer)
    return left is not None and right is not None and _regions(reference, answer, values)


def _named(reference: Value, answer: Value, values: Values) -> bool:
    """A name that only one side gives changes nothing; two names must be one."""
    names = {value.name for value in (reference, answer) if isinstance(value, Named)}
    if len(names) == 1:
        if any(isinstance(value, Words) and f"({value.text.upper()})" in names for value in (reference, answer)):
            return True
        inner = [value.value if isinstance(value, Named) else value for value in (reference, answer)]
        if is_same(inner[0], inner[1], values):
            return True
    return _equations(_as_equation(reference), _as_equation(answer), values)


def _as_equation(value: Value) -> Value:
    if not isinstance(value, Named):
        return value
    return Equation((Amount(("symbol", value.name)), value.value))


def _equations(reference: Value, answer: Value, values: Values) -> bool:
    """Whether two equations have one solution: their differences are proportional; or all sides are the same."""
    if not isinstance(reference, Equation) or not isinstance(answer, Equation):
        return False
    if _each(reference.sides, answer.sides, values):
        return True
    left, right = _difference(reference.sides), _difference(answer.sides)
    return left is not None and right is not None and values.proportional(left, right) != 0


def _difference(sides: Sequence[Value]) -> Tree | None:
    """The first side less the second, of an equation that has two."""
    trees = [side.tree for side in sides if isinstance(side, Amount)]
    return ("add", trees[0], ("multiply", MINUS_ONE, trees[1])) if len(trees) == len(sides) == 2 else None


def _several(reference: Value, answer: Value, values: Values) -> bool:
    """Each value of one side is one of the other; x = 2, y = 3 may stand for a point."""
    if isinstance(reference, Ordered) or isinstance(answer, Ordered):
        coordinates = [_coordinates(value) for value in (reference, answer)]
        return bool(coordinates[0]) and _each(coordinates[0], coordinates[1], values)
    wanted, given = items_of(reference), items_of(answer)
    if len(given) > MOST_REPEATED * len(wanted):
        return False
    sides = ((wanted, given), (given, wanted))
    if any(_is_named_apart(one) and not all(map(_has_name, other)) for one, other in sides):
        return _each(wanted, given, values)
    wanted_by = [any(is_same(item, other, values) for other in given) for item in wanted]
    return all(wanted_by) and all(any(is_same(item, other, values) for item in wanted) for other in given)


def _is_named_apart(items: Sequence[Value]) -> bool:
    """Whether items have several names, so that a value without one could stand for any of them."""
    return len({item.name for item in items if isinstance(item, Named | Region) and item.name}) > 1


def _has_name(item: Value) -> bool:
    return isinstance(item, Named | Equation | Inequality) or (isinstance(item, Region) and bool(item.name))


def _coordinates(value: Value) -> tuple[Value, ...]:
    """The items of a point, or the values of names in the order of these; none of anything else."""
    if isinstance(value, Ordered):
        return value.items
    named = [item for item in items_of(value) if isinstance(item, Named)]
    ordered = sorted(named, key=lambda item: item.name)
    return tuple(item.value for item in ordered) if len(named) == len(items_of(value)) else ()


def _amounts(reference: Amount, answer: Amount, values: Values) -> bool:
    factor = fits(reference.unit, answer.unit)
    if factor is None:
        return False
    if values.same(reference.tree, answer.tree if factor == 1 else ("multiply", answer.tree, ("number", factor))):
        return True
    pure = [_pure(amount) for amount in (reference, answer)]
    return None in (reference.unit, answer.unit) and pure[0] != pure[1] and values.same(pure[0], pure[1])


def _pure(amount: Amount) -> Tree:
    """The number itself: 25% is 1/4, and 180° is pi."""
    dimensions = amount.unit.dimensions if amount.unit else None
    marks = {(("percent", 1),): "percent", (("angle", 1),): "degrees"}
    return (marks[dimensions], amount.tree) if dimensions in marks else amount.tree


def _words(reference: Words, answer: Words, values: Values) -> bool:
    del values
    texts = [_usual(value.text) for value in (reference, answer)]
    return texts[0] == texts[1]


def _usual(text: str) -> str:
    """The usual words of an answer that is put in many ways."""
    return NOTHING if NO_SOLUTION.fullmatch(text) else SAME_WORDS.get(text, text).replace("-", " ")


def _letter(reference: Value, answer: Value, values: Values) -> bool:
    """The letter of a choice, which may also be read as a symbol."""
    del values
    words, amount = (reference, answer) if isinstance(reference, Words) else (answer, reference)
    if not isinstance(words, Words) or not isinstance(amount, Amount) or amount.unit or amount.tree[0] != "symbol":
        return False
    return bool(amount.tree[1].upper() == words.text.upper() and (words is reference or amount.tree[1].isupper()))


def _ordered(reference: Ordered, answer: Ordered, values: Values) -> bool:
    if (reference.opening, reference.closing) != (answer.opening, answer.closing):
        return False
    return _each(reference.items, answer.items, values)


def _remainder(reference: Value, answer: Value, values: Values) -> bool:
    """3 mod 5 may be answered by 3."""
    remainders = [
        value.items[0] if isinstance(value, Ordered) and value.opening == "mod" else value
        for value in (reference, answer)
    ]
    return (reference, answer) != tuple(remainders) and is_same(remainders[0], remainders[1], values)


def _each(left: Sequence[Value], right: Sequence[Value], values: Values) -> bool:
    return len(left) == len(right) and all(is_same(a, b, values) for a, b in zip(left, right, strict=True))


def _ratios(reference: Ratio, answer: Ratio, values: Values) -> bool:
    return _each(reference.items, answer.items, values)


def _based(reference: Based, answer: Based, values: Values) -> bool:
    del values
    return reference == answer


def _without_base(reference: Based, answer: Amount, values: Values) -> bool:
    value = values.exact(answer.tree)
    return value is not None and answer.unit is None and reference.digits.lstrip("0") == str(value)


def _matrices(reference: Matrix, answer: Matrix, values: Values) -> bool:
    if reference.is_determinant != answer.is_determinant or len(reference.rows) != len(answer.rows):
        return False
    return all(_each(a, b, values) for a, b in zip(reference.rows, answer.rows, strict=True))


def _regions(reference: Value, answer: Value, values: Values) -> bool:
    names = {value.name for value in (reference, answer) if isinstance(value, Region) and value.name}
    left, right = intervals_of(reference) or (), list(intervals_of(answer) or ())
    if len(names) > 1 or len(left) != len(right):
        return False
    for interval in left:
        found = next((other for other in right if _same_interval(interval, other, values)), None)
        if found is None:
            return False
        right.remove(found)
    return True


def _same_interval(one: Interval, other: Interval, values: Values) -> bool:
    bounds = (one.has_low, one.has_high) == (other.has_low, other.has_high)
    return bounds and values.same(one.low, other.low) and values.same(one.high, other.high)


def _inequalities(reference: Inequality, answer: Inequality, values: Values) -> bool:
    return reference.has_zero == answer.has_zero and values.proportional(reference.tree, answer.tree) == 1


RULES: dict[tuple[type, type], Callable[..., bool]] = {
    (Amount, Amount): _amounts,
    (Words, Words): _words,
    (Words, Amount): _letter,
    (Amount, Words): _letter,
    (Ordered, Ordered): _ordered,
    (Ordered, Amount): _remainder,
    (Amount, Ordered): _remainder,
    (Ratio, Ratio): _ratios,
    (Based, Based): _based,
    (Based, Amount): _without_base,
    (Matrix, Matrix): _matrices,
    (Equation, Equation): _equations,
    (Inequality, Inequality): _inequalities,
}
