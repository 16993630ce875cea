"""The arithmetic set: every question "What is a + b?" within bounds, once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from core.data.builtin.base import BuiltinSet, GeneratorParameter, refused
from core.data.row import RawRow

OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "x": lambda a, b: a * b,
}
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
        for a in range(smallest, largest + 1):
            for b in range(smallest, min(a, limit) + 1):
                first, second = (a, b) if symbol == "-" or order.random() < 0.5 else (b, a)
                answer = OPERATIONS[symbol](first, second)
                yield {"instruction": f"What is {first} {symbol} {second}?", "response": str(answer)}


def count(operations: str = "+", smallest: int = 1, largest: int = 49, second_largest: int | None = None) -> int:
    """How many questions `arithmetic` asks."""
    limit = largest if second_largest is None else second_largest
    pairs = sum(max(0, min(a, limit) - smallest + 1) for a in range(smallest, largest + 1))
    return len(set(operations)) * pairs


ARITHMETIC = BuiltinSet(
    title="Arithmetic",
    summary="Sums, differences and products of two whole numbers, each pair once.",
    generator=arithmetic,
    count=count,
    parameters=(
        GeneratorParameter("operations", "+", "Any of + - x, such as +x."),
        GeneratorParameter("smallest", 1, "The least number.", 0, MAX_LARGEST - 1),
        GeneratorParameter("largest", 49, "The greatest number.", 1, MAX_LARGEST),
        GeneratorParameter(
            "second_largest", None, "The greatest second number; as `largest` when null.", 0, MAX_LARGEST
        ),
    ),
)
