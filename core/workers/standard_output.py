"""The standard output of a worker that answers over it: kept for its answers, whatever a library prints."""

from __future__ import annotations

import os
from typing import TextIO


def move_stdout_aside() -> TextIO:
    """The real standard output; what libraries print goes to standard error from now on."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return answers
