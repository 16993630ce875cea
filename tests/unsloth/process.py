"""`python -m tests.unsloth.process ENGINE ANSWER TASK...`: several runs of the real worker after one import.

A task is a session's folder, trained to its end, or the name of a function with a model: `name=model`. The function is
of facts.py or unscored.py.
ANSWER becomes a JSON object: facts by their names.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from core.config import parse_config
from core.jsonfile import read_json
from core.paths import SessionPaths
from core.workers.loading import TrlEngine, UnslothEngine, unsloth_switches
from core.workers.protocol import Reporter, run_worker
from core.workers.train.__main__ import train

ENGINES = {"unsloth": UnslothEngine, "trl": TrlEngine}


def main(engine: str, answer: str, *tasks: str) -> None:
    """Do all tasks in order."""
    if engine == "unsloth":
        _import_unsloth(tasks)
    facts = {}
    for task in tasks:
        name, _, model = task.partition("=")
        if Path(task).is_dir():
            _run(SessionPaths(Path(task)), engine)
        else:
            from tests.unsloth import facts as known
            from tests.unsloth import unscored

            function = getattr(known, name, None) or getattr(unscored, name)
            facts[name] = function(*([Path(model)] if model else []))
    Path(answer).write_text(json.dumps(facts), encoding="utf-8")


def _import_unsloth(tasks: Sequence[str]) -> None:
    """Unsloth reads its switches once, so the first session's are those of all."""
    first = next(SessionPaths(Path(task)) for task in tasks if Path(task).is_dir())
    os.environ.update(unsloth_switches(parse_config(read_json(first.config))))
    import tests.unsloth.stand_in  # noqa: F401


def _run(paths: SessionPaths, engine: str) -> None:
    """One attempt at a session; an earlier one's request to stop is over."""
    paths.stop.unlink(missing_ok=True)
    run_worker(Reporter(paths), lambda to: train(paths, to, ENGINES[engine]))


if __name__ == "__main__":
    main(*sys.argv[1:])
