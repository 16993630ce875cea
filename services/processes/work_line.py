"""WorkLine: does items of work one at a time, in the order they came, in a thread that runs while there are any."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class WorkLine(Generic[Item]):
    """The waiting items, and the thread that works on them.

    Args:
        name: The thread's name.
        work: Does one item; it raises nothing, because the next items would then wait for ever.
    """

    def __init__(self, name: str, work: Callable[[Item], None]):
        self._name = name
        self._work = work
        self._waiting: deque[Item] = deque()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def enter(self, item: Item) -> None:
        """Put an item at the end of the line."""
        with self._lock:
            self._waiting.append(item)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work_off, name=self._name, daemon=True)
                self._thread.start()

    def withdraw(self, item: Item) -> bool:
        """Take an item out of the line; false when it was not waiting."""
        with self._lock:
            is_waiting = item in self._waiting
            if is_waiting:
                self._waiting.remove(item)
        return is_waiting

    def _work_off(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                item = self._waiting.popleft()
            self._work(item)
