"""The time of an export from the worker's start to its end, with proofs and score, and the results of the proofs.

    .venv/bin/python -m bench.export --root ROOT --run SESSION --targets merged,f16,q8_0,q5_k_m,q4_k_m

The run must be finished; nothing is written below ROOT. Run it alone on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from core.jsonfile import read_json, write_json
from core.paths import Workspace
from core.sessions.events import read_events
from services.processes.worker import worker_command, worker_environment

REPOSITORY = Path(__file__).resolve().parent.parent
SHOWN = ("target", "size_bytes", "difference", "bound", "base_difference", "same_token_ids", "seconds", "score")


def main() -> int:
    """Print seconds by phase, and each file's proof, as JSON; the worker's exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--targets", default="merged,f16,q8_0,q5_k_m,q4_k_m")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = view_of(Workspace(options.root.resolve()), Path(folder))
        export = workspace.export(options.run)
        export.mkdir()
        write_json(export / "export.json", {"targets": options.targets.split(",")})
        began = time.perf_counter()
        code = run(workspace, export)
        seconds = time.perf_counter() - began
        files = read_json(export / "proof.json")["files"] if code == 0 else []
        proofs = [{key: file.get(key) for key in SHOWN} for file in files]
        print(json.dumps({"seconds": round(seconds, 1), "phases": phases(export), "files": proofs}, indent=1))
    return code


def view_of(source: Workspace, folder: Path) -> Workspace:
    """A workspace that reads the sessions and models of `source` and writes its own exports."""
    workspace = Workspace(folder).create()
    workspace.outputs.rmdir()
    workspace.outputs.symlink_to(source.outputs, target_is_directory=True)
    models = source.models if source.models.is_dir() else Workspace(REPOSITORY).models
    workspace.models.symlink_to(models, target_is_directory=True)
    return workspace


def run(workspace: Workspace, export: Path) -> int:
    """The worker, as the server starts it; its exit code."""
    command = worker_command("core.workers.export", export)
    environment = worker_environment(dict(os.environ), workspace, "cpu")
    with (export / "worker.log").open("wb") as log:
        code = subprocess.run(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log, check=False).returncode
    if code:
        sys.stderr.write((export / "worker.log").read_text(encoding="utf-8")[-3000:])
    return code


def phases(export: Path) -> list[list]:
    """[phase, detail, seconds] in order."""
    events = [
        e for e in read_events(export / "events.jsonl") if e["kind"] in ("started", "phase", "completed", "failed")
    ]
    return [
        [event.get("phase", event["kind"]), event.get("detail", ""), round(after["t"] - event["t"], 1)]
        for event, after in pairwise(events)
    ]


if __name__ == "__main__":
    sys.exit(main())
