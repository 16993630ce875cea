"""The server's budgets with a long past: 1,000 sessions, 100,000 steps of metrics, 10,000 steps of completions.

.venv/bin/python -m bench.history
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psutil

from core.config import RunConfig, parse_config
from core.paths import Workspace
from core.sessions.store import SessionStore, completions_file
from tests.support.groups import completion, group
from tests.support.server import Server

SESSIONS, STEPS_EACH = 1000, 50
STEPS, FILES = 100_000, 10_000
CALLS = 20
PLAN = {"config": {"model": {"name": "unsloth/Qwen3-1.7B"}, "dataset": {"source": "openai/gsm8k"}}}


def main() -> int:
    """Print the figures as one JSON line."""
    with tempfile.TemporaryDirectory() as folder:
        store = SessionStore(Workspace(Path(folder)).create())
        for number in range(SESSIONS):
            write_metrics(store, f"past-{number:04d}", STEPS_EACH)
        server = Server(Path(folder), {**os.environ, "HF_HUB_OFFLINE": "1"})
        result = {"start_with_1000_sessions_s": server.start()}
        try:
            result |= {"sessions_ms": measured(server, "/api/training/sessions")}
            result["plan_ms"] = measured(server, "/api/training/plan", PLAN)
            result["models_ms"] = measured(server, "/api/models/list")
            result["memory_mib"] = memory_mib(server)
            write_metrics(store, "long", STEPS)
            result["state_of_100000_steps_ms"] = measured(server, "/api/training/sessions/long")
            result["metrics_ms"] = measured(server, "/api/training/sessions/long/metrics?max_points=4000")
            result["memory_with_metrics_mib"] = memory_mib(server)
            write_completions(store)
            run = "/api/training/sessions/rollouts"
            result["completions_ms"] = measured(server, f"{run}/completions?step=5000&steps=false")
            result["latest_completions_ms"] = measured(server, f"{run}/completions?steps=false")
            result["completions_with_steps_ms"] = measured(server, f"{run}/completions")
            result["diagnosis_ms"] = measured(server, f"{run}/diagnosis")
            search = json.loads(get(server, f"{run}/completions/search?filter=failed"))
            result["searched_in_a_second"] = search["scanned"]
        finally:
            server.kill()
    print(json.dumps(result))
    return 0


def measured(server: Server, path: str, body: dict | None = None) -> dict:
    """Milliseconds of the first call and of those after it, and the size of the answer."""

    def call() -> bytes:
        return get(server, path, body)

    first, size = timed(call)
    later = [timed(call)[0] for _ in range(CALLS)]
    return {"first": round(first, 1), "median": round(median(later), 1), "max": round(max(later), 1), "bytes": size}


def timed(call: Callable[[], bytes]) -> tuple[float, int]:
    """(milliseconds, size of the answer) of one call."""
    began = time.perf_counter()
    answer = call()
    return (time.perf_counter() - began) * 1000, len(answer)


def get(server: Server, path: str, body: dict | None = None) -> bytes:
    """The answer of one request; a POST when there is a body."""
    data = None if body is None else json.dumps(body).encode()
    url = server.url.replace("localhost", "127.0.0.1") + path
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=60) as reply:
        return reply.read()


def memory_mib(server: Server) -> float:
    """The memory of the server."""
    return round(psutil.Process(server.process.pid).memory_info().rss / 2**20, 1)


def write_metrics(store: SessionStore, session_id: str, steps: int) -> None:
    """A completed session with the metrics of a real run."""
    paths = store.create(session_id, RunConfig(name=f"Run {session_id}"))
    kinds = [{"kind": "queued"}, {"kind": "starting", "device": "cpu"}, {"kind": "phase", "phase": "training"}]
    kinds += [{"kind": "metrics", **metrics(step, steps)} for step in range(1, steps + 1)]
    kinds += [{"kind": "saved", "path": "adapter"}, {"kind": "completed"}]
    lines = (json.dumps({"seq": seq, "t": 1.7e9 + seq, **event}) + "\n" for seq, event in enumerate(kinds, 1))
    paths.events.write_text("".join(lines), encoding="utf-8")


def metrics(step: int, steps: int) -> dict:
    """One step as core/workers/train/callbacks.py reports it, with figures that are as long."""
    value = (step * 0.6180339887498949) % 1
    names = ("loss", "reward_std", "kl", "grad_norm", "entropy", "step_seconds", "truncated_fraction", "token_accuracy")
    return {
        "step": step,
        "total_steps": steps,
        "phase": "training",
        "reward": value,
        **{name: value / (number + 3) for number, name in enumerate(names)},
        "learning_rate": 1.5e-4 * (1 - step / (steps + 1)),
        "epoch": step / 543,
        "completion_length": {"mean": 13 * value, "min": 3.0, "max": 14.0},
        "clip_ratio": {"low": 0.0, "high": 0.0, "region": 0.0},
        "signal_fraction": value,
        "rewards": {name: {"mean": value / 7, "std": value / 9} for name in ("exact-match", "solution-format")},
        "other": {"sampling/logp_difference": value / 11, "frac": value / 13},
        "tokens_per_second": 900 * value,
        "eta_seconds": (steps - step) * 1.25,
        "reward_seconds": value / 17,
        "reward_errors": {},
        "reward_not_run": {},
    }


def write_completions(store: SessionStore) -> None:
    """A session whose every step has stored 4 groups of 8 completions."""
    config = parse_config({"reward": {"preset_name": "exact-match"}})
    folder = store.create("rollouts", config).completions
    folder.mkdir()
    text = (
        "<start_working_out>" + "two and three make five, so it is 5 " * 20 + "<end_working_out><SOLUTION>6</SOLUTION>"
    )
    for step in range(1, FILES + 1):
        groups = [group(*[completion(text)] * 8, step=step) for _ in range(4)]
        lines = "".join(json.dumps(group) + "\n" for group in groups)
        (folder / completions_file(step)).write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
