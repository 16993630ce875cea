"""`python -m bench.gpu_check.one NAME FOLDER DEVICE`: one check, in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.gpu_check.bed import Bed
from bench.gpu_check.catalog import CHECKS
from bench.gpu_check.findings import Findings
from core.paths import Workspace

FOUND = "found.jsonl"


def main(name: str, folder: Path, device: str) -> None:
    """Do the check `name` below `folder`; models lie next to it, for all checks."""
    (check,) = [check for check in CHECKS if check.name == name]
    workspace = Workspace(folder / "workspace").create()
    bed = Bed(workspace, folder.parent / "models", device, Findings(folder / FOUND))
    try:
        check.look(bed)
    finally:
        bed.end()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
