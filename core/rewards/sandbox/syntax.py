"""Reading Python without running it."""

from __future__ import annotations

import ast
import threading
import warnings

_PARSING = threading.Lock()
"""Held while a text is parsed: the filters of warnings that are swapped meanwhile belong to all threads."""


def tree_of(text: str) -> ast.Module | None:
    """The syntax tree of a text; None when it is no Python, or nested too deeply to be read."""
    try:
        with _PARSING, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def nodes_of(text: str) -> list[ast.AST]:
    """Every node of the tree; none when it is no Python."""
    tree = tree_of(text)
    return [] if tree is None else list(ast.walk(tree))
