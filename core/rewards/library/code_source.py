"""Source text of a solution: finding it in an answer, parsing it without running it, and counting its steps."""

from __future__ import annotations

import ast
import functools
import re
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.rewards import sandbox
from core.rewards.sandbox.syntax import tree_of

CODE_CHARACTERS = 20_000
FENCE = re.compile(r"^[ \t]*```[ \t]*(\w*)[^\n]*\n(.*?)^[ \t]*```", re.MULTILINE | re.DOTALL)
LANGUAGES = ("", "python", "python3", "py")
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COUNTER = """\
_steps = [0]
def _step():
    _steps[0] += 1
    return True
def _within(item, box):
    _steps[0] += len(box) if isinstance(box, (list, tuple, str)) else 1
    return item in box
"""
COUNTER_NAMES = re.compile(r"\b(_steps?|_within|exec|eval|globals|locals|vars)\b")
"""Names and syntax that could reach the counter or hide steps from it."""


@dataclass(frozen=True)
class Code:
    """The code of an answer, and how many fenced blocks of Python the answer has."""

    text: str
    fences: int


def code_in(solution: str | None) -> Code:
    """The last fenced block of Python in a solution, or all of it when there is none; "" without a solution."""
    blocks = [block for language, block in FENCE.findall(solution or "") if language.lower() in LANGUAGES]
    text = textwrap.dedent(blocks[-1]) if blocks else (solution or "")
    return Code(text.strip("\n").rstrip(), len(blocks))


def parsed(text: str) -> ast.Module | None:
    """The syntax tree; None when it is no Python, over CODE_CHARACTERS long, or nested too deeply to be read."""
    return None if len(text) > CODE_CHARACTERS else tree_of(text)


def defines(code: str, name: str) -> bool:
    """Whether the text defines a function or class, or assigns a variable, of that name; without parsing it."""
    return re.search(rf"\b(?:def|class)\s+{name}\b|^{name}\s*(?::[^=\n]*)?=[^=]", code, re.MULTILINE) is not None


def definitions_in(tree: ast.Module) -> dict[str, ast.AST]:
    """Every function and class by name, methods and inner ones too; the last of a name counts."""
    found: dict[str, ast.AST] = {}
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, DEFINITIONS):
            found.setdefault(node.name, node)
        # Statements only: expressions are most of a tree and hold no definitions.
        for block in ("body", "orelse", "handlers", "finalbody", "cases"):
            waiting += getattr(node, block, ())
    return found


def used_as_classes(tree: ast.AST) -> frozenset[str]:
    """Capitalised names that tests use as classes: they take an attribute of one, or of what a call of it gives, ask
    isinstance, or compute with what it gives and compare that with another. A name that is only called may be a
    function, whose value has to be plain data."""
    nodes = list(ast.walk(tree))
    given = {node.optional_vars: node.context_expr for node in nodes if isinstance(node, ast.withitem)}
    given |= {target: node.value for node in nodes if isinstance(node, ast.Assign) for target in node.targets}
    makers = {target.id: _called(value) for target, value in given.items() if isinstance(target, ast.Name)}
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Attribute):
            name = node.value.id if isinstance(node.value, ast.Name) else _called(node.value)
            found |= {name, makers.get(name, name)}
        elif isinstance(node, ast.Call) and _called(node) in ("isinstance", "issubclass"):
            found |= {part.id for part in ast.walk(node.args[-1]) if isinstance(part, ast.Name)}
        elif isinstance(node, ast.Compare) and any(isinstance(part, ast.BinOp) for part in ast.walk(node)):
            sides = [{_called(part) for part in ast.walk(side)} for side in (node.left, *node.comparators)]
            found |= sides[0].intersection(*sides[1:])
    return frozenset(name for name in found if name[:1].isupper() and "_" not in name)


def _called(node: ast.AST) -> str:
    """The name that is called; "" when it is no such call."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def is_placeholder(node: ast.AST) -> bool:
    """Whether a definition's body is empty: nothing but a docstring, pass, ... or raise NotImplementedError."""
    return all(_does_nothing(statement) for statement in getattr(node, "body", ()))


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        return "NotImplementedError" in ast.unparse(statement.exc)
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


CallKeywords = Mapping[str, Any]
"""The keyword arguments of a call."""
Call = tuple[str, Sequence[Any], CallKeywords]
"""A function's name, its arguments and its keyword arguments."""


@dataclass(frozen=True)
class Cost:
    """What calls of a function gave, and the steps they took together."""

    values: list[Any]
    steps: int


def cost(code: str, calls: Sequence[Call], limits: sandbox.Limits) -> Cost | sandbox.Problem:
    """Run calls and count steps: function entries, rounds of loops and comprehensions, items a list search passes.

    Counted, not timed, so that the same code gets the same score on every machine. Work inside builtins (sorted, sum,
    slices) counts as nothing: compare codes, don't read the number as time.

    Returns:
        The values and the steps; or the problem, when the code fails, hangs, can't be parsed or tampers with the count.
    """
    counted = _counting(code)
    if counted is None:
        return sandbox.Problem("error", "its steps can't be counted (exec, eval, or a name of the counter)")
    made = ", ".join(f"{name}(*_calls[{place}][0], **_calls[{place}][1])" for place, (name, _, _) in enumerate(calls))
    inputs = {"_calls": [[list(arguments), dict(keywords)] for _, arguments, keywords in calls]}
    limits = replace(limits, seconds=limits.seconds * max(1, len(calls)))
    ran = sandbox.run(counted, f"([{made}], _steps[0])", inputs, limits=limits)
    return ran.problem or Cost(*ran.value)


@functools.lru_cache(maxsize=64)
def _counting(code: str) -> str | None:
    """The code with a counter in it; kept, because all completions of a prompt are compared with one reference."""
    tree = parsed(code)
    if tree is None or COUNTER_NAMES.search(unicodedata.normalize("NFKC", code)):  # as Python reads names
        return None
    return COUNTER + ast.unparse(ast.fix_missing_locations(_Counting().visit(tree)))


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


class _Counting(ast.NodeTransformer):
    """Puts a call of `_step` where work repeats."""

    def _first(self, node: Any) -> Any:
        self.generic_visit(node)
        node.body.insert(0, ast.Expr(_call("_step")))
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_For = visit_While = _first

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        """A round of a comprehension is a step."""
        self.generic_visit(node)
        node.ifs.insert(0, _call("_step"))
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        """An entry of a lambda is a step."""
        self.generic_visit(node)
        node.body = ast.BoolOp(ast.And(), [_call("_step"), node.body])
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """`x in items` is as many steps as a list has items."""
        self.generic_visit(node)
        if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return node
        found = _call("_within", node.left, node.comparators[0])
        return found if isinstance(node.ops[0], ast.In) else ast.UnaryOp(ast.Not(), found)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        """A future import would have to come before the counter; it changes nothing here."""
        return ast.Pass() if node.module == "__future__" else node
