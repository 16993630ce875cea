"""What the machine has and how busy it is, through pynvml and psutil; never through torch."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil

GIB = 1024**3


@dataclass(frozen=True)
class Gpu:
    """One CUDA GPU: its index, its name and its memory in GiB."""

    index: int
    name: str
    memory_gib: float


@dataclass(frozen=True)
class Hardware:
    """What a run can be placed on."""

    gpus: tuple[Gpu, ...] = ()

    @property
    def has_cuda(self) -> bool:
        """Whether at least one NVIDIA GPU answers."""
        return bool(self.gpus)

    @property
    def largest(self) -> Gpu | None:
        """The GPU with the most memory; None where there is none."""
        return max(self.gpus, key=lambda gpu: gpu.memory_gib, default=None)

    @property
    def devices(self) -> tuple[str, ...]:
        """The devices runs queue for; without a GPU the CPU counts as one."""
        return tuple(f"cuda:{gpu.index}" for gpu in self.gpus) or ("cpu",)


def detect_hardware() -> Hardware:
    """The GPUs of this machine as the driver reports them; none when there is no driver."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return Hardware()
    gpus = []
    for index in range(pynvml.nvmlDeviceGetCount()):
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        gpus.append(Gpu(index, str(pynvml.nvmlDeviceGetName(handle)), memory.total / GIB))
    return Hardware(tuple(gpus))


def memory_gib() -> float:
    """All main memory of this machine, in GiB."""
    return psutil.virtual_memory().total / GIB


def physical_cores() -> int:
    """Physical cores this process may use, at least 1.

    A busy neighbour on one of the cores makes spinning threads ten times slower, so workers never use more threads.
    """
    usable = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else psutil.cpu_count()
    return max(1, min(psutil.cpu_count(logical=False) or 1, usable or 1))


def gpu_snapshot(index: int = 0) -> dict:
    """Name, memory (GiB), utilisation (percent) and temperature (Celsius) of one GPU; what can't be read is null."""
    import pynvml

    readings = dict.fromkeys(("gpu_name", "gpu_memory", "gpu_memory_total", "gpu_utilization", "gpu_temperature"))
    try:
        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        readings["gpu_name"] = str(pynvml.nvmlDeviceGetName(handle))
        readings |= {"gpu_memory": memory.used / GIB, "gpu_memory_total": memory.total / GIB}
        readings["gpu_temperature"] = pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU)
        readings["gpu_utilization"] = pynvml.nvmlDeviceGetUtilizationRates(handle).gpu
    except pynvml.NVMLError:  # no card, or one that does not tell this under virtualisation
        return readings
    return readings


def system_snapshot(folder: Path) -> dict:
    """The payload of system_update: the GPU's values, CPU percent, RAM and the free disk at `folder`, in GiB."""
    memory = psutil.virtual_memory()
    return {
        **gpu_snapshot(),
        "cpu_percent": psutil.cpu_percent(),
        "ram": memory.used / GIB,
        "ram_total": memory.total / GIB,
        "disk_free": shutil.disk_usage(folder).free / GIB,
    }
