"""Unsloth's packages for tests, and processes in which they are imported."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from core.paths import Workspace
from services.processes.worker import worker_environment
from tests.conftest import REPOSITORY

PACKAGES = REPOSITORY / "cache" / "unsloth-packages"


def start(engine: str, workspace: Workspace, answer: Path, tasks: Sequence[object]) -> subprocess.Popen:
    """Start tests.unsloth.process on tasks; what it prints goes to `answer` with the suffix .log.

    Args:
        engine: unsloth or trl.
        workspace: Whose cache holds what Unsloth compiles.
        answer: Where the facts go.
        tasks: See tests/unsloth/process.py.
    """
    environment = worker_environment({**os.environ, "HF_HUB_OFFLINE": "1"}, workspace, "cpu")
    command = [sys.executable, "-m", "tests.unsloth.process", engine, str(answer), *map(str, tasks)]
    with answer.with_suffix(".log").open("wb") as log:
        paths = {"PYTHONPATH": str(PACKAGES)} if engine == "unsloth" else {}
        return subprocess.Popen(command, cwd=REPOSITORY, env=environment | paths, stdout=log, stderr=log)
