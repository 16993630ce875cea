"""`python -m core.workers.train outputs/<id>`: one run of a session, from its config to its adapter."""

from __future__ import annotations

import sys
from pathlib import Path

from core.paths import SessionPaths
from core.workers.loading import choose_engine
from core.workers.placement import explain_on_gpu, require_room
from core.workers.protocol import Reporter, run_worker


def main(folder: Path) -> int:
    """Run the session in `folder`; the exit code of the process."""
    paths = SessionPaths(folder.resolve())
    return run_worker(Reporter(paths), lambda to: _train(paths, to), explain_on_gpu)


def _train(paths: SessionPaths, to: Reporter) -> None:
    to.phase("loading", "libraries", interruptible=True)
    engine = choose_engine()
    held = require_room()
    if held:
        to.notice("warning", "resources.gpus", held)
    engine.prepare()
    from core.workers.training_run import TrainingRun  # after the engine: Unsloth must patch trl before its import

    TrainingRun(paths, to, engine).run()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
