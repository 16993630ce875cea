"""Place: the device of a run, its memory and its engine."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

from core.config import RunConfig
from core.hardware import Gpu, Hardware, memory_gib
from core.runs.phases import Engine


@dataclass(frozen=True)
class Place:
    """One device as a run sees it.

    Attributes:
        engine: trl or unsloth.
        device: Its name for people.
        available_gib: All its memory.
        gpu: The GPU; None for the CPU.
    """

    engine: Engine
    device: str
    available_gib: float
    gpu: Gpu | None = None


@dataclass(frozen=True)
class Machine:
    """The devices for runs.

    Attributes:
        ram_gib: Main memory.
        has_unsloth: Whether the package is installed; the worker takes it wherever there is CUDA.
    """

    hardware: Hardware
    ram_gib: float
    has_unsloth: bool = False

    @property
    def largest(self) -> Place:
        """The GPU with the most memory, or the CPU where there is none."""
        return self._place(self.hardware.largest)

    def place_of(self, config: RunConfig) -> Place:
        """The GPU that a run asks for, else the largest, else the CPU."""
        wanted = config.resources.gpus or ()
        chosen = next((gpu for gpu in self.hardware.gpus if gpu.index in wanted), self.hardware.largest)
        return self._place(chosen)

    def _place(self, gpu: Gpu | None) -> Place:
        if gpu is None:
            return Place("cpu", "CPU", self.ram_gib)
        return Place("unsloth" if self.has_unsloth else "trl", gpu.name, gpu.memory_gib, gpu)


def machine_with(hardware: Hardware) -> Machine:
    """This machine with the given GPUs: its main memory and its packages are looked up, nothing is imported."""
    return Machine(hardware, memory_gib(), importlib.util.find_spec("unsloth") is not None)
