"""Devices: which run holds which device, which runs wait, and what leaves a GPU that a run needs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from core.errors import DeviceTaken, Unavailable
from core.hardware import Hardware
from services.publish import Publish

CPU = "cpu"
Start = Callable[[str], None]
"""Starts a run on the device it got, such as cuda:0."""


class QueueState(TypedDict):
    """The payload of queue_update: device -> the run that holds it, and the runs that wait, in their order."""

    running: dict[str, str | None]
    waiting: list[str]


@dataclass(frozen=True)
class _Waiting:
    """A run that waits for `device`, or for any where that is None."""

    session_id: str
    device: str | None
    start: Start


class Devices:
    """The devices of one server: one run trains on each, the rest wait in the order they came.

    A model that answers questions may stand on a GPU that no run holds; it leaves when a run takes that GPU.

    Args:
        hardware: What there is; without a GPU the CPU counts as one device.
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
        """Queue a run for `device`, or for any when None, and start what can be started; `start` is called unlocked."""
        with self._lock:
            self._waiting.append(_Waiting(session_id, device, start))
        self._place()

    def hold(self, session_id: str, device: str) -> None:
        """Note that a run found at boot holds a device."""
        with self._lock:
            self._holders[device] = session_id
        self._publish("queue", self.snapshot())

    def withdraw(self, session_id: str) -> bool:
        """Take a waiting run out; whether it was waiting."""
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
        self._place()

    def snapshot(self) -> QueueState:
        """Who holds what, and who waits."""
        with self._lock:
            return {"running": dict(self._holders), "waiting": [entry.session_id for entry in self._waiting]}

    def when_taken(self, leave: Callable[[str, str], None]) -> None:
        """Have `leave(device, session_id)` called before a run starts on a device; it returns when it has left."""
        self._leavers.append(leave)

    def clear(self, device: str, session_id: str) -> None:
        """Have whatever else stands on a device leave it for a run that holds it."""
        for leave in self._leavers:
            leave(device, session_id)

    def runs_on_gpus(self) -> list[str]:
        """The runs that train on a GPU at the moment."""
        running = self.snapshot()["running"]
        return sorted({run for device, run in running.items() if run and device != CPU})

    def for_answers(self, current: str | None) -> str:
        """The GPU on which a model may answer, `current` before others; the CPU on a machine without any.

        Raises:
            Unavailable: There is a GPU that can't be used; the message says what is wrong with it.
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

    def _place(self) -> None:
        for entry, device in self._take():
            entry.start(device)
        self._publish("queue", self.snapshot())

    def _take(self) -> list[tuple[_Waiting, str]]:
        placed = []
        with self._lock:
            for entry in list(self._waiting):
                free = [d for d, holder in self._holders.items() if holder is None and entry.device in (None, d)]
                if free:
                    self._waiting.remove(entry)
                    self._holders[free[0]] = entry.session_id
                    placed.append((entry, free[0]))
        return placed
