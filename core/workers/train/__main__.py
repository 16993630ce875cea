"""`python -m core.workers.train outputs/<id>`: one run of a session, from its config to its adapter."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from core.config import parse_config
from core.jsonfile import read_json
from core.paths import SessionPaths
from core.workers.loading import Engine, choose_engine
from core.workers.placement import explain_on_gpu, require_room
from core.workers.protocol import Reporter, run_worker
from core.workers.train.vllm_sampling import require_vllm


def main(folder: Path) -> int:
    """Run the session in `folder`; the exit code of the process."""
    paths = SessionPaths(folder.resolve())
    return run_worker(Reporter(paths), lambda to: train(paths, to, choose_engine), explain_on_gpu)


def train(paths: SessionPaths, to: Reporter, choose: Callable[[], Engine]) -> None:
    """Run the session of `paths` with the engine that `choose` gives; events go to `to`."""
    to.phase("loading", "libraries", interruptible=True)
    engine = choose()
    held = require_room()
    if held:
        to.notice("warning", "resources.gpus", held)
    config = parse_config(read_json(paths.config))
    require_vllm(config)
    engine.prepare(config)
    from core.workers.train.run import TrainingRun  # after the engine: Unsloth must patch trl before its import

    TrainingRun(paths, config, to, engine).run()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
