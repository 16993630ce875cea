"""The test bed: makes models and sessions, runs the product's worker on them, and waits."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock

from bench.gpu_check.findings import Findings
from bench.gpu_check.instructions import INSTRUCTIONS, MEASURED, Instructions
from core.config import RunConfig, parse_config
from core.hardware import gpu_snapshot
from core.jsonfile import read_json, write_json
from core.paths import SessionPaths, Workspace
from core.sessions.events import read_events
from core.sessions.state import SessionState, current_metrics, fold_all
from core.sessions.store import SessionStore, tail_text
from services.processes.worker import worker_command, worker_environment

REPOSITORY = Path(__file__).resolve().parents[2]
UNSLOTH_FOR_TESTS = REPOSITORY / "cache" / "unsloth-packages"
LOOK_PERIOD_S = 0.05
LOG_TAIL_LINES = 25
PLAIN = None
"""Instead of instructions: the product's own worker, with nothing measured."""


@dataclass(frozen=True)
class Session:
    """One session of the worker."""

    workspace: Workspace
    paths: SessionPaths
    config: RunConfig
    instructions: Instructions | None

    @property
    def engine(self) -> str:
        """The engine that is to train: trl or unsloth."""
        return (self.instructions.engine if self.instructions else "") or "unsloth"

    @property
    def events(self) -> list[dict]:
        """All events so far."""
        return read_events(self.paths.events)

    @property
    def state(self) -> SessionState:
        """The fold of the events."""
        return fold_all(self.paths.id, self.events)

    def seen(self, kind: str, **fields: object) -> bool:
        """Whether an event of a kind has come, with these fields."""
        return any(event["kind"] == kind and fields.items() <= event.items() for event in self.events)

    def steps(self, phase: str = "training") -> list[dict]:
        """The metrics of each step of a phase."""
        return [row for row in current_metrics(self.events) if row["phase"] == phase]

    @property
    def measured(self) -> dict[str, Any]:
        """The meter's measurements; empty for a worker that was not measured."""
        file = self.paths.folder / MEASURED
        return read_json(file) if file.exists() else {}

    @property
    def answers(self) -> list[str]:
        """The completions of the first step."""
        groups = SessionStore(self.workspace).groups(self.paths.id, 1)
        return [completion["text"] for group in groups for completion in group["completions"]]

    @property
    def outcome(self) -> str:
        """The status, and why it is no better: the failure, or the end of the log of a worker that died."""
        state = self.state
        if state.failure:
            return f"{state.status}: {state.failure['cause']}"
        if state.status in ("completed", "stopped"):
            return state.status
        return f"{state.status}: {tail_text(self.paths.log, LOG_TAIL_LINES)}"


@dataclass
class Bed:
    """The working environment of a check.

    Attributes:
        workspace: For sessions and caches.
        models: The folder of the generated models, which all checks share.
        device: cpu, which means Unsloth under the stand-in of tests/unsloth, or cuda:0.
        findings: The findings of the check.
        peak_used_gib: The peak of the card's used memory while a worker ran.
    """

    workspace: Workspace
    models: Path
    device: str
    findings: Findings
    peak_used_gib: float = 0.0
    _started: list[subprocess.Popen] = field(default_factory=list)

    @property
    def on_gpu(self) -> bool:
        """Whether there is a card."""
        return self.device != "cpu"

    @property
    def kind(self) -> str:
        """cpu or cuda."""
        return self.device.partition(":")[0]

    @property
    def total_gib(self) -> float:
        """All memory of the card; 0 without one."""
        return self._card()["gpu_memory_total"] or 0.0 if self.on_gpu else 0.0

    def model(self, name: str) -> Path:
        """The folder of a model of models.py, made when it is first asked for."""
        folder, done = self.models / name, self.models / f"{name}.done"
        self.models.mkdir(exist_ok=True)
        with FileLock(self.models / f"{name}.lock"):  # checks that run at the same time share their models
            if not done.exists():
                making = [sys.executable, "-m", "bench.gpu_check.models", str(folder), name, self.kind]
                subprocess.run(making, cwd=REPOSITORY, env=self.environment(), check=True)
                done.touch()
        return folder

    def session(
        self, name: str, model: str, settings: dict[str, dict], instructions: Instructions | None = PLAIN
    ) -> Session:
        """A session that has not been started."""
        named = {**settings, "model": {**settings.get("model", {}), "name": str(self.model(model))}}
        config = parse_config(json.loads(json.dumps(named)))
        paths = SessionStore(self.workspace).create(name, config)
        if instructions is not None:
            write_json(paths.folder / INSTRUCTIONS, asdict(instructions))
        return Session(self.workspace, paths, config, instructions)

    def run(self, *sessions: Session, **variables: str) -> None:
        """Run sessions to their ends, on a card at the same time.

        Args:
            sessions: Which.
            variables: Environment variables more.
        """
        self.wait(*self.start(*sessions, **variables))

    def start(self, *sessions: Session, **variables: str) -> list[subprocess.Popen]:
        """Start sessions. On the CPU those of one engine go one after the other, after one import."""
        if self.on_gpu:
            return [self._start_worker(session, variables) for session in sessions]
        engines = {session.engine: [s for s in sessions if s.engine == session.engine] for session in sessions}
        return [self._start_on_cpu(engine, members) for engine, members in engines.items()]

    def wait(self, *processes: subprocess.Popen) -> None:
        """Wait for workers, and watch the card's memory meanwhile."""
        self.until(lambda: all(process.poll() is not None for process in processes))

    def end(self) -> None:
        """End the workers of a check that broke while they ran."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.wait()

    def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition; the check's own time limit is the only one."""
        while not condition():
            self.peak_used_gib = max(self.peak_used_gib, self.used_gib())
            time.sleep(LOOK_PERIOD_S)

    def used_gib(self) -> float:
        """The card's used memory, of all programs; 0 without a card."""
        return self._card()["gpu_memory"] or 0.0 if self.on_gpu else 0.0

    def environment(self, **variables: str) -> dict[str, str]:
        """The environment of a worker."""
        base = {**os.environ, "HF_HUB_OFFLINE": "1", **variables}
        return worker_environment(base, self.workspace, self.device)

    def _card(self) -> dict:
        return gpu_snapshot(int(self.device.partition(":")[2]))

    def _start_worker(self, session: Session, variables: dict[str, str]) -> subprocess.Popen:
        module = "core.workers.train" if session.instructions is PLAIN else "bench.gpu_check.measured_worker"
        return self._start(worker_command(module, session.paths.folder), session.paths.log, variables)

    def _start_on_cpu(self, engine: str, sessions: Sequence[Session]) -> subprocess.Popen:
        answer = sessions[0].paths.folder / "facts.json"
        folders = [str(session.paths.folder) for session in sessions]
        command = [sys.executable, "-m", "tests.unsloth.process", engine, str(answer), *folders]
        return self._start(command, sessions[0].paths.log, unsloth_path() if engine == "unsloth" else {})

    def _start(self, command: list[str], log: Path, variables: dict[str, str]) -> subprocess.Popen:
        with log.open("ab") as output:
            environment = self.environment(**variables)
            process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=output, stderr=output)
        self._started.append(process)
        return process


def unsloth_path() -> dict[str, str]:
    """PYTHONPATH with the packages that the test command fetches, where Unsloth is not installed otherwise."""
    if importlib.util.find_spec("unsloth"):
        return {}
    given = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(UNSLOTH_FOR_TESTS), *([given] if given else [])])}
