"""The shapes of payloads as TypeScript declarations: `python -m cli.declarations [--write static/js/payloads.d.ts]`.

The page's modules name them in JSDoc comments, so that tsc checks what the page reads of an answer.
"""

from __future__ import annotations

import argparse
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from typing_extensions import NotRequired, get_type_hints, is_typeddict

from core.data.builtin import BuiltinDescription
from core.data.columns import FileStatistics
from core.data.hub import HubDescription
from core.data.preview import DataPreview, MappedPreview, PromptPreview
from core.data.procedural import ProceduralTask
from core.errors import ErrorReport
from core.evaluations.record import EvaluationRecord
from core.evaluations.results import BatchRow, EvaluationRow
from core.export.folder import ProofEntry
from core.generation.answer import ModelAnswer
from core.generation.model_path import ModelDescription
from core.hardware import SystemSnapshot
from core.jsonfile import write_text
from core.rewards.suggest import Suggestion
from core.rewards.tested import BenchResult, RewardTest
from core.runs.checks import CheckReport
from core.runs.diagnosis import Diagnosis
from core.runs.groups import AnnotatedGroup, Match
from core.runs.plan import Plan
from core.sessions.kinds import Event
from core.sessions.state import SessionState
from core.sessions.store import ListedSession

PAYLOADS: tuple[Any, ...] = (
    *(ErrorReport, SystemSnapshot, SessionState, ListedSession, *get_args(Event)),
    *(AnnotatedGroup, Match, Diagnosis, Plan, CheckReport),
    *(DataPreview, MappedPreview, PromptPreview, FileStatistics, HubDescription, ProceduralTask, BuiltinDescription),
    *(Suggestion, RewardTest, BenchResult, ModelDescription, ModelAnswer, ProofEntry),
    *(EvaluationRecord, BatchRow, EvaluationRow),
)
"""What the server sends; the shapes inside them follow by themselves."""
WORDS = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null", Any: "any", object: "any"}
HEAD = "// Written by `python -m cli.declarations --write static/js/payloads.d.ts`; a test holds it current.\n"


def declarations() -> str:
    """Every payload and what it is made of, sorted by name."""
    found: dict[str, Any] = {}
    waiting = list(PAYLOADS)
    while waiting:
        shape = waiting.pop()
        if found.setdefault(shape.__name__, shape) is not shape:
            raise ValueError(f"two shapes are called {shape.__name__}")
        inside = [part for hint in _hints(shape).values() for part in _shapes_in(hint)]
        waiting += [part for part in inside if part.__name__ not in found]
    events = f"export type Event = {' | '.join(sorted(event.__name__ for event in get_args(Event)))};\n"
    return "\n".join([HEAD, *(_declared(found[name]) for name in sorted(found)), events])


def _declared(shape: Any) -> str:
    text = " ".join((shape.__doc__ or "").split("\n\n")[0].split())
    lines = [f"/** {text} */", f"export interface {shape.__name__} {{"]
    for name, hint in _hints(shape).items():
        is_optional = get_origin(hint) is NotRequired or name in getattr(shape, "__optional_keys__", ())
        lines.append(f"  {name}{'?' if is_optional else ''}: {_typescript(hint)};")
    return "\n".join([*lines, "}", ""])


def _hints(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape, include_extras=True)


def _shapes_in(hint: Any) -> Iterator[Any]:
    """The named shapes that a type is made of."""
    if is_typeddict(hint) or is_dataclass(hint):
        yield hint
        return
    for part in hint.__metadata__ if get_origin(hint) is Annotated else get_args(hint):
        yield from _shapes_in(part)


def _typescript(hint: Any) -> str:
    """A type of Python, as its values are in JSON."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is NotRequired:
        return _typescript(parts[0])
    if origin is Annotated:
        return _typescript(hint.__metadata__[0])
    if origin is Literal:
        return " | ".join(f'"{part}"' for part in parts)
    if origin in (Union, types.UnionType):
        return " | ".join(_typescript(part) for part in parts)
    if origin in (dict, Mapping):
        return f"Record<string, {_typescript(parts[1])}>"
    if origin in (list, tuple, Sequence):
        inner = _typescript(parts[0])
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    return WORDS.get(hint) or hint.__name__


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the declarations, or write them into a file."""
    parser = argparse.ArgumentParser(prog="python -m cli.declarations", description="Payloads for TypeScript.")
    parser.add_argument("--write", type=Path, help="replace this file")
    file = parser.parse_args(arguments).write
    if file is None:
        sys.stdout.write(declarations())
    else:
        write_text(file, declarations())
    return 0


if __name__ == "__main__":
    sys.exit(main())
