"""Devices: gives each run a device, keeps the waiting runs in order, and clears a GPU that a run needs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from typing_extensions import TypedDict

from core.errors import DeviceTaken, Unavailable
from core.hardware import Hardware
from services.publish import Publish

CPU = "cpu"
Start = Callable[[str], None]
"""Starts a run on the device it got, such as cuda:0."""


class QueueState(TypedDict):
    """The payload of queue_update: the run on each device, and the waiting runs in order."""

    running: dict[str, str | None]
    waiting: list[str]


@dataclass(frozen=True)
class _Waiting:
    """A run that waits for `device`, or for any device when that is None."""

    session_id: str
    device: str | None
    start: Start


class Devices:
    """The devices of one server: each trains one run, and the other runs wait in the order they came.

    A model may answer on a GPU that no run holds; it is unloaded when a run takes that GPU.

    Args:
        hardware: The GPUs; without a GPU the CPU counts as one device.
        publish: Called with ("queue", QueueState) after every change.
    """

    def __init__(self, hardware: Hardware, publish: Publish):
        self.hardware = hardware
        self._publish = publish
        self._lock = threading.Lock()
        self._holders: dict[str, str | None] = dict.fromkeys(hardware.devices)
        self._waiting: list[_Waiting] = []
        self._leavers: list[Callable[[str, str], None]] = []

    def enter(self, session_id: str, device: str | None, start: Start) -> None:
        """Queue a run for `device`, or for any device when None, and start the runs that have one.

        `start` is called without the lock, because it may take long and may ask this object.
        """
        with self._lock:
            self._waiting.append(_Waiting(session_id, device, start))
        self._start_next()

    def hold(self, session_id: str, device: str) -> None:
        """Give a device to a run that an earlier server started on it."""
        with self._lock:
            self._holders[device] = session_id
        self._publish("queue", self.snapshot())

    def withdraw(self, session_id: str) -> bool:
        """Take a run out of the queue; false when it was not waiting."""
        with self._lock:
            before = len(self._waiting)
            self._waiting = [entry for entry in self._waiting if entry.session_id != session_id]
            is_withdrawn = len(self._waiting) < before
        if is_withdrawn:
            self._publish("queue", self.snapshot())
        return is_withdrawn

    def release(self, session_id: str) -> None:
        """Free the device that a run held and start the next."""
        with self._lock:
            for device, holder in self._holders.items():
                if holder == session_id:
                    self._holders[device] = None
        self._start_next()

    def snapshot(self) -> QueueState:
        """The run on each device, and the waiting runs."""
        with self._lock:
            return {"running": dict(self._holders), "waiting": [entry.session_id for entry in self._waiting]}

    def when_taken(self, leave: Callable[[str, str], None]) -> None:
        """Register `leave(device, session_id)`, which frees a device; it is called before a run starts on it."""
        self._leavers.append(leave)

    def clear(self, device: str, session_id: str) -> None:
        """Free a device of everything else, for the run that holds it."""
        for leave in self._leavers:
            leave(device, session_id)

    def runs_on_gpus(self) -> list[str]:
        """The runs that train on a GPU now."""
        running = self.snapshot()["running"]
        return sorted({run for device, run in running.items() if run and device != CPU})

    def for_answers(self, current: str | None) -> str:
        """The GPU on which a model may answer, `current` if that is free; the CPU on a machine without a GPU.

        Raises:
            Unavailable: torch can't use the GPU; the message says why.
            DeviceTaken: Runs train on all GPUs.
        """
        problem = self.hardware.problem
        if problem is not None:
            raise Unavailable(problem.cause, f"{problem.cure} Or choose the CPU for this model.")
        if not self.hardware.has_cuda:
            return CPU
        held = self.snapshot()["running"]
        free = {f"cuda:{gpu.index}": gpu for gpu in self.hardware.gpus if held.get(f"cuda:{gpu.index}") is None}
        if not free:
            holder = next(run for run in held.values() if run)
            raise DeviceTaken(f"The run {holder} trains on the GPU.", "Wait for it, stop it, or answer on the CPU.")
        return current if current in free else max(free, key=lambda device: free[device].memory_gib)

    def _start_next(self) -> None:
        for entry, device in self._placed():
            entry.start(device)
        self._publish("queue", self.snapshot())

    def _placed(self) -> list[tuple[_Waiting, str]]:
        """Take the runs that have a free device out of the queue, and mark the device as held."""
        placed = []
        with self._lock:
            for entry in list(self._waiting):
                free = [d for d, holder in self._holders.items() if holder is None and entry.device in (None, d)]
                if free:
                    self._waiting.remove(entry)
                    self._holders[free[0]] = entry.session_id
                    placed.append((entry, free[0]))
        return placed
