"""A running server for every test that wants one."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.paths import Workspace
from core.sessions.store import SessionStore
from tests.support.server import Server


@pytest.fixture
def server(tmp_path: Path, environment: dict[str, str]) -> Iterator[Server]:
    """A server with the fake worker; it and the workers it left are ended after the test."""
    running = Server(tmp_path, environment)
    running.start()
    yield running
    running.kill()
    for state in SessionStore(Workspace(tmp_path)).states():
        if state.pid is not None and state.has_worker and psutil.pid_exists(state.pid):
            os.kill(state.pid, signal.SIGKILL)
