"""WorkerProcess: starts a worker, polls it and ends it, also one that an earlier server started."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from constants import CPU_NICE, DEVICE_VARIABLE, HUB_TIMEOUT_S
from core.hardware import MemoryWatch, physical_cores
from core.paths import Workspace
from core.sessions.worker_lock import is_locked

TERMINATE_GRACE_S = 5.0
"""How long a terminated worker may take before its process tree is killed."""

REPOSITORY = Path(__file__).resolve().parents[2]
LOG = logging.getLogger(__name__)
ON_WINDOWS = os.name == "nt"
OWN_GROUP: dict[str, Any] = {"creationflags": 0x00000200 | 0x08000000} if ON_WINDOWS else {"start_new_session": True}
"""Keeps Ctrl+C in the server's terminal from the worker (CREATE_NEW_PROCESS_GROUP and CREATE_NO_WINDOW)."""


@dataclass(frozen=True)
class Launch:
    """The module of a program, and the environment of the server, from which its workers are started."""

    module: str
    environment: Mapping[str, str]


class WorkerProcess:
    """One worker, started by this server or by an earlier one, whose exit code can't be read."""

    def __init__(self, process: psutil.Process, folder: Path, child: "subprocess.Popen[bytes] | None" = None):
        self._process = process
        self._folder = folder
        self._child = child
        self.memory = MemoryWatch()

    @classmethod
    def start(cls, command: Sequence[str], log: Path, environment: dict[str, str], polite: bool) -> "WorkerProcess":
        """Start `command` in its own process group, with its output appended to `log`.

        Nothing is piped to the server, so that the worker survives it.

        Args:
            command: Program and arguments.
            log: The file for its output, in the folder in which it works.
            environment: All of its environment.
            polite: Give way to other processes, so that the server answers while all cores are busy.
        """
        with log.open("ab") as output:
            child = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **OWN_GROUP,
            )
        process = psutil.Process(child.pid)
        if polite:
            give_way(process)
        return cls(process, log.parent, child)

    @classmethod
    def find(cls, arguments: Sequence[str], folder: Path) -> "WorkerProcess | None":
        """The living process whose command line ends in `arguments`, among them `folder`, in which it works.

        Neither its id nor its start time identifies it: the id may be another's by now, and the clock may be set.
        """
        for process in psutil.process_iter(["cmdline"]):
            line = process.info["cmdline"] or []
            if line[-len(arguments) :] == list(arguments) and _runs(process):
                return cls(process, folder)
        return None

    @property
    def pid(self) -> int:
        """The process id."""
        pid: int = self._process.pid
        return pid

    def poll(self) -> tuple[bool, int | None]:
        """(has ended, exit code); the code is negative for a signal, and None for a worker of an earlier server."""
        if self._child is not None:
            code = self._child.poll()
            return code is not None, code
        return not _runs(self._process) and not is_locked(self._folder), None

    def end(self) -> None:
        """Terminate the worker and its children; kill those that still run after TERMINATE_GRACE_S."""
        try:
            family = [*self._process.children(recursive=True), self._process]
        except psutil.NoSuchProcess:
            return
        _signal_all(family, "terminate")
        _, alive = psutil.wait_procs(family, timeout=TERMINATE_GRACE_S)
        _signal_all(alive, "kill")


class UnseenWorker(WorkerProcess):
    """A worker that holds the lock of its folder and is not to be seen, since another user or container has it."""

    def __init__(self, folder: Path):
        self._folder = folder
        self.memory = MemoryWatch()

    @property
    def pid(self) -> int:
        """Not known."""
        return 0

    def poll(self) -> tuple[bool, int | None]:
        """It has ended when it has let its lock go."""
        return not is_locked(self._folder), None

    def end(self) -> None:
        """Nobody can end what is not to be seen."""
        LOG.warning("The worker in %s can't be seen, so it can't be ended from here", self._folder)


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def worker_command(module: str, folder: Path) -> list[str]:
    """The command line of a worker."""
    return [sys.executable, *worker_arguments(module, folder)]


def worker_arguments(module: str, folder: Path) -> list[str]:
    """The last words of a worker's command line."""
    return ["-m", module, str(folder)]


def worker_environment(base: dict[str, str], workspace: Workspace, device: str) -> dict[str, str]:
    """The environment of a worker: caches below the workspace, one visible GPU, one thread per physical core.

    Args:
        base: The server's environment.
        workspace: Has the caches.
        device: cpu, or cuda:<index>.
    """
    threads = str(physical_cores())
    gpu = device.partition(":")[2]
    return {
        **base,
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONHASHSEED": "0",  # some procedural tasks depend on it, and a resumed run must get the same rows
        "HF_HUB_ETAG_TIMEOUT": str(int(HUB_TIMEOUT_S)),
        "HF_HOME": base.get("HF_HOME") or str(workspace.cache / "huggingface"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "UNSLOTH_COMPILE_LOCATION": str(workspace.cache / "unsloth_compiled"),
        "UNSLOTH_DISABLE_STATISTICS": "1",
        "TRL_EXPERIMENTAL_SILENCE": "1",
        "VLLM_CACHE_ROOT": str(workspace.cache / "vllm"),
        "VLLM_NO_USAGE_STATS": "1",  # else vLLM sends data about the machine and the model
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "CUDA_VISIBLE_DEVICES": gpu,
        DEVICE_VARIABLE: device,
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "OMP_WAIT_POLICY": "PASSIVE",
        "GOMP_SPINCOUNT": "10000",  # to wake a sleeping thread for each of many small products doubles their time
    }


def give_way(process: psutil.Process) -> None:
    """Lower the priority of a process; never raise it, which only an administrator may do."""
    try:
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if ON_WINDOWS else max(process.nice(), CPU_NICE))
    except psutil.NoSuchProcess:
        return


def _signal_all(processes: list[psutil.Process], what: str) -> None:
    for process in processes:
        try:
            getattr(process, what)()
        except psutil.NoSuchProcess:
            continue
