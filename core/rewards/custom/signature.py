"""Signature: which functions of a user's source are rewards, how each is called, and the columns it names; by reading.

Two signatures are known. Ours scores one completion: `reward(response, reference, example)`. TRL's scores all
completions of a question at once: `any_name(completions, prompts=..., answer=..., **kwargs)`.
"""

from __future__ import annotations

import ast
import functools
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

REFERENCE_NAMES = (
    *("answer", "solution", "ground_truth", "target", "label", "reference", "expected", "expected_answer"),
    *("final_answer", "gold", "gold_answer", "gt", "correct_answer"),
)
"""Columns whose place the reference takes where the data has none of that name."""
QUESTION_NAMES = ("question", "instruction", "problem", "query", "prompt")
"""Columns whose place the question takes where the data has none of that name."""
SEEN = ("instruction", "reasoning", "solution")
"""What `example` has in our signature besides the columns."""
COMPLETIONS = ("completions", "completion_ids")
"""Arguments that only a reward in TRL's signature has."""
GIVEN = (*COMPLETIONS, "prompts", "log_extra", "log_metric", "trainer_state", "environments")
"""Arguments that TRL gives beside the columns."""
LISTS = ("reward_funcs", "reward_functions")
NAME = "reward"
WANTED = (
    "there is no reward function: define def reward(response, reference, example) for one completion, or "
    "def reward(completions, **kwargs) -> list for all completions of a question, as TRL calls it"
)

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Function: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"


class Unreadable(ValueError):
    """The source defines no reward; the text says what is wrong."""


@dataclass(frozen=True)
class Signature:
    """How one reward function is called.

    Attributes:
        name: What it is called in reasons.
        expression: Python that gives the function, once the source has run.
        for_groups: Whether it scores all completions of a question at once, as in TRL.
        takes: Its arguments that are given by name.
        takes_all: Whether it takes every other column as well.
        needed: Columns that it can't do without.
        optional: Columns that it uses where they are there.
        reads_messages: Whether it reads completion[0]["content"] rather than the plain text.
        is_async: Whether calling it gives something to await.
    """

    name: str
    expression: str
    for_groups: bool
    takes: tuple[str, ...] = ()
    takes_all: bool = False
    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    reads_messages: bool = False
    is_async: bool = False


UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What reading a source may raise: no Python, no reward, or too deep."""


def unreadable(error: BaseException) -> str:
    """Why a source can't be read, with its line."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    return str(error) or f"it is too deep to be read ({type(error).__name__})"


@functools.lru_cache(maxsize=64)
def signatures(source: str, chosen: tuple[str, ...] = ()) -> tuple[Signature, ...]:
    """The reward functions of a source, those of a list `reward_funcs` first.

    Without such a list it is the function `reward`, else every function in TRL's signature that no other one uses, else
    the only function there is.

    Args:
        source: Python.
        chosen: The names of those that count; empty for all.
    Raises:
        SyntaxError: It is no Python.
        Unreadable: It defines no reward, or none of a chosen name.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    found = _found(tree)
    if missing := sorted(set(chosen) - {function.name for function in found}):
        there = ", ".join(function.name for function in found) or "none"
        raise Unreadable(f"there is no reward function {', '.join(missing)}; there are: {there}")
    return tuple(function for function in found if not chosen or function.name in chosen)


def columns_of(source: str, chosen: tuple[str, ...] = ()) -> dict[str, bool]:
    """Every column that a source names -> whether it needs it; empty for a source that can't be read.

    A name that the reference or the question can stand in for is never needed.
    """
    try:
        read = signatures(source, chosen)
    except UNREADABLE:
        return {}
    stood_in = (*REFERENCE_NAMES, *QUESTION_NAMES)
    needed = {name: name not in stood_in for function in read for name in function.needed}
    return needed | {name: False for function in read for name in function.optional if name not in needed}


def _found(tree: ast.Module) -> list[Signature]:
    code = _Code(tree)
    if listed := _listed(tree):
        return [code.of_expression(item) for item in listed]
    if NAME in code.functions:
        return [code.of_function(code.functions[NAME], NAME, NAME)]
    if NAME in code.assigned:
        return [code.of_name(NAME)]
    used = {name for function in code.functions.values() for name in names_in(function) if name != function.name}
    free = [function for name, function in code.functions.items() if name not in used]
    if groups := [function for function in free if is_for_groups(function)]:
        return [code.of_function(function, function.name, function.name) for function in groups]
    if makers := [function for function in free if _made_by(function)]:
        return [code.of_maker(function) for function in makers]
    if len(free) != 1:
        raise Unreadable(WANTED)
    return [code.of_function(free[0], free[0].name, free[0].name)]


def _listed(tree: ast.Module) -> list[ast.expr]:
    """The entries of a list of reward functions, wherever the source has one: a name, or an argument of a trainer."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(_is_name(target, *LISTS) for target in node.targets):
            value: ast.expr = node.value
        elif isinstance(node, ast.keyword) and node.arg in LISTS:
            value = node.value
        else:
            continue
        if isinstance(value, (ast.List, ast.Tuple)):
            return value.elts
        if isinstance(value, ast.Name) and value.id not in LISTS:
            return [value]
    return []


class _Code:
    """A source: its functions and what it assigns, at its top level."""

    def __init__(self, tree: ast.Module):
        self.functions: dict[str, Function] = {}
        self.assigned: dict[str, ast.expr] = {}
        for node in _top_level(tree.body):
            if isinstance(node, FUNCTIONS):
                self.functions[node.name] = node
            elif isinstance(node, ast.Assign):
                self.assigned |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}

    def of_expression(self, value: ast.expr) -> Signature:
        """A function by its name, by the call of what makes it, or as a partial of another."""
        if isinstance(value, ast.Name) and value.id in self.functions:
            return self.of_function(self.functions[value.id], value.id, value.id)
        if isinstance(value, ast.Name) and value.id in self.assigned:
            return self.of_name(value.id)
        written = ast.unparse(value)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            maker = self.functions.get(value.func.id)
            made = _made_by(maker) if maker else None
            if made:
                return self.of_function(made, made.name, written)
            inner = value.args[0] if value.func.id == "partial" and value.args else None
            if isinstance(inner, ast.Name) and inner.id in self.functions:
                bound = [keyword.arg for keyword in value.keywords if keyword.arg]
                return self.of_function(self.functions[inner.id], inner.id, written, bound)
        raise Unreadable(f"{written[:60]} can't be read as a reward function; name a function that the source defines")

    def of_name(self, name: str) -> Signature:
        """What the source assigns to a name; anything that can't be read is taken to have our signature."""
        try:
            made = self.of_expression(self.assigned[name])
        except (Unreadable, RecursionError):
            return Signature(name, name, for_groups=False)
        return replace(made, expression=name)

    def of_maker(self, maker: Function) -> Signature:
        """The function that another one returns when it is called without arguments."""
        made, missing = _made_by(maker), _required(maker.args)
        if made is None or missing:
            given = ", ".join(f"{name}=..." for name in missing)
            raise Unreadable(f"{maker.name} only makes a reward: add a line reward = {maker.name}({given}) below it")
        return self.of_function(made, made.name, f"{maker.name}()")

    def of_function(self, function: Function, name: str, expression: str, bound: Sequence[str] = ()) -> Signature:
        """A function by its arguments; those in `bound` have their value already."""
        is_async = isinstance(function, ast.AsyncFunctionDef)
        if not is_for_groups(function):
            needed, optional = _keys_of(function, _example_name(function, name))
            kept = [tuple(key for key in keys if key not in SEEN) for keys in (needed, optional)]
            return Signature(name, expression, False, needed=kept[0], optional=kept[1], is_async=is_async)
        arguments = function.args
        takes = [argument.arg for argument in _all_arguments(function) if argument.arg not in bound]
        required = _required(arguments)
        needed, optional = _keys_of(function, arguments.kwarg.arg if arguments.kwarg else "")
        return Signature(
            name,
            expression,
            True,
            takes=tuple(takes),
            takes_all=arguments.kwarg is not None,
            needed=_columns([*(key for key in takes if key in required), *needed]),
            optional=_columns([*(key for key in takes if key not in required), *optional]),
            reads_messages=any(map(_reads_content, self._reach(function))),
            is_async=is_async,
        )

    def _reach(self, function: Function) -> Iterator[ast.AST]:
        """The nodes of a function, of the one it is defined in, and of those that they use."""
        around = [other for other in self.functions.values() if any(node is function for node in ast.walk(other))]
        waiting, seen = [function, *around], {function.name, *(other.name for other in around)}
        while waiting:
            for node in ast.walk(waiting.pop()):
                yield node
                if isinstance(node, ast.Name) and node.id in self.functions and node.id not in seen:
                    seen.add(node.id)
                    waiting.append(self.functions[node.id])


def _top_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run as the source is read, those inside if, try and with included."""
    for node in body:
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            for part in ("body", "orelse", "finalbody", "handlers"):
                yield from _top_level(getattr(node, part, ()))


def _made_by(maker: Function) -> Function | None:
    """The function in TRL's signature that is defined inside `maker` and returned by it."""
    values = [node.value for node in ast.walk(maker) if isinstance(node, ast.Return)]
    returned = {value.id for value in values if isinstance(value, ast.Name)}
    inside = (node for node in ast.walk(maker) if isinstance(node, FUNCTIONS) and node is not maker)
    return next((node for node in inside if node.name in returned and is_for_groups(node)), None)


def _example_name(function: Function, name: str) -> str:
    """The third argument of a function in our signature; it is refused when it can't be called with three."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    needs_more = len(positional) - len(arguments.defaults) > 3 or _required_by_name(arguments)
    if needs_more or (len(positional) < 3 and not arguments.vararg):
        raise Unreadable(
            f"{name}({', '.join(argument.arg for argument in positional)}) can't be called: a reward takes "
            "(response, reference, example), or completions and **kwargs as TRL calls it"
        )
    return positional[2].arg if len(positional) > 2 else ""


def _columns(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name not in GIVEN and name != "self"))


def is_for_groups(function: Function) -> bool:
    """Whether a function has TRL's signature."""
    return any(argument.arg in COMPLETIONS for argument in _all_arguments(function))


def _all_arguments(function: Function) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _required(arguments: ast.arguments) -> list[str]:
    """Arguments without a default."""
    positional = [*arguments.posonlyargs, *arguments.args]
    without = positional[: len(positional) - len(arguments.defaults)]
    return [*(a.arg for a in without), *_required_by_name(arguments)]


def _required_by_name(arguments: ast.arguments) -> list[str]:
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return [a.arg for a, default in pairs if default is None]


def _keys_of(function: Function, mapping: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys of `mapping` that the function reads: (as mapping["key"], as mapping.get("key") or after a test)."""
    read: dict[str, bool] = {}
    for node in ast.walk(function) if mapping else ():
        if isinstance(node, ast.Subscript) and _is_name(node.value, mapping) and isinstance(node.ctx, ast.Load):
            for key in _text(node.slice):
                read.setdefault(key, True)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
            if _is_name(node.func.value, mapping) and node.args:
                read |= dict.fromkeys(_text(node.args[0]), False)
        elif isinstance(node, ast.Compare) and any(_is_name(other, mapping) for other in node.comparators):
            read |= dict.fromkeys(_text(node.left), False)
    return tuple(key for key in read if read[key]), tuple(key for key in read if not read[key])


def _reads_content(node: ast.AST) -> bool:
    """Whether a node is anything["content"] or anything.get("content"), as of a message."""
    if isinstance(node, ast.Subscript):
        return "content" in _text(node.slice)
    is_get = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get"
    return is_get and any("content" in _text(argument) for argument in getattr(node, "args", ())[:1])


def names_in(tree: ast.AST) -> set[str]:
    """Every name in a piece of code."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _is_name(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _text(node: Any) -> list[str]:
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []
