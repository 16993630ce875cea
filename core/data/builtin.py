"""Built-in data sets, made by our own generators from a seed; no file, no download."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from core.errors import InvalidInput

OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "x": lambda a, b: a * b,
}
MAX_LARGEST = 999


def arithmetic(
    operations: str = "+", smallest: int = 1, largest: int = 49, second_largest: int | None = None
) -> Iterator[dict]:
    """Every question "What is a + b?" with smallest <= b <= a <= largest and b <= second_largest, once.

    a + b and b + a count as one question and appear in one order only, so that a held-out question is never a
    training question turned round. Differences are never negative.
    """
    _check(str(operations), smallest, largest)
    limit = largest if second_largest is None else second_largest
    return _arithmetic(str(operations), smallest, largest, limit)


def _arithmetic(operations: str, smallest: int, largest: int, limit: int) -> Iterator[dict]:
    order = random.Random(0)
    for symbol in dict.fromkeys(operations):
        for a in range(smallest, largest + 1):
            for b in range(smallest, min(a, limit) + 1):
                first, second = (a, b) if symbol == "-" or order.random() < 0.5 else (b, a)
                answer = OPERATIONS[symbol](first, second)
                yield {"instruction": f"What is {first} {symbol} {second}?", "response": str(answer)}


def _check(operations: str, smallest: int, largest: int) -> None:
    field = "dataset.parameters"
    unknown = [c for c in operations if c not in OPERATIONS]
    if unknown or not operations:
        problem = f"operations may hold {' '.join(OPERATIONS)}, not {operations!r}"
        raise InvalidInput(f"{field}: {problem}.", 'Such as {"operations": "+x"}.', {field: problem})
    if not 0 <= smallest < largest <= MAX_LARGEST:
        problem = f"needs 0 <= smallest < largest <= {MAX_LARGEST}, not {smallest} and {largest}"
        raise InvalidInput(f"{field}: {problem}.", "Correct the two numbers.", {field: problem})


BUILTIN: dict[str, Callable[..., Iterator[dict]]] = {"arithmetic": arithmetic}


def builtin_rows(name: str, parameters: dict) -> Iterator[dict]:
    """The rows of a built-in set, made as they are read, columns instruction and response.

    Raises:
        InvalidInput: There is no such set, or a parameter it does not take.
    """
    generator = BUILTIN.get(name)
    if generator is None:
        problem = f"there is no built-in set {name!r}; there are: {', '.join(BUILTIN)}"
        raise InvalidInput(f"dataset.source: {problem}.", "Choose one of them.", {"dataset.source": problem})
    try:
        return generator(**parameters)
    except TypeError as error:
        problem = f"{name} can't use these parameters: {error}"
        raise InvalidInput(
            f"dataset.parameters: {problem}.", "Correct them.", {"dataset.parameters": problem}
        ) from error
