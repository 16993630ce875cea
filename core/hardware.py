"""The hardware of the machine and its load, from pynvml and psutil; never from torch."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from typing_extensions import TypedDict

from core.cuda import Driver, GpuProblem, TorchBuild, driver_problem, gpu_problem, installed_torch

LOG = logging.getLogger(__name__)
GIB = 1024**3
LOST = "it counts a card that no longer answers"


@dataclass(frozen=True)
class Gpu:
    """One CUDA GPU: its index, its name and its memory in GiB."""

    index: int
    name: str
    memory_gib: float


@dataclass(frozen=True)
class Hardware:
    """The devices that a run can use.

    Attributes:
        gpus: The cards that answer.
        problem: Why torch can't use them; the CPU does not replace them then. None if it can.
        lost: The numbers of cards that the driver lists but that do not answer.
    """

    gpus: tuple[Gpu, ...] = ()
    problem: GpuProblem | None = None
    lost: tuple[int, ...] = ()

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


def detect_hardware(nvml: Any = None, torch: TorchBuild | None = None) -> Hardware:
    """The GPUs of this machine as the driver reports them, none when there is no driver; a card that fails is lost.

    A driver that is there and fails is a problem, not a machine without a GPU.

    Args:
        nvml: pynvml or a substitute.
        torch: The torch that workers will import; None for the installed one.
    """
    nvml = nvml or _pynvml()
    broken = _failure(nvml)
    count = _read(nvml, nvml.nvmlDeviceGetCount) or 0
    found = {index: _gpu(nvml, index) for index in range(count)}
    gpus = tuple(gpu for gpu in found.values() if gpu is not None)
    lost = tuple(index for index, gpu in found.items() if gpu is None)
    if not gpus:
        return Hardware((), broken or (driver_problem(LOST) if count else None), lost)
    return Hardware(gpus, gpu_problem(torch or installed_torch(), driver_of(nvml)), lost)


def visible(hardware: Hardware, environment: Mapping[str, str]) -> Hardware:
    """The GPUs that CUDA_VISIBLE_DEVICES leaves, if it names them by number. If it leaves none, the user has chosen the
    CPU, and a problem of the GPU does not matter."""
    devices = environment.get("CUDA_VISIBLE_DEVICES")
    if devices is None or (not devices.replace(",", "").replace("-", "").isdigit() and devices):
        return hardware
    allowed = {int(number) for number in devices.split(",") if number.isdigit()}
    gpus = tuple(gpu for gpu in hardware.gpus if gpu.index in allowed)
    lost = tuple(index for index in hardware.lost if index in allowed)
    return Hardware(gpus, hardware.problem if allowed else None, lost)


def driver_of(nvml: Any = None) -> Driver:
    """The NVIDIA driver, as far as it answers."""
    nvml = nvml or _pynvml()
    version = _read(nvml, nvml.nvmlSystemGetDriverVersion)
    cuda = _read(nvml, nvml.nvmlSystemGetCudaDriverVersion_v2)
    return Driver(version and str(version), f"{cuda // 1000}.{cuda % 1000 // 10}" if cuda else None)


def gpu_room(index: int, nvml: Any = None) -> tuple[float, Gpu] | None:
    """(free memory in GiB, the GPU) of one GPU; None where the driver does not answer."""
    nvml = nvml or _pynvml()
    gpu = _gpu(nvml, index)
    free = _read(nvml, lambda: nvml.nvmlDeviceGetMemoryInfo(nvml.nvmlDeviceGetHandleByIndex(index)).free)
    return None if gpu is None or free is None else (free / GIB, gpu)


def _gpu(nvml: Any, index: int) -> Gpu | None:
    def look() -> Gpu:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        return Gpu(index, str(nvml.nvmlDeviceGetName(handle)), nvml.nvmlDeviceGetMemoryInfo(handle).total / GIB)

    return _read(nvml, look)


def _failure(nvml: Any) -> GpuProblem | None:
    """The problem of a driver that is installed and does not start, for example after an update without a restart."""
    pynvml = _pynvml()
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        is_missing = error.value in (pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, pynvml.NVML_ERROR_DRIVER_NOT_LOADED)
        return None if is_missing else driver_problem(str(error))
    return None


def _pynvml() -> Any:
    import pynvml

    return pynvml


def _read(nvml: Any, ask: Callable[[], Any]) -> Any:
    """The driver's answer; None if there is no driver, it was removed, or it does not know the value."""
    try:
        nvml.nvmlInit()
        return ask()
    except nvml.NVMLError as error:
        LOG.debug("The NVIDIA driver did not answer: %s", error)
        return None


def memory_gib() -> float:
    """All main memory of this machine, in GiB."""
    return psutil.virtual_memory().total / GIB


def physical_cores() -> int:
    """Physical cores this process may use, at least 1.

    A busy neighbour on one of the cores makes spinning threads ten times slower, so workers never use more threads.
    """
    usable = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else psutil.cpu_count()
    return max(1, min(psutil.cpu_count(logical=False) or 1, usable or 1))


class GpuSnapshot(TypedDict):
    """One GPU: memory in GiB, utilisation in percent, temperature in Celsius; what can't be read is null."""

    gpu_name: str | None
    gpu_memory: float | None
    gpu_memory_total: float | None
    gpu_utilization: float | None
    gpu_temperature: float | None


class SystemSnapshot(GpuSnapshot):
    """The machine at a moment: CPU in percent; RAM and the free disk in GiB."""

    cpu_percent: float
    ram: float
    ram_total: float
    disk_free: float


def gpu_snapshot(index: int = 0, nvml: Any = None) -> GpuSnapshot:
    """One GPU now."""
    nvml = nvml or _pynvml()
    handle = _read(nvml, lambda: nvml.nvmlDeviceGetHandleByIndex(index))
    if handle is None:
        unread: Any = dict.fromkeys(GpuSnapshot.__annotations__)
        return unread
    name = _read(nvml, lambda: nvml.nvmlDeviceGetName(handle))
    memory = _read(nvml, lambda: nvml.nvmlDeviceGetMemoryInfo(handle))
    return {
        "gpu_name": name and str(name),
        "gpu_memory": memory and memory.used / GIB,
        "gpu_memory_total": memory and memory.total / GIB,
        "gpu_utilization": _read(nvml, lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu),
        "gpu_temperature": _read(nvml, lambda: nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU)),
    }


class MemoryWatch:
    """Tells whether the system has killed a process for want of memory since this was made."""

    def __init__(self, counters: Path = Path("/proc/vmstat")):
        self._counters = counters
        self._before = self._kills()

    def was_short(self) -> bool | None:
        """None where the system does not count it, as only Linux does."""
        after = self._kills()
        return None if self._before is None or after is None else after > self._before

    def _kills(self) -> int | None:
        try:
            found = re.search(r"^oom_kill (\d+)$", self._counters.read_text(encoding="ascii"), re.MULTILINE)
        except OSError:
            return None
        return int(found[1]) if found else None


def system_snapshot(folder: Path) -> SystemSnapshot:
    """The machine now, with the free disk at `folder`."""
    memory = psutil.virtual_memory()
    return {
        **gpu_snapshot(),
        "cpu_percent": psutil.cpu_percent(),
        "ram": memory.used / GIB,
        "ram_total": memory.total / GIB,
        "disk_free": shutil.disk_usage(folder).free / GIB,
    }
