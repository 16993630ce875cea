"""`python -m tests.support.small_card`: flask_app.py on a machine with one GPU of 8 GB, which nobody has to own."""

from __future__ import annotations

import sys

import flask_app
from core.hardware import Gpu, Hardware

PROGRAM = ("-m", "tests.support.small_card")


def machine() -> Hardware:
    """One card that reports what a card of 8 GB reports."""
    return Hardware((Gpu(0, "NVIDIA GeForce RTX 4060", 7.8),))


if __name__ == "__main__":
    sys.exit(flask_app.main(machine=machine))
