"""The generation worker for a machine whose GPU is made up: it computes where torch can, wherever it is placed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from constants import DEVICE_VARIABLE

os.environ.pop(DEVICE_VARIABLE, None)  # read when the worker is imported

from core.workers.generate.__main__ import main

if __name__ == "__main__":
    main(Path(sys.argv[1]))
