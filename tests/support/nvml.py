"""A driver that answers as it is told, in place of pynvml."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pynvml

from core.hardware import GIB

TOO_OLD = ("570.86.10", 12080)
"""A driver for CUDA 12.8: its version, and how NVML writes what it runs."""
NEW = ("580.65.06", 13000)


class FakeNvml:
    """The part of pynvml that core/hardware.py uses.

    Args:
        cards: Name and memory in GiB of each GPU.
        driver: Its version and the CUDA version it runs.
        failing: Names of functions that fail, as all of them do where the driver has gone.
        free_gib: Memory that no program holds, of each card.
        failure: NVML's number for how they fail.
    """

    NVMLError = pynvml.NVMLError
    NVML_TEMPERATURE_GPU = pynvml.NVML_TEMPERATURE_GPU

    def __init__(
        self,
        cards: tuple[tuple[str, float], ...] = (("NVIDIA GeForce RTX 4090", 24.0),),
        driver: tuple[str, int] = NEW,
        failing: tuple[str, ...] = (),
        free_gib: float = 20.0,
        failure: int = pynvml.NVML_ERROR_GPU_IS_LOST,
    ):
        self._answers: dict[str, Any] = {
            "nvmlInit": lambda: None,
            "nvmlDeviceGetCount": lambda: len(cards),
            "nvmlDeviceGetHandleByIndex": lambda index: index,
            "nvmlDeviceGetName": lambda handle: cards[handle][0],
            "nvmlDeviceGetMemoryInfo": lambda handle: SimpleNamespace(
                total=cards[handle][1] * GIB, free=free_gib * GIB, used=(cards[handle][1] - free_gib) * GIB
            ),
            "nvmlDeviceGetTemperature": lambda handle, sensor: 60,
            "nvmlDeviceGetUtilizationRates": lambda handle: SimpleNamespace(gpu=42),
            "nvmlSystemGetDriverVersion": lambda: driver[0],
            "nvmlSystemGetCudaDriverVersion_v2": lambda: driver[1],
        }
        self._failing, self._failure = failing, failure

    def __getattr__(self, name: str) -> Any:
        if name in self._failing:
            return self._fail
        return self._answers[name]

    def _fail(self, *_: object) -> None:
        raise pynvml.NVMLError(self._failure)


FUNCTIONS = (
    *("nvmlInit", "nvmlDeviceGetCount", "nvmlDeviceGetHandleByIndex", "nvmlDeviceGetName", "nvmlDeviceGetMemoryInfo"),
    *("nvmlDeviceGetTemperature", "nvmlDeviceGetUtilizationRates", "nvmlSystemGetDriverVersion"),
    "nvmlSystemGetCudaDriverVersion_v2",
)
"""Everything that can be asked."""
