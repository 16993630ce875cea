"""The parts of a built-in set: description, parameters, and the drawing of different questions."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass

from core.data.row import RawRow
from core.errors import InvalidInput

FIELD = "dataset.parameters"
MAX_SIZE = 10_000


@dataclass(frozen=True)
class GeneratorParameter:
    """One value a user may set on a built-in set; a keyword argument of its generator.

    Attributes:
        name: The keyword.
        default: Its default, which has the required type; None if another parameter gives the value.
        summary: Its effect, for the form.
    """

    name: str
    default: int | str | None
    summary: str
    minimum: int | None = None
    maximum: int | None = None

    def check(self, value: object) -> None:
        """Refuse a value of the wrong type or out of bounds.

        Raises:
            InvalidInput: With the bounds in it.
        """
        if isinstance(self.default, str):
            fits, wanted = isinstance(value, str), "text"
        else:
            fits = value is None if self.default is None and value is None else self._holds(value)
            wanted = f"a whole number from {self.minimum} to {self.maximum}"
        if not fits:
            raise refused(f"{self.name} takes {wanted}, not {value!r}")

    def _holds(self, value: object) -> bool:
        if not isinstance(value, int) or isinstance(value, bool) or self.minimum is None or self.maximum is None:
            return False
        return self.minimum <= value <= self.maximum


DEFAULT_SIZE = 3000


def as_many_as_asked(size: int = DEFAULT_SIZE, **others: object) -> int:
    """The rows of a set that makes `size` of them."""
    return size


@dataclass(frozen=True)
class BuiltinSet:
    """One built-in set as the catalogue shows it.

    Attributes:
        summary: Its questions in one sentence.
        generator: Makes its rows from its parameters, lazily.
        count: The number of rows of the generator, from the same parameters, without making them.
    """

    title: str
    summary: str
    generator: Callable[..., Iterator[RawRow]]
    parameters: tuple[GeneratorParameter, ...]
    preset: str = "exact-match"
    template: str = "solution-only"
    count: Callable[..., int] = as_many_as_asked


@dataclass(frozen=True)
class Question:
    """One question; `key` identifies it apart from its wording, so that a set has it only once."""

    key: Hashable
    instruction: str
    response: str
    reasoning: str


Kind = Callable[[random.Random, int], Question]
"""(source of chance, level 1 to 3) -> a question. Each kind has over MAX_SIZE different questions on every level."""


def question_parameters(kinds: Mapping[str, Kind]) -> tuple[GeneratorParameter, ...]:
    """The parameters every set made by `question_rows` takes."""
    return (
        GeneratorParameter("size", DEFAULT_SIZE, "How many questions.", 1, MAX_SIZE),
        GeneratorParameter("seed", 0, "Another seed gives other questions.", 0, 2**32 - 1),
        GeneratorParameter("kinds", "all", f"all, or some of: {', '.join(kinds)}."),
        GeneratorParameter("hardest", 3, "The highest level: 1 is easy, 3 is hard; levels are mixed evenly.", 1, 3),
    )


def question_rows(table: Mapping[str, Kind], size: int, seed: int, kinds: str, hardest: int) -> Iterator[RawRow]:
    """`size` different questions of the chosen kinds in turn, levels mixed, the same for the same arguments.

    Returns:
        Rows of instruction, response, reasoning (how to find the answer), kind and level, made as they are read.
    Raises:
        InvalidInput: `kinds` names one there is not.
    """
    chosen = list(table) if kinds.strip() == "all" else kinds.replace(",", " ").split()
    unknown = [kind for kind in chosen if kind not in table]
    if unknown or not chosen:
        raise refused(f"kinds takes all, or some of {', '.join(table)}, not {kinds!r}")
    return _drawn(table, list(dict.fromkeys(chosen)), size, random.Random(seed), hardest)


def _drawn(
    table: Mapping[str, Kind], chosen: list[str], size: int, rng: random.Random, hardest: int
) -> Iterator[RawRow]:
    seen: set[Hashable] = set()
    while len(seen) < size:
        kind, level = chosen[len(seen) % len(chosen)], rng.randint(1, hardest)
        question = table[kind](rng, level)
        if (kind, question.key) in seen:
            continue
        seen.add((kind, question.key))
        yield {
            "instruction": question.instruction,
            "response": question.response,
            "reasoning": question.reasoning,
            "kind": kind,
            "level": level,
        }


def refused(problem: str) -> InvalidInput:
    """The error for parameters a set can't use."""
    return InvalidInput(f"{FIELD}: {problem}.", "Correct it.", {FIELD: problem})
