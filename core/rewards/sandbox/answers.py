"""What a process of the lane `system` answered, which may be hostile, as values and problems."""

from __future__ import annotations

import ast
import builtins
import importlib.util
import re
import sys
from dataclasses import replace
from typing import Any

from core.rewards.sandbox.inside.frames import LARGEST
from core.rewards.sandbox.inside.values import Build, Packer, Unfit, unpacked
from core.rewards.sandbox.ran import THIRD_PARTY, Inputs, Limits, Problem, Ran, limit_problem, raised_on_purpose
from core.rewards.sandbox.servers import Died
from core.rewards.sandbox.syntax import nodes_of

UNLOADED = (ImportError, MemoryError, OSError, SystemError)
"""What an installed package raises when it finds too little memory, or no files, to load."""
MISSING_MODULE = re.compile(r"No module named '(\w+)[\w.]*'")


class Opaque:
    """Stands for a value that is no plain data; it is equal to nothing but itself."""

    def __init__(self, text: str):
        self._text = text

    def __repr__(self) -> str:
        return self._text


class Named(int):
    """A whole number that has a name, such as re.VERBOSE."""

    text: str

    def __repr__(self) -> str:
        return self.text


def _named(parts: Any) -> Named:
    number = Named(int(parts[0], 16))
    number.text = str(parts[1])
    return number


BUILDS: dict[str, Build] = {
    "flag": _named,
    "opaque": lambda text: Opaque(str(text)),
    "named": lambda parts: tuple(unpacked(parts[2], BUILDS)),
    "array": lambda parts: Opaque(f"an array of shape {parts[1]}"),
}


def packed(inputs: Inputs) -> dict[str, Any]:
    """Inputs as data.

    Raises:
        Unfit: One is no plain data.
    """
    return {name: Packer(unfit).pack(value) for name, value in inputs.items()}


def unfit(value: Any) -> Any:
    """Refuse what is no plain data."""
    raise Unfit(f"a {type(value).__name__} can't enter the sandbox")


def ran(message: Any, prints: str, source: str, limits: Limits) -> Ran:
    """A process's answer, which may be hostile, as a result.

    Raises:
        MALFORMED: It is none.
    """
    if "problem" in message:
        return Ran(prints=prints, problem=_problem(message["problem"], source, limits))
    return Ran(unpacked(message["value"], BUILDS), prints)


def _problem(parts: Any, source: str, limits: Limits) -> Problem:
    kind, line, text = str(parts["kind"]), parts["line"], str(parts["text"])
    line = line if isinstance(line, int) else None
    raised = _exception(str(parts["base"]), text)
    package = _installed_package(source, line) if isinstance(raised, UNLOADED) else ""
    if package and not _is_own_mistake(text) and not raised_on_purpose(source, line):
        said = text or f"it needs more than {limits.memory_mib} MiB"
        return Problem("unsupported", f"the sandbox can't load {package}: {said}", line, raised)
    if kind == "memory":
        return replace(limit_problem("memory", limits, line), raised=raised)
    if kind == "syntax":
        return Problem("syntax", text, line, raised)
    if kind == "unfit":
        return Problem("error", f"returned {text}", None, raised)
    found = MISSING_MODULE.fullmatch(text) if isinstance(raised, ImportError) else None
    if found and found[1] in THIRD_PARTY and not raised_on_purpose(source, line):
        return Problem("unsupported", f"the sandbox can't run this: {text}", line, raised)
    return Problem("error", f"{parts['type']}: {text}".removesuffix(": "), line, raised)


def _installed_package(source: str, line: int | None) -> str:
    """The installed package, no part of Python itself, that is imported on a line; "" when there is none."""
    names: list[str] = []
    for node in nodes_of(source) if line and "import" in source else ():
        if isinstance(node, ast.Import) and node.lineno == line:
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.lineno == line and not node.level:
            names.append(str(node.module))
    packages = [name.split(".")[0] for name in names if name.split(".")[0] not in sys.stdlib_module_names]
    return next((name for name in packages if importlib.util.find_spec(name)), "")


def _is_own_mistake(text: str) -> bool:
    """Whether the package was loaded, or is none, and it is the code that asks for what does not exist."""
    return text.startswith("cannot import name") or MISSING_MODULE.fullmatch(text) is not None


def _exception(base: str, text: str) -> BaseException:
    kind = getattr(builtins, base, RuntimeError)
    if not isinstance(kind, type) or not issubclass(kind, BaseException):
        kind = RuntimeError
    try:
        return kind(text)
    except TypeError:  # such as UnicodeDecodeError, which wants five arguments
        return ValueError(text)


def died(end: Died, limits: Limits) -> Problem:
    """The problem of a process that gave no answer."""
    if str(end) == "large":
        return Problem("output", f"returned more than {LARGEST >> 20} MiB")
    return limit_problem("time" if str(end) == "time" else "output" if str(end) == "output" else "crashed", limits)
