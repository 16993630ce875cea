"""Rounding to decimal places for Monty, which multiplies first: round(2.675, 2) is 2.68 there, and 2.67 in Python."""

from __future__ import annotations

import ast
from typing import Any

from core.rewards.sandbox.ran import Functions
from core.rewards.sandbox.syntax import nodes_of

NAME = "_round_exactly"
PLACES = 400


def rounded(source: str, functions: Functions) -> tuple[str, Functions]:
    """The source with its calls of round(x, places) turned to a function of the host, and the functions with it."""
    if "round" not in source:
        return source, functions
    nodes = nodes_of(source)
    names = [node.func for node in nodes if isinstance(node, ast.Call) and len(node.args) + len(node.keywords) == 2]
    ours = [name for name in names if isinstance(name, ast.Name) and name.id == "round"]
    own = any(getattr(node, "name", getattr(node, "arg", "")) == "round" for node in nodes)
    own |= any(isinstance(node, ast.Name) and node.id == "round" and isinstance(node.ctx, ast.Store) for node in nodes)
    if own or not ours:
        return source, functions
    lines = [line.encode() for line in source.split("\n")]
    for name in sorted(ours, key=lambda name: (name.lineno, -name.col_offset)):
        line = lines[name.lineno - 1]
        lines[name.lineno - 1] = line[: name.col_offset] + NAME.encode() + line[name.col_offset + len("round") :]
    return "\n".join(line.decode() for line in lines), {**functions, NAME: _round}


def _round(number: Any, ndigits: Any = None) -> Any:
    """Python's own round, of plain numbers and so many places that it takes no time."""
    if isinstance(ndigits, int) and abs(ndigits) > PLACES:
        raise ValueError(f"round() to {ndigits} places is not supported")
    if not isinstance(number, (int, float)):
        raise TypeError(f"type {type(number).__name__} doesn't define __round__ method")
    return round(number, ndigits)
