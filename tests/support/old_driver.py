"""`python -m tests.support.old_driver`: flask_app.py on a machine whose NVIDIA driver is too old for its torch."""

from __future__ import annotations

import sys

import flask_app
from core.cuda import TorchBuild
from core.hardware import Hardware, detect_hardware
from tests.support.nvml import TOO_OLD, FakeNvml

PROGRAM = ("-m", "tests.support.old_driver")


def machine() -> Hardware:
    """One RTX 4090 under a driver for CUDA 12.8, and a torch built for 13.0."""
    return detect_hardware(FakeNvml(driver=TOO_OLD), TorchBuild("2.13.0", "13.0"))


if __name__ == "__main__":
    sys.exit(flask_app.main(machine=machine))
