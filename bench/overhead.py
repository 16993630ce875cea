"""What LoRA Craft costs: its median step time over that of a bare TRL script, the two in turn in one run.

    .venv/bin/python -m bench.overhead --rounds 3 --steps 7

Same model, rows, settings and seed; run it alone on the machine. Also checks that the losses are the same.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from core.config import parse_config
from core.paths import SessionPaths, Workspace
from core.prompts.chosen import template_of
from core.runs.split import load_split
from core.sessions.events import read_events
from core.sessions.state import current_metrics
from core.sessions.store import SessionStore
from services.processes.worker import worker_command, worker_environment

REPOSITORY = Path(__file__).resolve().parent.parent
WARM_STEPS = 2
WARM_SESSION = "warm"


def main() -> int:
    """Print the figures as one JSON line; 0 within 5 percent and with equal losses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=7)
    options = parser.parse_args()
    config = settings(options.steps)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder)).create()
        workspace.models.symlink_to(Workspace(REPOSITORY).models, target_is_directory=True)
        train(SessionStore(workspace).create(WARM_SESSION, settings(1)), workspace)
        pairs = [pair(workspace, config, i) for i in range(options.rounds)]
    times = [[seconds for run in runs for seconds in run["seconds"]] for runs in zip(*pairs, strict=True)]
    same = all(a["losses"] == b["losses"] and a["rewards"] == b["rewards"] for a, b in pairs)
    same = same and any(pairs[0][1]["losses"])
    ratio = median(times[1]) / median(times[0])
    result = {"bare_median_s": median(times[0]), "ours_median_s": median(times[1]), "ratio": ratio, "same_losses": same}
    print(json.dumps(result | {"losses": pairs[0][1]["losses"], "steps_timed": len(times[0])}))
    return 0 if ratio <= 1.05 and same else 1


def pair(workspace: Workspace, config, turn: int) -> tuple[dict, dict]:
    """One run of each, the one that goes first changing from turn to turn."""
    if turn % 2:
        mine = ours(workspace, config, turn)
        return bare(workspace, config, turn), mine
    theirs = bare(workspace, config, turn)
    return theirs, ours(workspace, config, turn)


def settings(steps: int):
    """The demo's settings with a smaller batch and nothing held out."""
    return parse_config(
        {
            "model": {"name": "SmolLM2-135M-Instruct"},
            "dataset": {"parameters": {"largest": 99, "second_largest": 9}, "validation_fraction": 0},
            "prompt": {"template": "solution-only"},
            "training": {
                "max_steps": steps,
                "batch_size": 8,
                "num_generations": 4,
                "learning_rate": 1.5e-4,
                "lr_scheduler_type": "linear",
                "max_new_tokens": 14,
                "max_sequence_length": 128,
                "save_steps": 0,
            },
            "reward": {"preset_name": "exact-match"},
            "pre_training": {"enabled": True, "max_samples": 112, "learning_rate": 5e-4},
        }
    )


def bare(workspace: Workspace, config, turn: int) -> dict:
    """One run of bench/bare_trl.py on the very rows LoRA Craft would use."""
    template = template_of(config.prompt)
    rows = [
        {"prompt": template.messages(row.instruction), "reference": row.reference}
        for row in load_split(config, workspace).train
    ]
    file = workspace.uploads / "rows.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    script = [sys.executable, str(REPOSITORY / "bench" / "bare_trl.py"), str(workspace.models / config.model.name)]
    command = [*script, str(file), str(config.training.max_steps), str(workspace.cache / f"bare-{turn}")]
    command.append(str(warm_adapter(workspace)))
    environment = worker_environment(dict(os.environ), workspace, "cpu")
    out = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
    )
    steps = [json.loads(line) for line in out.stdout.splitlines() if line.startswith('{"t"')]
    return measured(steps)


def ours(workspace: Workspace, config, turn: int) -> dict:
    """The same run through the worker."""
    paths = SessionStore(workspace).create(f"run-{turn}", config)
    shutil.copytree(warm_adapter(workspace), paths.checkpoints / "warm_up")
    train(paths, workspace)
    return measured([row for row in current_metrics(read_events(paths.events)) if row["phase"] == "training"])


def warm_adapter(workspace: Workspace) -> Path:
    """The adapter as the warm-up of the first session left it, from which every timed run starts."""
    return workspace.session(WARM_SESSION).checkpoints / "warm_up"


def train(paths: SessionPaths, workspace: Workspace) -> None:
    """Run the worker on a session to its end."""
    environment = worker_environment(dict(os.environ), workspace, "cpu")
    with paths.log.open("wb") as log:
        command = worker_command("core.workers.train", paths.folder)
        subprocess.run(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log, check=True)


def measured(steps: list[dict]) -> dict:
    """Seconds from step to step after the first WARM_STEPS, and every loss and reward."""
    times = [step["t"] for step in steps]
    seconds = [b - a for a, b in itertools.pairwise(times)]
    return {
        "seconds": seconds[WARM_STEPS - 1 :],
        "losses": [round(step["loss"], 6) for step in steps],
        "rewards": [round(step["reward"], 6) for step in steps],
    }


if __name__ == "__main__":
    sys.exit(main())
