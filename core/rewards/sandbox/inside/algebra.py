"""Expressions of sympy as trees of names, without a text that would have to be run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def parts(value: Any, pack: Callable[[Any], Any]) -> list[Any] | None:
    """[name of the class, contents] of an expression or matrix; None for anything else."""
    sympy = sys.modules.get("sympy")
    if sympy is None or not isinstance(value, (sympy.Basic, sympy.MatrixBase)):
        return None
    name = type(value).__name__
    if isinstance(value, sympy.MatrixBase):
        return ["Matrix", [pack(row) for row in value.tolist()]]
    if isinstance(value, sympy.Symbol):
        return ["Symbol", value.name, {key: fact for key, fact in value._assumptions_orig.items() if fact is not None}]
    if isinstance(value, sympy.Float):
        return ["Float", str(value), value._prec]
    if isinstance(value, sympy.Rational):
        return ["Rational", hex(int(value.p)), hex(int(value.q))]
    if not value.args:
        return ["S", name]
    return [name, [pack(argument) for argument in value.args]]


def number(value: Any) -> Any:
    """A number or truth value of sympy as Python's own; the value itself when it is neither."""
    sympy = sys.modules.get("sympy")
    if sympy is None or not isinstance(value, sympy.Basic):
        return value
    if value in (sympy.true, sympy.false):
        return bool(value)
    if isinstance(value, sympy.Integer):
        return int(value)
    return float(value) if isinstance(value, sympy.Float) else value


def built(given: Any, unpack: Callable[[Any], Any]) -> Any:
    """The expression of parts, which may be hostile: only classes of sympy are called, on such expressions.

    Raises:
        ValueError: A name is no class of expressions.
    """
    import sympy

    name, contents, *more = given
    if name == "Matrix":
        return sympy.Matrix([_checked(unpack(row)) for row in contents])
    if name == "Symbol":
        return sympy.Symbol(contents, **more[0])
    if name == "Float":
        return sympy.Float(contents, precision=more[0])
    if name == "Rational":
        return sympy.Rational(int(contents, 16), int(more[0], 16))
    kind = getattr(sympy.S, contents) if name == "S" else getattr(sympy, name, None)
    if name == "S" and isinstance(kind, sympy.Basic):
        return kind
    if not isinstance(kind, type) or not issubclass(kind, sympy.Basic):
        raise ValueError(f"sympy has no expressions {name}")
    return kind(*_checked([unpack(argument) for argument in contents]))


def _checked(arguments: list[Any]) -> list[Any]:
    """The arguments, none of them a text, which sympy would run as Python."""
    import sympy

    if not all(isinstance(argument, (sympy.Basic, sympy.MatrixBase, bool, int, float)) for argument in arguments):
        raise ValueError("an expression is made of expressions")
    return arguments
