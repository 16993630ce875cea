"""How far the weights of a model are read, by transformers' own progress bar."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

WEIGHTS = "Loading weights"
"""What transformers calls that bar."""
PERIOD_S = 0.5


@contextmanager
def reporting(report: Callable[[float], None]) -> Iterator[None]:
    """A context in which `report` is called with the fraction that is read, every half second."""
    from transformers.utils import logging

    def bar(make: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        made = make(*arguments, **named)
        return _Reporting(made, len(arguments[0]), report) if named.get("desc") == WEIGHTS else made

    before = logging.set_tqdm_hook(bar)
    try:
        yield
    finally:
        logging.set_tqdm_hook(before)


class _Reporting:
    """A progress bar over weights that also reports."""

    def __init__(self, bar: Any, count: int, report: Callable[[float], None]):
        self._bar, self._count, self._report = bar, count, report

    def __iter__(self) -> Iterator[Any]:
        latest = time.monotonic()
        for place, weight in enumerate(self._bar):
            yield weight
            if time.monotonic() - latest > PERIOD_S:
                latest = time.monotonic()
                self._report((place + 1) / self._count)
