"""Procedural data sets: the tasks of reasoning-gym as rows, and the entry each row carries for the task's verifier."""

from __future__ import annotations

import importlib.util
import json
import sys
import typing
import warnings
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from datetime import date, time
from difflib import get_close_matches
from enum import Enum
from functools import lru_cache
from types import ModuleType
from typing import Any

from typing_extensions import NotRequired, TypedDict

from core.data.row import RawRow
from core.errors import InvalidInput, Unavailable
from core.jsonfile import JsonObject

MAX_SIZE = 1_000_000
SOLVER = "pycosat"
DEFAULTS = {"size": 1000, "seed": 42}
UNSETTABLE = ("board_format_opts", "datasets", "data_file")
"""Settings that no row may choose: objects, and the name of a file to read."""
CLOSED = ("operators", "operations")
"""Settings whose items may only be those of the default: rows are made by evaluating them."""
HASH_ORDER = (
    "The questions follow Python's hash order, so a seed repeats them only under the same PYTHONHASHSEED; "
    "each row is still scored correctly anywhere."
)
NOTES = {
    "boxnet": "Has no sample answer, so it can be trained and scored but not warmed up on.",
    "rush_hour": "Has no sample answer, so it can be trained and scored but not warmed up on.",
    "codeio": "Some of its programs draw random numbers of their own, so a seed does not repeat every row.",
    "futoshiki": "Slow to make: 0.2 to 0.4 seconds a row.",
    "knight_swap": "Slow to make: about 0.2 seconds a row. " + HASH_ORDER,
    "isomorphic_strings": HASH_ORDER,
    "polynomial_multiplication": HASH_ORDER,
    "ransom_note": HASH_ORDER,
    "word_ladder": HASH_ORDER,
    "propositional_logic": "Restating a premise counts as a conclusion.",
}
SAMPLE_ANSWERS = ("possible_answer", "example_correct_answer", "example_answer")


class TaskParameter(TypedDict):
    """A parameter of a task; `choices` are there where only some words are allowed."""

    name: str
    type: str
    default: Any
    choices: NotRequired[list[str]]


class ProceduralTask(TypedDict):
    """A task: its branch of reasoning-gym as `category`, what to know before using it, or empty, as `note`."""

    name: str
    category: str
    note: str
    parameters: list[TaskParameter]


class TaskRow(TypedDict):
    """A row as reasoning-gym makes it; `answer` is null where the task ships none."""

    question: str
    answer: str | None
    metadata: JsonObject


def procedural_names() -> list[ProceduralTask]:
    """Every task, sorted by name, ready for JSON; makes no rows."""
    return [
        {
            "name": name,
            "category": dataset.__module__.split(".")[1],
            "note": NOTES.get(name, ""),
            "parameters": [_described(field) for field in _settable(config)],
        }
        for name, (dataset, config) in sorted(_tasks().items())
    ]


def procedural_rows(name: str, parameters: JsonObject) -> Iterator[RawRow]:
    """The rows of a task, each made when it is read.

    Row i of seed s is row 0 of seed s + i, so neighbouring seeds share most rows.

    Args:
        name: The task, such as "leg_counting".
        parameters: size (rows, 1000), seed (42) and the task's own settings, in the types of JSON.
    Returns:
        Rows of instruction, response (a right answer, empty if the task has none), entry (JSON text that the
        "procedural" reward reads) and task.
    Raises:
        InvalidInput: There is no such task, or it can't use a parameter.
    """
    own = {**DEFAULTS, **parameters}
    for key, least, most in (("size", 1, MAX_SIZE), ("seed", 0, 2**32 - 1)):
        if isinstance(own[key], bool) or not isinstance(own[key], int) or not least <= own[key] <= most:
            raise _refused(f"{key} is a whole number from {least} to {most}, not {own[key]!r}")
    dataset = _dataset(name, own)
    settings = {key: value for key, value in own.items() if key not in DEFAULTS}
    return (_row(name, settings, made) for made in _made(dataset, own["size"]))


@lru_cache(maxsize=64)
def verifier(name: str, settings: str) -> Any:
    """The reasoning-gym data set whose score_answer judges rows made with `settings`, a JSON object; cached.

    Raises:
        InvalidInput: There is no such task, or it can't use a setting.
    """
    return _dataset(name, {**DEFAULTS, "size": 10, **json.loads(settings)})


def packed(value: Any) -> Any:
    """`value` in types that JSON keeps: tuples and keys that are no text are wrapped, numpy scalars become numbers."""
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value):
            return {key: packed(item) for key, item in value.items()}
        return {"__items__": [[packed(key), packed(item)] for key, item in value.items()]}
    if isinstance(value, tuple):
        return {"__tuple__": [packed(item) for item in value]}
    if isinstance(value, list):
        return [packed(item) for item in value]
    return value.item() if hasattr(value, "item") else value


def unpacked(value: Any) -> Any:
    """What `packed` was given."""
    if isinstance(value, list):
        return [unpacked(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"__tuple__"}:
        return tuple(unpacked(item) for item in value["__tuple__"])
    if value.keys() == {"__items__"}:
        return {unpacked(key): unpacked(item) for key, item in value["__items__"]}
    return {key: unpacked(item) for key, item in value.items()}


@lru_cache(maxsize=1)
def _tasks() -> dict[str, tuple[type, type]]:
    """Task -> its data set class and its config class; composite is left out, since it only mixes others.

    Only one task needs pycosat, which has no wheels. If it is not installed, that task is left out, and an empty module
    makes the others importable.
    """
    left_out = {"composite"}
    if importlib.util.find_spec(SOLVER) is None:
        sys.modules[SOLVER] = ModuleType(SOLVER)
        left_out.add("zebra_puzzles")
    try:
        from reasoning_gym.factory import DATASETS
    except ModuleNotFoundError as error:
        message = f"The procedural tasks are not installed ({error.name} is missing)."
        raise Unavailable(message, "Run python launch.py.", {"dataset.source": "is not installed"}) from error
    return {name: classes for name, classes in DATASETS.items() if name not in left_out}


def _made(dataset: Any, size: int) -> Iterator[TaskRow]:
    """The task's own rows, without integrals it could not solve itself: the answer would be the question again."""
    for index in range(size):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = dataset[index]
        if "Integral(" not in (made["answer"] or ""):
            yield made


def _row(name: str, settings: JsonObject, made: TaskRow) -> RawRow:
    kept = {"task": name, "parameters": settings, "answer": made["answer"], "metadata": packed(made["metadata"])}
    return {
        "instruction": made["question"].strip(),
        "response": _sample_answer(made),
        "entry": json.dumps(kept, ensure_ascii=False),
        "task": name,
    }


def _sample_answer(made: TaskRow) -> str:
    if made["answer"] is not None:
        return made["answer"].strip()
    samples = (made["metadata"][key] for key in SAMPLE_ANSWERS if key in made["metadata"])
    sample = next(samples, "")
    return sample if isinstance(sample, str) else json.dumps(sample)


def _dataset(name: str, parameters: JsonObject) -> Any:
    tasks = _tasks()
    if name not in tasks:
        near = get_close_matches(name, tasks, n=3)
        problem = f"there is no procedural task {name!r}"
        hint = f"Perhaps you mean {' or '.join(near)}." if near else "GET /api/datasets/procedural lists them."
        raise InvalidInput(f"dataset.source: {problem}.", hint, {"dataset.source": f"{problem}. {hint}"})
    dataset, config = tasks[name]
    settings = _fitted(name, parameters, {field.name: field for field in _settable(config)})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dataset(config(**settings))
    except (AssertionError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        given = ", ".join(f"{key}={value!r}" for key, value in parameters.items() if key not in DEFAULTS)
        raise _refused(f"{name} can't use {given or 'this size and seed'}: {error}") from error


def _settable(config: type) -> list[Field[Any]]:
    return [field for field in fields(config) if field.name not in UNSETTABLE]


def _fitted(name: str, parameters: JsonObject, known: dict[str, Field[Any]]) -> JsonObject:
    settings = {}
    for key, value in parameters.items():
        if key not in known:
            near = get_close_matches(key, known, n=1) or sorted(known.keys() - DEFAULTS)
            raise _refused(f"{name} takes no {key!r}; it takes {', '.join(near)}")
        try:
            settings[key] = _fit(value, _default(known[key]), _kind(known[key]))
            if key in CLOSED and not set(settings[key]) <= set(_default(known[key])):
                raise _refused(f"{key} of {name} may hold {', '.join(_default(known[key]))}, not {value!r}")
        except (TypeError, ValueError, IndexError) as error:
            wanted = _kind(known[key])
            raise _refused(f"{key} of {name} takes a {wanted}, not {value!r}") from error
    return settings


def _default(field: Field[Any]) -> Any:
    if field.name in DEFAULTS:
        return DEFAULTS[field.name]
    return field.default if field.default_factory is MISSING else field.default_factory()


def _kind(field: Field[Any]) -> str:
    """The type of a field, in the words of a form."""
    default, annotation = _default(field), str(field.type)
    if isinstance(default, Enum) or typing.get_origin(field.type) is typing.Literal:
        return "choice"
    if isinstance(default, (list, tuple)) or "list[" in annotation:
        return "list"
    words = {
        bool: "true or false",
        int: "whole number",
        float: "number",
        str: "text",
        date: "date",
        time: "time of day",
    }
    if isinstance(default, int) and field.type is float:
        return "number"
    inner = [kind for kind in typing.get_args(field.type) if kind is not type(None)]
    return words[inner[0] if default is None else type(default)]


ACCEPTED: dict[str, tuple[type, ...]] = {
    "true or false": (bool,),
    "whole number": (int,),
    "number": (int, float),
    "text": (str,),
    "choice": (str,),
    "list": (list, tuple),
    "date": (str,),
    "time of day": (str,),
}
"""What JSON gives for each kind."""


def _fit(value: Any, default: Any, kind: str) -> Any:
    """`value` as the config class wants it.

    Raises:
        TypeError, ValueError: It is of another kind.
    """
    if not isinstance(value, ACCEPTED[kind]) or (isinstance(value, bool) and kind != "true or false"):
        raise TypeError(kind)
    if isinstance(default, Enum):
        return type(default)(value)
    if isinstance(default, (date, time)) and isinstance(value, str):
        return type(default).fromisoformat(value)
    if kind == "list" and isinstance(value, (list, tuple)):
        first = default[0] if default else None
        items = [type(first)(item) if isinstance(first, (Enum, tuple)) else item for item in value]
        return tuple(items) if isinstance(default, tuple) else items
    return value


def _described(field: Field[Any]) -> TaskParameter:
    default = _default(field)
    described: TaskParameter = {"name": field.name, "type": _kind(field), "default": _plain(default)}
    if isinstance(default, Enum):
        described["choices"] = [member.value for member in type(default)]
    elif described["type"] == "choice":
        described["choices"] = list(typing.get_args(field.type))
    return described


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, time)):
        return value.isoformat()
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _refused(problem: str) -> InvalidInput:
    hint = "Correct it; the catalogue lists the parameters of every task."
    return InvalidInput(f"dataset.parameters: {problem}.", hint, {"dataset.parameters": problem})
