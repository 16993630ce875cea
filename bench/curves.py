"""Learning curves of several settings, seed by seed, in turn; and whether the last scores differ.

    .venv/bin/python -m bench.curves --seeds 1 2 3 --of '{"training": {"engine_step": "trl"}}' --of '{}'

Each --of is what differs from --config, which is the demo's unless given. Prints one JSON line a run, then a table: the
held-out score by step, completions and minutes of training. The first setting is compared with each other one question
by question over all seeds (exact sign test), and seed by seed (exact test of swapped signs), since runs with another
seed differ anyway. Scoring is not part of the minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from operator import mul
from pathlib import Path
from statistics import fmean
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.grpo import REPOSITORY, train, workspace_in
from core.config import parse_config
from core.sessions.events import read_events
from core.sessions.store import SessionStore
from core.statistics import compare_marks, sign_test
from services.training.service import merged

ROUNDING = 1e-9
DEMO = REPOSITORY / "configs" / "examples" / "demo-arithmetic.json"


@dataclass(frozen=True)
class Point:
    """A held-out score of one run.

    Attributes:
        completions: Sampled until then, also those that dynamic sampling replaced.
        minutes: Of training until then.
        marks: One character a question.
    """

    step: int
    completions: int
    minutes: float
    share: float
    marks: str


def main() -> int:
    """Print the runs and the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--of", type=json.loads, action="append", required=True, help="what differs, as JSON")
    parser.add_argument("--config", type=Path, default=DEMO)
    parser.add_argument("--every", type=int, default=5, help="steps between held-out scores")
    options = parser.parse_args()
    base = json.loads(options.config.read_text(encoding="utf-8"))
    curves: list[list[list[Point]]] = [[] for _ in options.of]
    for seed in options.seeds:
        for place, changes in enumerate(options.of):
            own = {"training": {"seed": seed, "eval_steps": options.every, "save_steps": 0}}
            curves[place].append(curve(merged(merged(base, own), changes)))
            last = curves[place][-1][-1]
            line = {"seed": seed, "of": changes, "score": last.share, "minutes": round(last.minutes, 2)}
            print(json.dumps(line | {"completions": last.completions}), flush=True)
    show(options.of, curves)
    return 0


def curve(config: Any) -> list[Point]:
    """The held-out scores of one run, from the one before its first step on."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = workspace_in(folder)
        paths = SessionStore(workspace).create("run", parse_config(config))
        train(paths, workspace)
        return list(_points(read_events(paths.events), paths.completions, config))


def _points(events: Sequence[Any], completions: Path, config: Any) -> Any:
    """A point for each held-out score; a run counts what its steps have sampled and how long they took."""
    size = config["training"].get("num_generations", 8)
    batch = config["training"].get("batch_size", 8) * config["training"].get("gradient_accumulation_steps", 1)
    sampled, seconds, step = 0, 0.0, 0
    for event in events:
        if event["kind"] == "metrics" and event["phase"] == "training":
            step, seconds = event["step"], seconds + event["step_seconds"]
            groups = event.get("groups")
            if event.get("sampling_seconds") is not None:
                sampled += int(groups["sampled"]) * size if groups else batch
        elif event["kind"] == "evaluation" and event["stage"] != "base":
            share = event["correct"] / event["scored"]
            yield Point(step, sampled, seconds / 60, share, event["marks"])


def show(settings: Sequence[Any], curves: Sequence[Sequence[Sequence[Point]]]) -> None:
    """The mean score over the seeds at each step, and the comparison with the first setting."""
    table = Table("step", *(json.dumps(setting) for setting in settings))
    for place, point in enumerate(curves[0][0]):
        cells = [[run[place] for run in runs if place < len(run)] for runs in curves]
        table.add_row(str(point.step), *(_cell(points) for points in cells))
    Console(width=160).print(table)
    for setting, runs in zip(settings[1:], curves[1:], strict=True):
        pairs = [compare_marks(first[-1].marks, other[-1].marks) for first, other in zip(curves[0], runs, strict=True)]
        wins, losses = sum(pair.wins for pair in pairs), sum(pair.losses for pair in pairs)
        result = {"of": setting, "wins": wins, "losses": losses, "p_value": sign_test(wins, losses)}
        changes = [other[-1].share - first[-1].share for first, other in zip(curves[0], runs, strict=True)]
        print(json.dumps(result | {"mean_change": fmean(changes), "p_value_of_seeds": swapped_signs(changes)}))


def swapped_signs(changes: Sequence[float]) -> float:
    """The two-sided p-value of paired differences: how often their sum is as large when their signs are arbitrary."""
    sums = [abs(sum(map(mul, signs, changes))) for signs in product((-1, 1), repeat=len(changes))]
    return fmean(other >= abs(sum(changes)) - ROUNDING for other in sums)


def _cell(points: Sequence[Point]) -> str:
    if not points:
        return ""
    each = " ".join(f"{point.share:.0%}" for point in points)
    completions, minutes = fmean(p.completions for p in points), fmean(p.minutes for p in points)
    return f"{fmean(p.share for p in points):.1%}  ({each})  {completions:.0f} completions, {minutes:.1f} min"


if __name__ == "__main__":
    sys.exit(main())
