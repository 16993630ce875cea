"""The runs that the tests of this folder look at: three processes, each with one import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.config.algorithms import ALGORITHMS
from core.paths import Workspace
from tests.conftest import REPOSITORY
from tests.integration.test_real_training import TIMEOUT_S, Run
from tests.support.unsloth import PACKAGES, start

FAMILIES = {"llama": "grpo", "qwen3": "dr_grpo", "phi3": "dapo"}
"""Tiny model -> the algorithm of its run on policy."""
BARE = {"pre_training": {"enabled": False}, "dataset": {"validation_fraction": 0.0}}
TWICE = {"training": {"max_steps": 2, "save_steps": 0, "engine_step": "trl"}, **BARE}
"""With TRL's own step, which draws the same random numbers as Unsloth's."""
LONG = {"training": {"max_new_tokens": 300, "max_sequence_length": 512, "max_steps": 4}, **BARE}
TWICE_AND_EVALUATED = {
    "model": {"gradient_checkpointing": True},
    "training": {"eval_steps": 1},
    "grpo": {"num_iterations": 2},
}


@dataclass
class Runs:
    """What three processes did: sessions by their ids, facts by their names."""

    workspace: Workspace
    models: Path
    sessions: dict[str, Run] = field(default_factory=dict)
    facts: dict = field(default_factory=dict)

    def make(self, name: str, base: str, **changes: dict) -> Path:
        """A session to train; its folder."""
        self.sessions[name] = Run(self.workspace, name, str(self.models / base), **changes)
        return self.sessions[name].paths.folder

    def start(self, name: str, engine: str, *tasks: object) -> subprocess.Popen:
        return start(engine, self.workspace, self._answer(name), tasks)

    def finish(self, name: str, process: subprocess.Popen) -> None:
        """Wait for a process and take its facts."""
        code, log = process.wait(TIMEOUT_S), self._answer(name).with_suffix(".log")
        assert code == 0, log.read_text(encoding="utf-8", errors="replace")[-3000:]
        self.facts |= json.loads(self._answer(name).read_text(encoding="utf-8"))

    def _answer(self, name: str) -> Path:
        return self.workspace.root / f"{name}.json"


@pytest.fixture(scope="session")
def runs(tmp_path_factory) -> Runs:
    """All runs of this folder, done once."""
    if not (PACKAGES / "unsloth").is_dir():
        reason = f"{PACKAGES.name} could not be installed on this machine; `python launch.py test` says why."
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    made = Runs(Workspace(tmp_path_factory.mktemp("unsloth")).create(), tmp_path_factory.mktemp("models"))
    command = [sys.executable, "-m", "tests.unsloth.models", str(made.models)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    _on_policy(made)
    _off_policy(made)
    _plain(made)
    return made


def _on_policy(runs: Runs) -> None:
    pads, modes = f"pad_tokens={runs.models / 'padless'}", f"modes_around_an_answer={runs.models / 'llama'}"
    facts = ["config_differences", pads, modes]
    folders = [runs.make(name, name, grpo={"algorithm": algorithm}) for name, algorithm in FAMILIES.items()]
    folders.append(runs.make("sees", "sees", training={"max_steps": 2}))
    runs.finish("on-policy", runs.start("on-policy", "unsloth", *facts, *folders))


def _off_policy(runs: Runs) -> None:
    """Every algorithm with each batch used twice, and a long run that is stopped in mid-generation, then resumed."""
    folders = [runs.make(f"unsloth-{name}", "llama", **grpo, **TWICE) for name, grpo in _algorithms().items()]
    folders.append(runs.make("evaluated", "llama", **TWICE_AND_EVALUATED))
    whole, stopped = runs.make("whole", "padless", **LONG), runs.make("stopped", "padless", **LONG)
    unscored = f"unscored_under_unsloth={runs.models / 'llama'}"
    process = runs.start("off-policy", "unsloth", *folders, whole, stopped, stopped, unscored)
    _stop_in_mid_generation(runs.sessions["stopped"], process)
    runs.finish("off-policy", process)


def _stop_in_mid_generation(run: Run, process: subprocess.Popen) -> None:
    while not run.seen("metrics", step=2):
        assert process.poll() is None, "the process ended before the run could be stopped"
        time.sleep(0.02)
    run.paths.stop.write_text("save", encoding="utf-8")


def _plain(runs: Runs) -> None:
    folders = [runs.make(f"trl-{name}", "llama", **grpo, **TWICE) for name, grpo in _algorithms().items()]
    folders += [runs.make("trl-llama", "llama"), runs.make("trl-sees", "sees", training={"max_steps": 2})]
    exports = [f"export_of={runs.sessions['sees'].paths.folder}"]
    unscored = f"unscored_under_trl={runs.models / 'llama'}"
    runs.finish("plain", runs.start("plain", "trl", *folders, *exports, unscored))


def _algorithms() -> dict[str, dict]:
    algorithms = {name: {"grpo": {"algorithm": name, "num_iterations": 2}} for name in ALGORITHMS}
    return algorithms | {"kl": {"grpo": {"kl_penalty": 0.05, "num_iterations": 2}}}
