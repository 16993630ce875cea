"""Whether the installed torch can use the NVIDIA driver, found without importing torch."""

from __future__ import annotations

import ast
import importlib.metadata
import re
from dataclasses import dataclass
from pathlib import Path

LEAST_DRIVER = {11: 452, 12: 528, 13: 580}
"""Major version of CUDA -> the oldest drivers, on Linux and Windows, that run every build of it (CUDA's minor version
compatibility: a driver for 12.2 runs builds for 12.8, and none for 13.0)."""
ON_PURPOSE = "To train on the CPU on purpose, start the server with CUDA_VISIBLE_DEVICES=-1."
SET_UP = (
    "delete .venv/lora-craft-stamp and run python launch.py again, which installs a torch build that this driver runs "
    "where one is offered"
)
LOOK = "See whether nvidia-smi lists the GPU; if it does not, restart the machine or install the NVIDIA driver again."


@dataclass(frozen=True)
class TorchBuild:
    """The torch that workers import: its version, and the CUDA version it was built for (None: for the CPU alone)."""

    version: str
    cuda: str | None


@dataclass(frozen=True)
class Driver:
    """The NVIDIA driver: its version, and the newest CUDA version it runs; None for unknown values."""

    version: str | None = None
    cuda: str | None = None

    def __str__(self) -> str:
        """As sentences name it."""
        return f"the NVIDIA driver {self.version}" if self.version else "the NVIDIA driver"


@dataclass(frozen=True)
class GpuProblem:
    """Why torch can't use the GPU, and what to do about it."""

    cause: str
    cure: str

    @property
    def text(self) -> str:
        """Both."""
        return f"{self.cause} {self.cure}"


def installed_torch(file: Path | None = None) -> TorchBuild | None:
    """The content of torch/version.py, read as text; None if torch is not installed."""
    try:
        file = file or Path(str(importlib.metadata.distribution("torch").locate_file("torch/version.py")))
        text = file.read_text(encoding="utf-8")
    except (importlib.metadata.PackageNotFoundError, OSError):
        return None
    return TorchBuild(_value(text, "__version__") or "of an unknown version", _value(text, "cuda"))


def gpu_problem(build: TorchBuild | None, driver: Driver) -> GpuProblem | None:
    """The problem and cure if torch can't use the GPU, for doctor, server and worker; None if it should work.

    Args:
        driver: The NVIDIA driver; unknown values count as good.
    """
    if build is None:
        return GpuProblem("torch is not installed, so nothing can be trained.", "Run python launch.py.")
    runs = f", which runs CUDA {driver.cuda} at most" if driver.cuda else ""
    if build.cuda is None:
        cause = f"torch {build.version} was built for the CPU alone, so it can't use the GPU ({driver}{runs})."
        return GpuProblem(cause, f"{SET_UP[0].upper()}{SET_UP[1:]}. {ON_PURPOSE}")
    if driver.cuda is None or _first(build.cuda) <= _first(driver.cuda):
        return None
    cause = f"torch {build.version} was built for CUDA {build.cuda}, and {driver} runs CUDA {driver.cuda} at most, so "
    least = LEAST_DRIVER.get(_first(build.cuda))
    update = f"Install NVIDIA driver {least} or newer" if least else "Install a newer NVIDIA driver"
    return GpuProblem(
        f"{cause}torch can't use the GPU.", f"{update} and restart the machine; or {SET_UP}. {ON_PURPOSE}"
    )


def driver_problem(reason: str) -> GpuProblem:
    """The problem of a driver that is installed and does not answer; `reason` is its own message."""
    return GpuProblem(f"The NVIDIA driver does not answer: {reason.rstrip('.')}.", f"{LOOK} {ON_PURPOSE}")


def refusal(build: TorchBuild | None, driver: Driver, reason: str) -> GpuProblem:
    """Why a process finds no GPU although one was assigned: a known problem, or else torch's own message."""
    known = gpu_problem(build, driver)
    if known is not None:
        return known
    torch = f"torch {build.version} (built for CUDA {build.cuda})" if build else "torch"
    runs = f"runs CUDA {driver.cuda}" if driver.cuda else "does not answer"
    cause = f"{torch} finds no GPU; {driver} {runs}."
    return GpuProblem(f"{cause} torch says: {reason}" if reason else cause, f"{LOOK} {ON_PURPOSE}")


def _value(text: str, name: str) -> str | None:
    """The value in a line `name: annotation = value` of Python source."""
    found = re.search(rf"^{name}\s*(?::[^=\n]*)?=\s*(.+)$", text, re.MULTILINE)
    try:
        value = ast.literal_eval(found.group(1)) if found else None
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, str) and value else None


def _first(version: str) -> int:
    digits = version.partition(".")[0]
    return int(digits) if digits.isdigit() else 0
