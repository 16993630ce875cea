"""The lanes of the sandbox, for tests that must know which one runs."""

import sys

import pytest

from core.rewards import sandbox

ON_LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="bubblewrap is for Linux")


@pytest.fixture
def monty():
    """Monty runs what the test runs."""
    with sandbox.using("monty"):
        yield


@pytest.fixture
def system():
    """CPython runs it; on Linux the tests need bubblewrap."""
    with sandbox.using("system"):
        yield


@pytest.fixture(params=["monty", pytest.param("system", marks=ON_LINUX)])
def lane(request):
    """Each lane in turn."""
    with sandbox.using(request.param):
        yield request.param
