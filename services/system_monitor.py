"""SystemMonitor: one thread samples the machine and publishes each sample."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from core.hardware import SystemSnapshot, system_snapshot
from services.publish import Publish

LOG = logging.getLogger(__name__)
SAMPLE_PERIOD_S = 2.0
"""How often the system monitor publishes a system_update."""


class SystemSample(SystemSnapshot):
    """The machine now; `gpu_problem` says why torch can't use the GPU, null where it can or where there is no GPU."""

    gpu_problem: str | None


class SystemMonitor:
    """Keeps the latest sample for REST and publishes each one.

    Args:
        folder: A folder on the disk whose free space is sampled.
        gpu_problem: See SystemSample.
        publish: Called with ("system", SystemSample).
    """

    def __init__(self, folder: Path, gpu_problem: str | None, publish: Publish):
        self._folder = folder
        self._gpu_problem = gpu_problem
        self._publish = publish
        self._stopping = threading.Event()
        self.latest = self._look()

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._sample, name="system-monitor", daemon=True).start()

    def stop(self) -> None:
        """End the thread at its next sample."""
        self._stopping.set()

    def _look(self) -> SystemSample:
        return {**system_snapshot(self._folder), "gpu_problem": self._gpu_problem}

    def _sample(self) -> None:
        while not self._stopping.wait(SAMPLE_PERIOD_S):
            try:
                self.latest = self._look()
            except OSError:
                LOG.exception("The machine could not be sampled")
                continue
            self._publish("system", self.latest)
