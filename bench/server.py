"""The server's budgets: start to first page, memory, REST latency while a run burns every core, clients, recovery.

    .venv/bin/python -m bench.server

The load is the fake worker and one busy process per core at the niceness of a worker.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median, quantiles

import psutil

from constants import CPU_NICE
from tests.support.server import Server

REPOSITORY = Path(__file__).resolve().parent.parent
REQUESTS = 1000
BURN = f"import os; os.nice({CPU_NICE})\nwhile True: sum(range(10000))"


def main() -> int:
    """Print the figures as one JSON line."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), dict(os.environ))
        burners: list[subprocess.Popen] = []
        try:
            result = start_up(folder)
            server.start()
            server.begin("run", "steps=3000 delay=0.05 noise=5")
            burners = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(os.cpu_count() or 1)]
            result |= latencies(server)
            result["memory_mib"] = psutil.Process(server.process.pid).memory_info().rss / 2**20
            result["heavy_modules"] = heavy_modules()
            result |= recoveries(server)
        finally:
            for burner in burners:
                burner.kill()
            server.call("POST", "/api/training/stop", {"session_id": "run"})
            server.kill()
    print(json.dumps(result))
    return 0


def start_up(folder: str) -> dict:
    """Seconds from the command to the first whole page, five times."""
    seconds = []
    for _ in range(5):
        server = Server(Path(folder), dict(os.environ))
        began = time.monotonic()
        server.start()
        urllib.request.urlopen(server.url + "/", timeout=5).read()
        seconds.append(time.monotonic() - began)
        server.kill()
    return {"first_page_s": {"median": median(seconds), "max": max(seconds)}}


def latencies(server: Server) -> dict:
    """Milliseconds of the reading routes under load."""
    paths = ("/api/training/sessions", "/api/training/sessions/run", "/api/system/status", "/api/configs/list")
    milliseconds = []
    for i in range(REQUESTS):
        began = time.perf_counter()
        urllib.request.urlopen(server.url.replace("localhost", "127.0.0.1") + paths[i % len(paths)], timeout=5).read()
        milliseconds.append((time.perf_counter() - began) * 1000)
    cuts = quantiles(milliseconds, n=100)
    return {"rest_ms": {"p50": cuts[49], "p99": cuts[98], "max": max(milliseconds)}}


def recoveries(server: Server) -> dict:
    """Ten kill -9 in mid-run: seconds until the server answers and has re-attached."""
    seconds = []
    for _ in range(10):
        server.kill()
        began = time.monotonic()
        server.start()
        assert server.status("run") == "training"
        seconds.append(time.monotonic() - began)
    return {"reattach_s": {"median": median(seconds), "max": max(seconds)}}


def heavy_modules() -> list[str]:
    """Training libraries that the server's modules load: none."""
    code = (
        "import sys, app_factory; print([m for m in ('torch', 'transformers', 'trl', 'datasets') if m in sys.modules])"
    )
    return json.loads(
        subprocess.run(
            [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
        ).stdout.replace("'", '"')
    )


if __name__ == "__main__":
    sys.exit(main())
