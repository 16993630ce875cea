"""One thread that samples the machine and publishes system_update."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.hardware import system_snapshot

LOG = logging.getLogger(__name__)
SAMPLE_PERIOD_S = 2.0
"""How often the system monitor publishes a system_update."""


class SystemMonitor:
    """Keeps the latest sample for REST and publishes each one.

    Args:
        folder: Whose disk's free space is told.
        gpu_problem: Why torch can't use the GPU, told with every sample; None where it can, or where there is none.
        publish: Called with ("system", sample).
    """

    def __init__(self, folder: Path, gpu_problem: str | None, publish: Callable[[str, Any], None]):
        self._folder = folder
        self._gpu_problem = gpu_problem
        self._publish = publish
        self._stopping = threading.Event()
        self.latest = self._look()

    def start(self) -> None:
        """Begin to sample."""
        threading.Thread(target=self._sample, name="system-monitor", daemon=True).start()

    def stop(self) -> None:
        """End the thread at its next round."""
        self._stopping.set()

    def _look(self) -> dict:
        return {**system_snapshot(self._folder), "gpu_problem": self._gpu_problem}

    def _sample(self) -> None:
        while not self._stopping.wait(SAMPLE_PERIOD_S):
            try:
                self.latest = self._look()
            except OSError:
                LOG.exception("The machine could not be sampled")
                continue
            self._publish("system", self.latest)
