"""Which session holds which device, and which wait for one, in the order they came."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence


class RunQueue:
    """One run per device; the rest wait. `start` is called outside the lock with (session_id, device).

    Args:
        devices: Device names, such as cuda:0; without a GPU the CPU counts as one.
        start: Starts a run on the device it got.
        changed: Called after every change.
    """

    def __init__(self, devices: Sequence[str], start: Callable[[str, str], None], changed: Callable[[], None]):
        self._lock = threading.Lock()
        self._holders: dict[str, str | None] = dict.fromkeys(devices)
        self._waiting: list[tuple[str, str | None]] = []
        self._start = start
        self._changed = changed

    def enter(self, session_id: str, device: str | None) -> None:
        """Queue a session for `device`, or for any when null, and start what can be started."""
        with self._lock:
            self._waiting.append((session_id, device))
        self._place()

    def hold(self, session_id: str, device: str) -> None:
        """Note that a session found running holds a device."""
        with self._lock:
            self._holders[device] = session_id
        self._changed()

    def withdraw(self, session_id: str) -> bool:
        """Take a waiting session out; whether it was waiting."""
        with self._lock:
            before = len(self._waiting)
            self._waiting = [entry for entry in self._waiting if entry[0] != session_id]
            withdrawn = len(self._waiting) < before
        if withdrawn:
            self._changed()
        return withdrawn

    def release(self, session_id: str) -> None:
        """Free the device a session held and start the next."""
        with self._lock:
            for device, holder in self._holders.items():
                if holder == session_id:
                    self._holders[device] = None
        self._place()

    def snapshot(self) -> dict:
        """The payload of queue_update."""
        with self._lock:
            return {"running": dict(self._holders), "waiting": [session_id for session_id, _ in self._waiting]}

    def _place(self) -> None:
        for session_id, device in self._take():
            self._start(session_id, device)
        self._changed()

    def _take(self) -> list[tuple[str, str]]:
        placed = []
        with self._lock:
            for entry in list(self._waiting):
                session_id, wanted = entry
                free = [d for d, holder in self._holders.items() if holder is None and wanted in (None, d)]
                if free:
                    self._waiting.remove(entry)
                    self._holders[free[0]] = session_id
                    placed.append((session_id, free[0]))
        return placed
