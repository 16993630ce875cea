"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.paths import Workspace

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Empty data folders."""
    return Workspace(tmp_path).create()


@pytest.fixture
def until() -> Callable[..., None]:
    """Wait for a condition with a deadline; never a plain sleep."""

    def wait(condition: Callable[[], object], timeout_s: float = 15.0, what: str = "the condition") -> None:
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline, f"{what} did not come true within {timeout_s} s"
            time.sleep(0.02)

    return wait


@pytest.fixture(scope="session")
def environment() -> Iterator[dict[str, str]]:
    """The environment of workers in tests: no hub is ever asked."""
    yield {**os.environ, "HF_HUB_OFFLINE": "1"}
