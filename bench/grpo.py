"""What a GRPO step costs: a bare TRL script in float32 and in bfloat16, our worker with TRL's own step, and with the
fast one, in turn; and what it must cost at least on this machine (bench/floor.py).

    .venv/bin/python -m bench.grpo --rounds 3 --steps 6

Same model, rows, settings and seed; run it alone on the machine. Prints a table, and appends its figures with those of
the machine to bench/results/cpu.jsonl. It fails if TRL's own step in our worker has other losses than the bare script,
or costs more than 5 percent beside it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import floor
from core.config import RunConfig, parse_config
from core.hardware import physical_cores
from core.paths import SessionPaths, Workspace
from core.prompts.chosen import template_of
from core.runs.split import load_split
from core.sessions.events import read_events
from core.sessions.state import current_metrics
from core.sessions.store import SessionStore
from services.processes.worker import worker_command, worker_environment

REPOSITORY = Path(__file__).resolve().parent.parent
RESULTS = REPOSITORY / "bench" / "results" / "cpu.jsonl"
WARM_STEPS = 1
"""Steps at the start that are not timed."""
WARM_SESSION = "warm"
LETTERS = "def reward(response, reference, example):\n    return response.count('e') / max(1, len(response))\n"
BARE, BARE_16, PLAIN, FAST = "bare TRL", "bare TRL, bfloat16", "ours, TRL's step", "ours, fast step"


@dataclass(frozen=True)
class Shape:
    """One size of a step.

    Attributes:
        prompts, completions, tokens: Prompts of a step, completions of each, and the most new tokens of one.
        answers: Whether the model has learnt to answer shortly; else it goes on to the last token.
    """

    prompts: int
    completions: int
    tokens: int
    answers: bool


SHAPES = {
    "demo": Shape(8, 4, 14, True),
    "128": Shape(4, 8, 128, False),
    "256": Shape(2, 4, 256, False),
}


@dataclass
class Run:
    """What was measured of one run: a figure a step, and the most memory it held."""

    seconds: list[float]
    losses: list[float]
    tokens: list[float]
    peak_bytes: int
    parts: dict[str, list[float]] = field(default_factory=dict)


def main() -> int:
    """Print and keep the figures; 0 if TRL's own step is what a bare script makes of it, in losses and in time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", nargs="+", default=["demo"], choices=SHAPES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=6)
    options = parser.parse_args()
    is_good = True
    for name in options.shapes:
        found = measure(SHAPES[name], options.rounds, options.steps + WARM_STEPS)
        show(name, found)
        keep(name, found)
        is_good &= _is_the_same(found)
    return 0 if is_good else 1


def measure(shape: Shape, rounds: int, steps: int) -> dict[str, list[Run]]:
    """The runs of each kind, the order changing from round to round."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = workspace_in(folder)
        if shape.answers:
            train(SessionStore(workspace).create(WARM_SESSION, settings(shape, 1, "auto", warm=True)), workspace)
        kinds = {BARE: bare, BARE_16: partial(bare, dtype="bfloat16"), PLAIN: plain, FAST: fast}
        runs: dict[str, list[Run]] = {name: [] for name in kinds}
        for turn in range(rounds):
            first = turn % len(kinds)
            for name in list(kinds)[first:] + list(kinds)[:first]:
                runs[name].append(kinds[name](workspace, shape, steps, f"{turn}"))
    return runs


def workspace_in(folder: str) -> Workspace:
    """A workspace of its own that shares the embedded model with this checkout's."""
    models = Workspace(REPOSITORY).models
    models.mkdir(parents=True, exist_ok=True)
    workspace = Workspace(Path(folder)).create()
    workspace.models.symlink_to(models, target_is_directory=True)
    return workspace


def settings(shape: Shape, steps: int, step: str, warm: bool = False) -> RunConfig:
    """The demo's settings, or those of long texts, with the sizes of a shape and nothing held out."""
    config: dict[str, Any] = {
        "model": {"name": "SmolLM2-135M-Instruct"},
        "dataset": {"parameters": {"largest": 99, "second_largest": 9}, "validation_fraction": 0},
        "prompt": {"template": "solution-only"},
        "training": {
            "max_steps": steps,
            "batch_size": shape.prompts * shape.completions,
            "num_generations": shape.completions,
            "learning_rate": 1.5e-4,
            "lr_scheduler_type": "linear",
            "max_new_tokens": shape.tokens,
            "max_sequence_length": 128 + shape.tokens,
            "save_steps": 0,
            "engine_step": step,
        },
        "reward": {"preset_name": "exact-match"},
    }
    if shape.answers:
        config["pre_training"] = {"enabled": True, "max_samples": 112, "learning_rate": 5e-4}
        config["training"]["batch_size"] = 8 if warm else config["training"]["batch_size"]
    else:
        config["prompt"]["instruction_template"] = "Tell a long story about {instruction}"
        config["reward"] = {"type": "custom", "custom_name": "letters", "custom": {"source": LETTERS}}
    return parse_config(config)


def bare(workspace: Workspace, shape: Shape, steps: int, turn: str, dtype: str = "float32") -> Run:
    """One run of bench/bare_trl.py on the very rows LoRA Craft would use."""
    config = settings(shape, steps, "trl")
    template = template_of(config.prompt)
    rows = [
        {"prompt": template.messages(row.instruction), "reference": row.reference}
        for row in load_split(config, workspace).train
    ]
    file = workspace.uploads / "rows.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    asked = {
        "model": str(workspace.models / config.model.name),
        "adapter": str(_warm_adapter(workspace)) if shape.answers else "",
        "rows": str(file),
        "dtype": dtype,
        "output": str(workspace.cache / f"bare-{turn}"),
        "reward": "exact" if shape.answers else "letters",
        "settings": {
            "max_steps": steps,
            "per_device_train_batch_size": config.training.batch_size,
            "num_generations": shape.completions,
            "max_completion_length": shape.tokens,
        },
    }
    script = [sys.executable, str(REPOSITORY / "bench" / "bare_trl.py"), json.dumps(asked)]
    out = workspace.cache / "bare.jsonl"
    peak = _ended(script, workspace, out)
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines() if line.startswith('{"t"')]
    times = [line["t"] for line in lines]
    tokens = [line["num_tokens"] for line in lines]
    return Run(
        [later - earlier for earlier, later in itertools.pairwise(times)][WARM_STEPS - 1 :],
        [round(line["loss"], 6) for line in lines],
        [later - earlier for earlier, later in itertools.pairwise(tokens)][WARM_STEPS - 1 :],
        peak,
    )


def plain(workspace: Workspace, shape: Shape, steps: int, turn: str) -> Run:
    """The same run in our worker, with TRL's own step."""
    return _ours(workspace, settings(shape, steps, "trl"), f"plain-{turn}")


def fast(workspace: Workspace, shape: Shape, steps: int, turn: str) -> Run:
    """The same run in our worker, with the fast step."""
    return _ours(workspace, settings(shape, steps, "auto"), f"fast-{turn}")


def _ours(workspace: Workspace, config: RunConfig, name: str) -> Run:
    paths = SessionStore(workspace).create(name, config)
    if config.pre_training.enabled:
        shutil.copytree(_warm_adapter(workspace), paths.checkpoints / "warm_up")
    peak = train(paths, workspace)
    events: list[Any] = current_metrics(read_events(paths.events))
    steps = [row for row in events if row["phase"] == "training"]
    times = [step["t"] for step in steps]
    timed = steps[WARM_STEPS:]
    parts = {
        "sampling": [step["sampling_seconds"] for step in timed],
        "merging": [step["other"].get("merging_seconds", 0.0) for step in timed],
        "scoring": [step["reward_seconds"] for step in timed],
    }
    parts["learning"] = [step["step_seconds"] - step["sampling_seconds"] - step["reward_seconds"] for step in timed]
    loaded = next(event for event in read_events(paths.events) if event["kind"] == "loaded")
    weights = loaded["parameters"] - loaded["trainable_parameters"]
    parts["floor"] = [floor.seconds(machine(), _work(step, config, weights)) for step in timed]
    return Run(
        [later - earlier for earlier, later in itertools.pairwise(times)][WARM_STEPS - 1 :],
        [round(step["loss"], 6) for step in steps],
        [step["tokens_per_second"] * step["step_seconds"] for step in timed],
        peak,
        parts,
    )


machine = cache(floor.measure)


def _work(step: Any, config: RunConfig, weights: float) -> floor.Work:
    """What a step has done at least, by its own metrics."""
    rows, length = config.training.batch_size, step["completion_length"]
    tokens = step["tokens_per_second"] * step["step_seconds"]
    prompts = (tokens - rows * length["mean"]) / config.training.num_generations
    return floor.Work(weights, rows, length["max"], prompts, rows * length["mean"], step["signal_fraction"])


def _warm_adapter(workspace: Workspace) -> Path:
    """The adapter as the warm-up of the first session left it, from which every timed run starts."""
    return workspace.session(WARM_SESSION).checkpoints / "warm_up"


def train(paths: SessionPaths, workspace: Workspace) -> int:
    """Run the worker on a session to its end; the most bytes it held."""
    return _ended(worker_command("core.workers.train", paths.folder), workspace, paths.log)


def _ended(command: list[str], workspace: Workspace, output: Path) -> int:
    """Run a command to its end; the most bytes it held.

    Raises:
        RuntimeError: It failed.
    """
    environment = worker_environment(dict(os.environ), workspace, "cpu")
    with output.open("wb") as file:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=file, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{command} ended with {status}; see {output.read_text('utf-8')[-2000:]}")
    return usage.ru_maxrss * 1024


def figures(runs: list[Run]) -> dict[str, float]:
    """Medians over all timed steps of one kind."""
    parts = {name: median(value for run in runs for value in run.parts[name]) for name in runs[0].parts}
    seconds = median(value for run in runs for value in run.seconds)
    tokens = median(value for run in runs for value in run.tokens)
    return {
        "step_seconds": seconds,
        **{f"{name}_seconds": value for name, value in parts.items()},
        "tokens_per_second": tokens / seconds,
        "peak_gib": max(run.peak_bytes for run in runs) / 2**30,
    }


def show(name: str, found: dict[str, list[Run]]) -> None:
    """Print one shape's table."""
    shape = SHAPES[name]
    sizes = f"{shape.prompts} prompts x {shape.completions} completions x {shape.tokens} tokens"
    parts = ("step", "sampling", "merging", "scoring", "learning", "floor")
    table = Table(
        "", *(f"{part}, s" for part in parts), "tokens/s", "peak GiB", "of bare TRL", title=f"{name}: {sizes}"
    )
    first = figures(found[BARE])["step_seconds"]
    for kind, runs in found.items():
        of_kind = figures(runs)
        seconds = [f"{of_kind[f'{part}_seconds']:.2f}" if f"{part}_seconds" in of_kind else "" for part in parts]
        rest = (f"{of_kind['tokens_per_second']:.0f}", f"{of_kind['peak_gib']:.2f}")
        table.add_row(kind, *seconds, *rest, f"{of_kind['step_seconds'] / first:.2f}")
    Console(width=120).print(table)


def keep(name: str, found: dict[str, list[Run]]) -> None:
    """Append one line to the kept results."""
    described = {
        "processor": _processor(),
        "cores": physical_cores(),
        "system": f"{platform.system()} {platform.machine()}",
        "dtype": machine().dtype,
        "read_gb_s": round(machine().read_bytes_s / 1e9, 1),
        "gflops": round(machine().flops / 1e9),
    }
    kinds = {kind: {key: round(value, 4) for key, value in figures(runs).items()} for kind, runs in found.items()}
    line = {"date": time.strftime("%Y-%m-%d"), "machine": described, "shape": name, "kinds": kinds}
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.processor())


def _is_the_same(found: dict[str, list[Run]]) -> bool:
    pairs = zip(found[BARE], found[PLAIN], strict=True)
    ratio = figures(found[PLAIN])["step_seconds"] / figures(found[BARE])["step_seconds"]
    return all(theirs.losses == ours.losses for theirs, ours in pairs) and ratio <= 1.05


if __name__ == "__main__":
    sys.exit(main())
