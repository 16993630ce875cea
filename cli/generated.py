"""The command line of programs that print a file of the page, or write it with --write."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from core.jsonfile import write_text


def print_or_write(program: str, summary: str, text: Callable[[], str], arguments: Sequence[str] | None) -> int:
    """Print `text()`, or write it into the file that follows --write; 0, the exit code.

    Args:
        program: The module, as python -m takes it.
        summary: What it prints, for --help.
        text: Makes the content.
        arguments: The command line; None for the process's own.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=summary)
    parser.add_argument("--write", type=Path, help="replace this file")
    file = parser.parse_args(arguments).write
    if file is None:
        sys.stdout.write(text())
    else:
        write_text(file, text())
    return 0
