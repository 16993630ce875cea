"""One server for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server import Server


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Iterator[Server]:
    """A server with the fake worker, shared by the tests of one file."""
    running = Server(Path(tmp_path_factory.mktemp("root")), environment)
    running.start()
    yield running
    running.kill()
