"""Errors of Monty that CPython would not raise: the sandbox lacks something, and the code may be right."""

from __future__ import annotations

import ast
import builtins
import codecs
import collections
import importlib
import re
import sys
import types
from typing import Any

from core.rewards.sandbox import gaps
from core.rewards.sandbox.ran import THIRD_PARTY
from core.rewards.sandbox.syntax import nodes_of

OFFERED = re.compile(
    "asyncio|base64|binascii|bisect|collections|copy|csv|dataclasses|datetime|decimal|functools|hashlib|itertools|"
    "json|math|os|pathlib|posixpath|random|re|sys|time|tomllib|typing|unicodedata"
)
"""Modules that Monty has at least a part of, and that are safe to import here to see what else CPython's have."""
WITHHELD = frozenset(
    ("_exit", "abort", "breakpoint", "execv", "exit", "fork", "input", "kill", "popen", "quit", "system")
)
"""Names that end, ask or leave the process: wanting them is an error of the code, not a gap of the sandbox."""

MISSING_MODULE = re.compile(r"No module named '(\w+)[\w.]*'")
MISSING_IMPORT = re.compile(r"cannot import name '(?P<name>\w+)' from '(?P<module>\w+)'")
MISSING_IN_MODULE = re.compile(r"module '(?P<module>\w+)' has no attribute '(?P<name>\w+)'")
MISSING_IN_TYPE = re.compile(r"(?:type object )?'(?P<type>[\w.]+)' (?:object )?has no attribute '(?P<name>\w+)'")
MISSING_NAME = re.compile(r"name '(\w+)' is not defined")
KNOWN: dict[str, Any] = {
    "Counter": collections.Counter,
    "collections.defaultdict": collections.defaultdict,
    "collections.deque": collections.deque,
    "deque": collections.deque,
    "re.Match": re.Match,
    "re.Pattern": re.Pattern,
    "function": types.FunctionType,
    "builtin_function_or_method": types.BuiltinFunctionType,
    "list_iterator": type(iter([])),
}
"""Monty's names of types that are no builtins, and CPython's types."""
OF_ITERATORS = ("__next__", "send", "close", "throw")
"""What an iterator has, and the list that Monty makes in its place has not."""
NOT_THERE = re.compile(
    r"not yet support|'list' object is not an iterator|no __dict__ for setting|hex escape|typing._Special|"
    r"cannot be negative when 3rd|cannot create 'object' instances|cannot convert '\w+' object to bytes"
)
"""Words of errors that are Monty's alone."""
TEXT_AS_NUMBER = re.compile(r"(?:invalid literal for int|could not convert string to float).*[^\x00-\x7f]", re.DOTALL)
ARITY = re.compile(r"(?:\w+\.)*(?P<name>\w+)\(\) (?:takes|expected|got|missing)")
OPERATES = re.compile(r"'(\w+)'")


def lacks(raised: BaseException, text: str, source: str, line: int | None) -> bool:
    """Whether an exception means that Monty lacks something which CPython has, unless the code made it itself."""
    if isinstance(raised, ImportError):
        if found := MISSING_MODULE.fullmatch(text):
            return found[1] in sys.stdlib_module_names or found[1] in THIRD_PARTY
        found = MISSING_IMPORT.match(text)
        return found is not None and _module_has(found["module"], found["name"])
    if isinstance(raised, NameError):
        found = MISSING_NAME.fullmatch(text)
        return found is not None and found[1] not in WITHHELD and hasattr(builtins, found[1])
    if isinstance(raised, AttributeError):
        if found := MISSING_IN_MODULE.fullmatch(text):
            return _module_has(found["module"], found["name"])
        found = MISSING_IN_TYPE.match(text)
        return NOT_THERE.search(text) is not None or (found is not None and _type_has(found["type"], found["name"]))
    if isinstance(raised, RuntimeError) and text.startswith("Internal error in monty"):
        return True
    if NOT_THERE.search(text) or TEXT_AS_NUMBER.match(text) or (line in gaps.lines_of_lazy(source)):
        return True
    if isinstance(raised, LookupError) and text.startswith("unknown encoding: "):
        return _is_encoding(text.removeprefix("unknown encoding: "))
    return isinstance(raised, TypeError) and _is_ours(text, source, line)


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return True


def _is_ours(text: str, source: str, line: int | None) -> bool:
    """Whether a TypeError may be Monty's: `list += tuple`, an argument it does not know, a class's special method."""
    nodes = nodes_of(source)
    if text.startswith("can only concatenate list"):
        augmented = [node for node in nodes if isinstance(node, ast.AugAssign)]
        return line is None or any(node.lineno <= line <= (node.end_lineno or 0) for node in augmented)
    own = {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    if (found := ARITY.match(text)) is not None:
        return found["name"] not in own and found["name"] != "<lambda>"
    classes = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
    return bool(classes & set(OPERATES.findall(text)))


def _module_has(module: str, name: str) -> bool:
    return name not in WITHHELD and bool(OFFERED.fullmatch(module)) and hasattr(importlib.import_module(module), name)


def _type_has(type_name: str, name: str) -> bool:
    """Whether CPython's type, or what Monty makes a list of, has an attribute."""
    module, _, last = type_name.rpartition(".")
    owner = importlib.import_module(module) if OFFERED.fullmatch(module) else builtins
    kind = KNOWN.get(type_name, getattr(owner, last, None))
    return name in OF_ITERATORS or (isinstance(kind, type) and hasattr(kind, name))
