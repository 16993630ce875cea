"""The process of one run: takes the source, runs it with nothing of ours in its way, and answers as plain data."""

from __future__ import annotations

import ast
import builtins
import io
import json
import os
import random
import re
import sys
import time
import types
from typing import Any

from core.rewards.sandbox.inside import algebra, memory, objects, proxies
from core.rewards.sandbox.inside.frames import TRUSTED, Reader, send
from core.rewards.sandbox.inside.values import Packer, Unfit

ASKS, SAYS = 3, 4
SOURCE, THEN = "<source>", "<then>"
OURS_RECURSION = 300
"""Calls of ours below and above those of the code."""
ADDRESS = re.compile(" at 0x[0-9a-f]+")
STOPS = re.compile(r"\bStop(?:Async)?Iteration\b|\b__a?next__\b")
"""Tests with such a word expect a call to raise it."""
TEXT = 4000
"""Characters of an exception's text that are kept."""


class Channel:
    """The two pipes to the server."""

    def __init__(self) -> None:
        self._reader = Reader(ASKS, TRUSTED)

    def read(self) -> Any:
        """The next message."""
        return json.loads(self._reader.next()[1])

    def say(self, message: Any, letter: bytes = b"M") -> None:
        """Send a message; F is the last one."""
        try:
            text = json.dumps(message).encode()
        except MemoryError as error:
            text = json.dumps({"problem": _problem(error, "memory")}).encode()
        send(SAYS, letter, text)


def main(base: tuple[int, int]) -> None:
    """Take what is asked, run it, and wait to be killed; an exception of ours ends the process."""
    channel = Channel()
    asked = channel.read()
    scope = _prepare(asked, base)
    try:
        {"run": _run, "solution": _solution, "tests": _tests}[asked["role"]](channel, asked, scope)
    finally:
        os._exit(1)


def _prepare(asked: Any, base: tuple[int, int]) -> dict[str, Any]:
    """Limits, equal random numbers, sleep that takes no time; and the module that the code is in."""
    sys.setrecursionlimit(asked["recursion"] + OURS_RECURSION)
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w"), "utf-8", "backslashreplace", "\n", line_buffering=True)
    sys.stderr = sys.stdout
    sys.stdin = io.StringIO()
    sys.argv = [""]
    time.sleep = lambda seconds, /: None
    module = types.ModuleType(objects.MODULE)
    sys.modules[objects.MODULE] = sys.modules["__main__"] = module
    memory.limit(asked["memory_mib"], base)
    return module.__dict__


def _seed() -> None:
    random.seed(0)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(0)


def _run(channel: Channel, asked: Any, scope: dict[str, Any]) -> None:
    """The role of a run by itself: one value out, functions of the host in between."""
    peer = objects.Peer(channel, _opaque)
    scope.update({name: peer.unpack(value) for name, value in asked["inputs"].items()})
    scope.update({name: peer.function(name) for name in asked["functions"]})
    channel.say(_answer(lambda: _execute(asked["source"], asked["then"], scope), peer.pack), b"F")
    channel.read()


def _solution(channel: Channel, asked: Any, scope: dict[str, Any]) -> None:
    """The role of a solution: runs the source once, then answers question after question."""
    peer, whole = objects.Peer(channel), objects.Peer(channel, _opaque)
    channel.say(_answer(lambda: _execute(asked["source"], None, scope), whole.pack))
    while True:
        question = channel.read()
        if "then" in question:
            given = {name: whole.unpack(value) for name, value in question["inputs"].items()}
            channel.say(_answer(lambda q=question, g=given: _evaluate(q["then"], scope | g), whole.pack))
        else:
            peer.serve(question, scope)


def _tests(channel: Channel, asked: Any, scope: dict[str, Any]) -> None:
    """The role of tests: names of theirs are things of the solution, which stay where they are."""
    peer = objects.Peer(channel, strict=True, stops=bool(STOPS.search(asked["source"])))
    for name, expression in asked["names"].items():
        try:
            scope[name] = peer.named(expression, name in asked["classes"])
        except (NameError, AttributeError):
            continue
    channel.say(_answer(lambda: _execute(asked["source"], None, scope), lambda value: None), b"F")
    channel.read()


def _execute(source: str, then: str | None, scope: dict[str, Any]) -> Any:
    """Run `source`; the value of `then`, or of the last expression of `source` when that is "". None: of nothing."""
    tree = _parsed(source, SOURCE)
    last = tree.body.pop() if then == "" and tree.body and isinstance(tree.body[-1], ast.Expr) else None
    _seed()
    exec(_compiled(tree, SOURCE, "exec"), scope)
    if last is not None:
        return eval(_compiled(ast.Expression(last.value), SOURCE, "eval"), scope)
    return _evaluate(then, scope) if then else None


def _evaluate(then: str, scope: dict[str, Any]) -> Any:
    _seed()
    return eval(_compiled(_parsed(then, THEN, "eval"), THEN, "eval"), scope)


class Unreadable(Exception):
    """The source is no Python."""


def _parsed(text: str, name: str, mode: str = "exec") -> Any:
    try:
        return ast.parse(text.strip() if mode == "eval" else text, name, mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(error) from error


def _compiled(tree: Any, name: str, mode: str) -> Any:
    try:
        return compile(tree, name, mode, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(error) from error


def _answer(work: Any, pack: Any) -> Any:
    """The message of what `work` gives or raises."""
    try:
        value = work()
        sys.setrecursionlimit(sys.getrecursionlimit() + 2 * OURS_RECURSION)
        answer = {"value": pack(value)}
    except Unreadable as error:
        return {"problem": _problem(error.args[0], "syntax")}
    except Unfit as error:
        return {"problem": _problem(error, "unfit")}
    except BaseException as error:  # noqa: BLE001 - whatever the code raises is the answer
        return {"problem": _problem(error, "memory" if isinstance(error, MemoryError) else "error")}
    _flush()
    return answer


def _problem(error: BaseException, kind: str) -> Any:
    """Kind, names, text and line of an exception; the text is the code's own, and making it may fail too."""
    _flush()
    line = getattr(error, "lineno", None) if kind == "syntax" else _line(error)
    text = getattr(error, "msg", None) if kind == "syntax" else None
    try:
        text = str(error) if text is None else str(text)
    except BaseException:  # noqa: BLE001 - its __str__ is the code's own
        text = ""
    names = [parent.__name__ for parent in type(error).__mro__]
    base = next(name for name in names if name in vars(builtins))
    if isinstance(error, proxies.Undecided):
        kind = "undecided"
    return {
        "kind": kind,
        "type": names[0],
        "base": base,
        "text": text[:TEXT],
        "line": line,
        "is_far": hasattr(error, "lc_is_far"),
    }


def _line(error: BaseException) -> int | None:
    """The deepest line of the source in the traceback."""
    found, at = None, error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename == SOURCE:
            found = at.tb_lineno
        at = at.tb_next
    return found


def _flush() -> None:
    try:
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        return


def _opaque(value: Any) -> Any:
    """What stands for a value that is no plain data, outside; it is equal to nothing there."""
    if (plain := algebra.number(value)) is not value:
        return Packer(_opaque).pack(plain)
    try:
        text = ADDRESS.sub("", repr(value))
    except Exception:  # noqa: BLE001 - the code's own
        text = f"<{type(value).__name__} object>"
    return {"opaque": text[:200]}
