"""How the suite runs: each group of tests on a core of its own, the dear files first, and what each file took.

tests/conftest.py takes these hooks in. `python launch.py test` starts a group for each of two cores.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

DEAR_FIRST = ("unsloth", "integration", "browser", "unit")
"""The folders of tests/ in the order in which they are begun, after what is marked slow: what is left for the end is
cheap and evens out."""
TOGETHER = ("unsloth",)
"""Folders whose files share what one process has made."""
SHOWN = 10
SECONDS: dict[str, float] = defaultdict(float)
"""Test file -> what its tests took, with what they set up."""


def pytest_configure() -> None:
    """Keep a group's processes on a core of their own: two trainings with spinning threads would slow each other down
    tenfold, and a server counts as many threads as it has cores."""
    group = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if group.isdigit() and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[int(group) % len(cores)]})


class ByFile(LoadScopeScheduling):
    """Gives a group whole files, or whole folders of files that share something."""

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.split("::", 1)[0])
        return str(path.parent) if path.parent.name in TOGETHER else str(path)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """The scheduler of a run in several groups, which keeps to the order below."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what is slow, then with the dear folders."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    if item.get_closest_marker("slow"):
        return -1
    return next((place for place, name in enumerate(DEAR_FIRST) if name in item.path.parts), len(DEAR_FIRST))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what a file takes."""
    SECONDS[report.location[0]] += report.duration


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the dearest files."""
    dearest = sorted(SECONDS.items(), key=lambda pair: pair[1], reverse=True)[:SHOWN]
    terminalreporter.section("the dearest files")
    for name, seconds in dearest:
        terminalreporter.write_line(f"{seconds:7.1f} s  {name}")
