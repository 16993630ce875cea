"""The arithmetic set: every question "What is a + b?" or "Which is larger, a or b?" within bounds, once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from core.data.builtin.base import BuiltinSet, GeneratorParameter, refused
from core.data.row import RawRow

OPERATIONS: dict[str, tuple[str, Callable[[int, int], int]]] = {
    "+": ("What is {} + {}?", lambda a, b: a + b),
    "-": ("What is {} - {}?", lambda a, b: a - b),
    "x": ("What is {} x {}?", lambda a, b: a * b),
    ">": ("Which is larger, {} or {}?", max),
}
"""Symbol -> the question, and the answer to it."""
MAX_LARGEST = 999


def arithmetic(
    operations: str = "+", smallest: int = 1, largest: int = 49, second_largest: int | None = None
) -> Iterator[RawRow]:
    """Every question "What is a + b?" with smallest <= b <= a <= largest and b <= second_largest, once.

    a + b and b + a count as one question and appear in one order only, so that no held-out question is a reversed
    training question. Differences are never negative.

    Raises:
        InvalidInput: An unknown operation, or a lower bound above its upper bound.
    """
    unknown = [symbol for symbol in operations if symbol not in OPERATIONS]
    if unknown or not operations:
        raise refused(f"operations may hold {' '.join(OPERATIONS)}, not {operations!r}")
    if not 0 <= smallest < largest <= MAX_LARGEST:
        raise refused(f"needs 0 <= smallest < largest <= {MAX_LARGEST}, not {smallest} and {largest}")
    return _arithmetic(operations, smallest, largest, largest if second_largest is None else second_largest)


def _arithmetic(operations: str, smallest: int, largest: int, limit: int) -> Iterator[RawRow]:
    order = random.Random(0)
    for symbol in dict.fromkeys(operations):
        question, answer = OPERATIONS[symbol]
        for a in range(smallest, largest + 1):
            for b in range(smallest, _last(symbol, a, limit) + 1):
                first, second = (a, b) if symbol == "-" or order.random() < 0.5 else (b, a)
                yield {"instruction": question.format(first, second), "response": str(answer(first, second))}


def _last(symbol: str, a: int, limit: int) -> int:
    """The greatest second number; of two equal ones none is larger."""
    return min(a - 1 if symbol == ">" else a, limit)


def count(operations: str = "+", smallest: int = 1, largest: int = 49, second_largest: int | None = None) -> int:
    """How many questions `arithmetic` asks."""
    limit = largest if second_largest is None else second_largest
    firsts = range(smallest, largest + 1)
    return sum(max(0, _last(symbol, a, limit) - smallest + 1) for symbol in dict.fromkeys(operations) for a in firsts)


ARITHMETIC = BuiltinSet(
    title="Arithmetic",
    summary="Sums, differences and products of two whole numbers, or the larger one; each pair once.",
    generator=arithmetic,
    count=count,
    parameters=(
        GeneratorParameter("operations", "+", "Any of + - x >, such as +x; > asks which is larger."),
        GeneratorParameter("smallest", 1, "The least number.", 0, MAX_LARGEST - 1),
        GeneratorParameter("largest", 49, "The greatest number.", 1, MAX_LARGEST),
        GeneratorParameter(
            "second_largest", None, "The greatest second number; as `largest` when null.", 0, MAX_LARGEST
        ),
    ),
)
