"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core.paths import Workspace
from core.sessions.store import SessionStore
from tests.support.running import (
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_runtest_logreport,
    pytest_terminal_summary,
    pytest_xdist_make_scheduler,
)
from tests.support.server import REPOSITORY, Server

__all__ = [
    "REPOSITORY",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_runtest_logreport",
    "pytest_terminal_summary",
    "pytest_xdist_make_scheduler",
]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Empty data folders."""
    return Workspace(tmp_path).create()


@pytest.fixture(scope="session")
def until() -> Callable[..., None]:
    """Wait for a condition with a deadline; never a plain sleep."""

    def wait(condition: Callable[[], object], timeout_s: float = 60.0, what: str = "the condition") -> None:
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline, f"{what} did not come true within {timeout_s} s"
            time.sleep(0.02)

    return wait


@pytest.fixture(scope="session")
def environment() -> Iterator[dict[str, str]]:
    """The environment of workers in tests: no hub is ever asked."""
    yield {**os.environ, "HF_HUB_OFFLINE": "1"}


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Iterator[Server]:
    """A server with the fake worker, shared by the tests of one file."""
    running = Server(Path(tmp_path_factory.mktemp("root")), environment)
    running.start()
    yield running
    running.kill()


@pytest.fixture
def emptied_server(shared_server: Server) -> Iterator[Server]:
    """The same, without any session in each test."""
    yield shared_server
    shared_server.empty()


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
