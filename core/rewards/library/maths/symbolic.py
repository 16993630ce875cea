"""Values as sympy has them, for math-verify; built of what was read, because it takes the first number of a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from core.rewards.library.maths.kinds import Amount, Matrix, Named, Value
from core.rewards.library.maths.numbers import Values
from core.rewards.library.maths.trees import Tree, Unreadable

OPERATORS: dict[str, Callable[..., Any]] = {
    "divide": lambda above, below: above / below,
    "power": lambda base, exponent: base**exponent,
    "root": lambda value, degree: value ** (1 / degree),
    "percent": lambda value: value / 100,
}
OTHER_NAMES = {
    "add": "Add",
    "multiply": "Mul",
    "abs": "Abs",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "ln": "log",
    "degrees": "rad",
}
_SAME_NAMES = "factorial binomial floor ceiling exp log sin cos tan cot sec csc sinh cosh tanh coth"
SAME_NAMES = frozenset(_SAME_NAMES.split())
CONSTANTS = {"pi": "pi", "e": "E", "i": "I", "infinity": "oo"}


def inner(value: Value) -> Amount | Matrix:
    """The number, expression or matrix that an answer states, with or without a name.

    Raises:
        Unreadable: It is something else, or has no value.
    """
    found = value.value if isinstance(value, Named) else value
    if isinstance(found, Amount):
        Values().check(found.tree)
    elif not isinstance(found, Matrix) or found.is_determinant:
        raise Unreadable("it is not one value")
    return found


def symbolic(value: Value, symbols: Iterable[Any]) -> Any:
    """A number, an expression or a matrix of such as sympy has it; `symbols` are those of the reference."""
    import sympy

    known = {symbol.name: symbol for symbol in symbols}
    if isinstance(value, Matrix):
        return sympy.Matrix([[_built(inner(item), known) for item in row] for row in value.rows])
    return _built(value, known)


def _built(value: Value, known: dict[str, Any]) -> Any:
    if not isinstance(value, Amount):
        raise Unreadable("it is not one value")
    return _expression(value.tree, known)


def _expression(tree: Tree, known: dict[str, Any]) -> Any:
    import sympy

    exact = Values().exact(tree)
    if exact is not None:
        return sympy.Rational(exact.numerator, exact.denominator)
    name = str(tree[0])
    if name == "symbol":
        return _symbol(str(tree[1]), known)
    parts = [_expression(part, known) for part in tree[1:]]
    if name in OPERATORS:
        return OPERATORS[name](*parts)
    if name not in OTHER_NAMES and name not in SAME_NAMES:
        raise Unreadable(f"{name} is not computed here")
    if name == "log" and len(parts) == 1:
        parts.append(sympy.Integer(10))
    return getattr(sympy, OTHER_NAMES.get(name, name))(*parts)


def _symbol(name: str, known: dict[str, Any]) -> Any:
    """The symbol of the reference, in which math-verify has made capitals small; else a constant or a new symbol."""
    import sympy

    found = known.get(name) or known.get(name.lower())
    if found is not None:
        return found
    return getattr(sympy, CONSTANTS[name]) if name in CONSTANTS else sympy.Symbol(name, real=True)
