"""Runs the checks that need an NVIDIA GPU in ten minutes: prints a table, and a JSON line per check.

    python -m bench.gpu_check
    python -m bench.gpu_check --cpu

Each check is a process with its own time limit. The exit code is the number of failed checks; a check that was not run,
for want of time, does not count.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from bench.gpu_check.bed import LOOK_PERIOD_S, REPOSITORY
from bench.gpu_check.catalog import CHECKS, Check
from bench.gpu_check.findings import FAILED, NOT_RUN, summary, table
from bench.gpu_check.one import FOUND
from core.hardware import detect_hardware, gpu_snapshot
from services.processes.worker import WorkerProcess

RESULTS = REPOSITORY / "bench" / "results"
CORES_A_CHECK = 4
LEAST_S = 20.0
"""With less time left no check is begun."""
LOG_TAIL_CHARACTERS = 1500


@dataclass
class Round:
    """One call of this program.

    Attributes:
        out: Where gpu.jsonl and gpu.md go.
        scratch: Where checks work.
        device: cpu or cuda:<index>.
        ends: When the time is up, as time.monotonic().
    """

    out: Path
    scratch: Path
    device: str
    ends: float
    results: list[dict] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, check: Check) -> None:
        """Do one check and keep its result at once."""
        left = self.ends - time.monotonic()
        if left < LEAST_S:
            self._keep({"check": check.name, "result": NOT_RUN, "seconds": 0.0, "failed": [],
                        "ended": "no time was left", "figures": {}})  # fmt: skip
            return
        folder = self.scratch / check.name
        folder.mkdir()
        started = time.monotonic()
        ended = self._ended(check, folder, min(check.limit_s, left))
        self._keep(summary(check.name, folder / FOUND, time.monotonic() - started, ended))

    def _ended(self, check: Check, folder: Path, limit_s: float) -> str:
        """Empty if the check came to its end, else why it did not, with the end of its output."""
        log = folder / "check.log"
        command = [sys.executable, "-m", "bench.gpu_check.one", check.name, str(folder), self.device]
        process, deadline = WorkerProcess.start(command, log, dict(os.environ), False), time.monotonic() + limit_s
        try:
            while not process.poll()[0]:
                if time.monotonic() > deadline:
                    return f"it took longer than {limit_s:.0f} s"
                time.sleep(LOOK_PERIOD_S)
        finally:
            process.end()  # with every worker that it started
            code = process.poll()[1]
        tail = log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL_CHARACTERS:]
        return f"exit code {code}: {tail}" if code else ""

    def _keep(self, result: dict) -> None:
        with self._lock:
            self.results.append(result)
            with (self.out / "gpu.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(result) + "\n")
            (self.out / "gpu.md").write_text(table(self.results), encoding="utf-8")
        print(f"{result['check']}: {result['result']} in {result['seconds']} s", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the chosen checks; the number of those that failed."""
    options = _options(arguments)
    chosen = [check for check in CHECKS if not options.only or check.name in options.only]
    if options.cpu:
        chosen = [check for check in chosen if check.on_cpu]
    if options.list:
        print("\n".join(f"{check.name:14} {check.limit_s:4.0f} s  {check.says}" for check in chosen))
        return 0
    if not chosen or not (options.cpu or detect_hardware().has_cuda):
        print("None of these runs under --cpu." if options.cpu else "No NVIDIA GPU answers; --cpu needs none.")
        return max(1, len(chosen))
    out = options.out or RESULTS / ("cpu" if options.cpu else _card_name(options.device))
    out.mkdir(parents=True, exist_ok=True)
    (out / "gpu.jsonl").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        device = "cpu" if options.cpu else options.device
        current = Round(out, Path(folder), device, time.monotonic() + options.seconds)
        _run_all(current, chosen, together=1 if options.cpu else max(1, (os.cpu_count() or 1) // CORES_A_CHECK))
    print(table(current.results))
    return sum(result["result"] == FAILED for result in current.results)


def _run_all(current: Round, chosen: Sequence[Check], together: int) -> None:
    """Three groups: the first check alone, since the others need its facts; checks that may share the card; checks that
    measure it."""
    for check in [check for check in chosen if check.name == "facts"]:
        current.run(check)
    with ThreadPoolExecutor(together) as pool:
        list(pool.map(current.run, [check for check in chosen if not check.is_alone]))
    for check in [check for check in chosen if check.is_alone and check.name != "facts"]:
        current.run(check)


def _card_name(device: str) -> str:
    """The name of a card, cuda:<index>, as a folder's."""
    index = int(device.partition(":")[2] or 0)
    return re.sub(r"[^A-Za-z0-9]+", "-", gpu_snapshot(index)["gpu_name"] or "card").strip("-").lower()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.gpu_check", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="where results go; default: bench/results/, a folder a kind of card")
    parser.add_argument("--only", action="append", choices=[check.name for check in CHECKS], help="a check; repeatable")
    parser.add_argument("--list", action="store_true", help="name the checks and do none")
    parser.add_argument("--cpu", action="store_true", help="the checks that need no card, under a stand-in for one")
    parser.add_argument("--device", default="cuda:0", help="which card")
    parser.add_argument("--seconds", type=float, default=580.0, help="how long all may take")
    parser.add_argument("--scratch", type=Path, help="a folder with 20 GB for models; default: the temporary folder")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
