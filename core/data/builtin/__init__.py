"""The built-in sets, made by our own generators from a seed; no file, no download."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from typing_extensions import TypedDict

from core.data.builtin.arithmetic import ARITHMETIC, arithmetic
from core.data.builtin.base import BuiltinSet, GeneratorParameter, refused
from core.data.builtin.dates import DATES
from core.data.builtin.logic import LOGIC
from core.data.builtin.strings import STRINGS
from core.data.builtin.units import UNITS
from core.data.row import RawRow
from core.errors import InvalidInput
from core.jsonfile import JsonObject

__all__ = ["BUILTIN", "BuiltinSet", "GeneratorParameter", "arithmetic", "builtin_count", "builtin_rows", "builtin_sets"]

BUILTIN: dict[str, BuiltinSet] = {
    "arithmetic": ARITHMETIC,
    "dates": DATES,
    "strings": STRINGS,
    "units": UNITS,
    "logic": LOGIC,
}
"""Name -> set."""


class BuiltinDescription(TypedDict):
    """A built-in set as the catalogue shows it; see BuiltinSet."""

    name: str
    title: str
    summary: str
    preset: str
    template: str
    parameters: list[Annotated[JsonObject, GeneratorParameter]]


def builtin_rows(name: str, parameters: JsonObject) -> Iterator[RawRow]:
    """The rows of a built-in set, made lazily, with at least the columns instruction and response.

    Raises:
        InvalidInput: There is no such set, or a parameter it can't use.
    """
    if name not in BUILTIN:
        problem = f"there is no built-in set {name!r}; there are: {', '.join(BUILTIN)}"
        raise InvalidInput(f"dataset.source: {problem}.", "Choose one of them.", {"dataset.source": problem})
    known = {parameter.name: parameter for parameter in BUILTIN[name].parameters}
    for key, value in parameters.items():
        if key not in known:
            raise refused(f"{name} takes no {key!r}; it takes {', '.join(known)}")
        known[key].check(value)
    return BUILTIN[name].generator(**parameters)


def builtin_count(name: str, parameters: JsonObject) -> int:
    """How many rows `builtin_rows` gives; none is made.

    Raises:
        InvalidInput: As `builtin_rows`.
    """
    builtin_rows(name, parameters)
    return BUILTIN[name].count(**parameters)


def builtin_sets() -> list[BuiltinDescription]:
    """The catalogue of built-in sets, ready for JSON; makes no rows."""
    return [
        {
            "name": name,
            "title": kept.title,
            "summary": kept.summary,
            "preset": kept.preset,
            "template": kept.template,
            "parameters": [vars(parameter) for parameter in kept.parameters],
        }
        for name, kept in BUILTIN.items()
    ]
