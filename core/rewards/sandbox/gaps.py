"""What Monty is known to do otherwise than Python, found by reading the source: such code is not run there.

Monty makes a list of what Python makes lazily, keeps sets in the order of insertion, translates regular expressions,
and passes over some special methods. A differential sweep against CPython found these kinds (see its test).
"""

from __future__ import annotations

import ast
import functools
import importlib
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.rewards.sandbox.syntax import nodes_of, tree_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LAZY = _words("enumerate filter map reversed zip")
"""Functions whose value is a list in Monty, which gives its items again and again."""
TAKES_ALL = _words("""
    Counter OrderedDict all any bytes chain defaultdict deque dict enumerate extend filter from_iterable fromkeys
    frozenset fsum join list map max min print prod reduce reversed set sorted sum tuple update writelines zip
""")
"""Callables that read an argument once, from its beginning to its end or as far as they need."""
UNORDERED = _words("Counter all any bool frozenset fsum isinstance len max min set sorted sum")
"""Callables that don't care in which order they get the items of a set."""
ORDERED = _words("deque dict enumerate filter fromkeys iter join list map max min print repr sorted str tuple zip")
"""Callables whose value shows in which order they got them."""
MAKES_SET = _words("difference frozenset intersection set symmetric_difference union")
ENDLESS = _words("count cycle repeat")
MUTATING = _words("add append clear discard extend insert next pop popleft print remove reverse setdefault sort")
HONOURED = _words("""
    init eq hash repr str add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul and
    rand or ror xor rxor lshift rlshift rshift rrshift neg pos abs invert round getitem setitem contains iter next call
    int float index enter exit divmod rdivmod doc annotations module
""")
"""Special methods that Monty calls as Python does, without the underscores."""
REFUSED = {
    "hasattr": "hasattr, which knows no methods of builtin types there",
    "lgamma": "math.lgamma, whose last digits differ there",
    "ASCII": "re.ASCII",
    "A": "re.ASCII",
    "LOCALE": "re.LOCALE",
}
PATTERNS = frozenset(["findall", "finditer", "split", "sub", "subn"])
"""Functions of re in which a match of nothing counts otherwise in Monty."""
TEMPLATE = re.compile(r"(?:[^\\]|\\\\|\\g<\w+>|\\[1-9](?!\w))*", re.DOTALL)
"""Replacements that Monty reads as Python does: a number must not be followed by a letter, a digit or _."""
CAN_BE_EMPTY = re.compile(r"[*?]|\{,|\{0")


@dataclass(frozen=True)
class Gap:
    """A construct that Monty does otherwise: what, and its line."""

    what: str
    line: int


@functools.lru_cache(maxsize=512)
def gap(source: str) -> Gap | None:
    """The first construct of the source that Monty does otherwise than Python; None without one, or without Python."""
    tree = tree_of(source)
    try:
        return None if tree is None else next(_Reading(tree).gaps(), None)
    except RecursionError:
        return None


def has_endless(source: str) -> bool:
    """Whether the source makes something endless, which Monty would try to write out."""
    return any(_called(node) in ENDLESS for node in _calls(source))


def lines_of_lazy(source: str) -> set[int]:
    """The lines of any(..) and all(..) over what is made as needed: Monty makes all of it, and meets more errors."""
    found: set[int] = set()
    for node in _calls(source):
        if _called(node) in ("any", "all"):
            inner = [n for n in ast.walk(node) if isinstance(n, ast.GeneratorExp) or _called(n) in LAZY]
            found.update(range(node.lineno, (node.end_lineno or node.lineno) + 1) if inner else ())
    return found


def _calls(source: str) -> list[ast.Call]:
    return [node for node in nodes_of(source) if isinstance(node, ast.Call)]


def _called(node: ast.AST | None) -> str:
    """The last name of what a call calls; "" for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "id", None) or getattr(node.func, "attr", None) or ""


class _Reading:
    """One source, with the parent of every node."""

    def __init__(self, tree: ast.Module):
        self._nodes = list(ast.walk(tree))
        self._parents = {child: node for node in self._nodes for child in ast.iter_child_nodes(node)}
        self._own = {node.name for node in self._nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        assigned = [node for node in self._nodes if isinstance(node, ast.Assign)]
        self._sets: set[str] = set()
        for _ in range(2):
            self._sets |= {
                target.id
                for node in assigned
                if self._is_set(node.value)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
        self._asserts_with_words = any(isinstance(node, ast.Assert) and node.msg is not None for node in self._nodes)
        self._texts = [n.value for n in self._nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]

    def gaps(self) -> Iterator[Gap]:
        """Every construct."""
        for node in self._nodes:
            what = (
                self._name(node)
                or self._method(node)
                or self._generator(node)
                or self._set(node)
                or self._pattern(node)
            )
            if what:
                yield Gap(what, getattr(node, "lineno", 1))

    def _name(self, node: ast.AST) -> str:
        if isinstance(node, ast.Name) and node.id == "hasattr":
            return REFUSED["hasattr"]
        if isinstance(node, ast.ExceptHandler) and node.name and self._asserts_with_words:
            return "the text of an assertion, which it adds to"
        if _called(node) == "getattr" and len(node.args) == 3:  # type: ignore[attr-defined]
            return "getattr with a default, which knows no methods of builtin types there"
        owner = node.value if isinstance(node, ast.Attribute) else None
        if isinstance(owner, ast.Name) and owner.id in ("re", "math"):
            return REFUSED.get(node.attr, "")  # type: ignore[attr-defined]
        return ""

    def _method(self, node: ast.AST) -> str:
        """A special method that Monty passes over."""
        if not isinstance(node, ast.FunctionDef) or not isinstance(self._parents.get(node), ast.ClassDef):
            return ""
        special = re.fullmatch(r"__(\w+)__", node.name)
        return f"{node.name}, which it passes over" if special and special[1] not in HONOURED else ""

    def _generator(self, node: ast.AST) -> str:
        """A generator, map, zip and the like that is kept, so that it may be read twice or in part."""
        is_lazy = isinstance(node, ast.GeneratorExp) or (_called(node) in LAZY and isinstance(node.func, ast.Name))  # type: ignore[attr-defined]
        if not is_lazy or _called(node) in self._own:
            return ""
        if isinstance(node, ast.GeneratorExp) and self._has_effects(node):
            return "a generator with effects, whose items it makes all at once"
        parent = self._parents[node]
        if isinstance(parent, ast.Call):
            name = _called(parent)
            return "" if name in TAKES_ALL and name not in self._own else "a generator that is passed on"
        if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
            return "" if self._is_read_once(parent.targets[0].id, parent) else "a generator that is kept"
        if isinstance(parent, ast.Assign):
            return "" if isinstance(parent.targets[0], (ast.Tuple, ast.List)) else "a generator that is kept"
        is_walked = isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is node
        return "" if is_walked or isinstance(parent, (ast.Starred, ast.AugAssign)) else "a generator that is kept"

    def _has_effects(self, node: ast.AST) -> bool:
        inside = list(ast.walk(node))
        return any(isinstance(n, ast.NamedExpr) or _called(n) in MUTATING for n in inside)

    def _is_read_once(self, name: str, assigned: ast.AST) -> bool:
        """Whether a name is assigned once and read once, in the same loops and function, to its end."""
        uses = [node for node in self._nodes if isinstance(node, ast.Name) and node.id == name]
        reads = [node for node in uses if isinstance(node.ctx, ast.Load)]
        if len(uses) != 2 or len(reads) != 1 or self._blocks(reads[0]) != self._blocks(assigned):
            return False
        parent = self._parents[reads[0]]
        if isinstance(parent, ast.Call):
            return _called(parent) in TAKES_ALL - self._own
        return isinstance(parent, (ast.For, ast.comprehension, ast.Starred))

    def _blocks(self, node: ast.AST) -> list[ast.AST]:
        found: list[ast.AST] = []
        at = node
        while (parent := self._parents.get(at)) is not None:
            is_walked = isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is at
            kinds = (ast.For, ast.While, ast.FunctionDef, ast.Lambda, ast.comprehension)
            if isinstance(parent, kinds) and not is_walked:
                found.append(parent)
            at = parent
        return found

    def _is_set(self, node: ast.AST) -> bool:
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr, ast.BitXor, ast.Sub)):
            return self._is_set(node.left) or self._is_set(node.right)
        is_named = isinstance(node, ast.Name) and node.id in self._sets
        is_written = isinstance(node, ast.SetComp) or (isinstance(node, ast.Set) and len(node.elts) > 1)
        return is_named or is_written or _called(node) in MAKES_SET - self._own

    def _set(self, node: ast.AST) -> str:
        """A set whose order shows: it is walked, or made a list or a text."""
        if not isinstance(node, ast.expr) or not self._is_set(node):
            return ""
        parent = self._parents[node]
        said = "the order of a set"
        if isinstance(parent, ast.Call) and node in parent.args:
            return "" if self._is_unordered(parent) else self._of_call(parent, said)
        if isinstance(parent, ast.For) and parent.iter is node:
            return said
        if isinstance(parent, ast.comprehension):
            whole = self._parents[parent]
            outer = self._parents.get(whole)
            is_set = isinstance(whole, ast.SetComp)
            return "" if is_set or (isinstance(outer, ast.Call) and self._is_unordered(outer)) else said
        if isinstance(parent, ast.Attribute) and parent.attr == "pop":
            return said
        return said if isinstance(parent, (ast.Starred, ast.FormattedValue)) else ""

    def _is_unordered(self, call: ast.Call) -> bool:
        """Whether a call does not care for the order; of max and min with a key, the first of equals counts."""
        return _called(call) in UNORDERED - self._own and not any(k.arg == "key" for k in call.keywords)

    def _of_call(self, call: ast.Call, said: str) -> str:
        outer = self._parents.get(call)
        if _called(call) not in ORDERED - self._own:
            return ""
        return "" if isinstance(outer, ast.Call) and call in outer.args and self._is_unordered(outer) else said

    def _pattern(self, node: ast.AST) -> str:
        """A regular expression or replacement that Monty's translation changes."""
        name = _called(node)
        if not isinstance(node, ast.Call) or name not in PATTERNS or not isinstance(node.func, ast.Attribute):
            return ""
        is_module = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        is_compiled = name in ("sub", "subn", "findall", "finditer") and not is_module
        if not is_module and not is_compiled:
            return ""
        if name in ("sub", "subn"):
            replacement = node.args[1 if is_module else 0] if len(node.args) > int(is_module) else None
            if isinstance(replacement, ast.Lambda) or getattr(replacement, "id", "") in self._own:
                return "a replacement by a function"
            texts = self._texts_of(replacement)
            if any(TEMPLATE.fullmatch(text) is None for text in texts):
                return "a replacement with groups next to letters, or with escapes"
        patterns = self._texts_of(node.args[0]) if is_module and node.args else self._texts
        if any(_may_be_empty(pattern) for pattern in patterns):
            return f"re.{name} with a pattern that can match nothing"
        return ""

    def _texts_of(self, node: ast.AST | None) -> list[str]:
        """The text of an argument; every text of the source where it is not written out."""
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else []
        return self._texts


def _may_be_empty(pattern: str) -> bool:
    if pattern and not CAN_BE_EMPTY.search(pattern) and not re.search(r"\(\?[=!<]|\||[\^$]|\\b", pattern):
        return False
    parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return bool(parser.parse(pattern).getwidth()[0] == 0)
    except (re.error, RecursionError, OverflowError):
        return False
