"""bench/gpu_check: its judgements hold on sound runs and fail on others; its first checks run here; it keeps time."""

import json
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from bench.gpu_bundle import cuda_library
from bench.gpu_check import (
    evaluating,
    fast_step,
    first_pass,
    interrupting,
    memory,
    overhead,
    quantised,
    real_size,
    worker,
)
from bench.gpu_check.__main__ import Round
from bench.gpu_check.bed import Session
from bench.gpu_check.catalog import CHECKS, Check
from bench.gpu_check.estimate import PHASES, estimated_gib, measured_gib
from bench.gpu_check.findings import Findings, summary, table
from bench.gpu_check.floor import floor_seconds
from bench.gpu_check.instructions import INSTRUCTIONS, MEASURED
from bench.gpu_check.meter import Meter
from bench.gpu_check.models import DESIGNS
from bench.gpu_check.settings import settings
from core.config import parse_config
from core.jsonfile import read_json, write_json
from tests.conftest import REPOSITORY

GB_CARD = {"bytes_per_second": 1e12, "operations_per_second": 1e14}


@pytest.fixture
def looked(tmp_path):
    """What a judgement says of its arguments: the sentences that do not hold."""

    def look(judge, *arguments):
        file = tmp_path / f"found-{len(list(tmp_path.iterdir()))}"
        judge(Findings(file), *arguments)
        result = summary("check", file, 0.0, "")
        assert result["expectations"] > 0
        return [failure["expected"] for failure in result["failed"]]

    return look


def session(runs, name):
    run = runs.sessions[name]
    return Session(run.workspace, run.paths, run.config, None)


class Timed:
    """A completed run whose steps took some seconds; a notice says that it took another step."""

    outcome, state = "completed", SimpleNamespace(status="completed")

    def __init__(self, seconds, notice=""):
        self._seconds = seconds
        self.events = [{"kind": "notice", "field": "training.engine_step", "message": notice}] if notice else []

    def steps(self):
        return [{"step_seconds": self._seconds, "grad_norm": 0.1}] * 6


def test_a_fast_step_that_was_refused_or_is_slow_fails(looked):
    assert looked(fast_step.judge, Timed(1), Timed(2)) == []
    assert looked(fast_step.judge, Timed(3), Timed(2)) == ["the fast step takes no longer than TRL's"]
    assert looked(fast_step.judge, Timed(1, "no"), Timed(2)) == ["the model passes the proof of the fast step"]


def test_the_judgements_hold_on_sound_runs(runs, looked):
    assert looked(worker.judge, session(runs, "llama"), "cpu") == []
    assert looked(first_pass.note, "grouper 1, packing 1", session(runs, "unsloth-kl")) == []
    assert looked(first_pass.judge, session(runs, "unsloth-gspo"), session(runs, "trl-gspo")) == []
    assert looked(first_pass.judge_losses, session(runs, "unsloth-or_grpo"), session(runs, "trl-or_grpo")) == []
    assert looked(evaluating.judge, session(runs, "evaluated")) == []


def test_the_judgements_fail_on_runs_that_are_not_what_they_ask_for(runs, looked):
    assert looked(worker.judge, session(runs, "trl-llama"), "cuda")[:2] == [
        "the engine is unsloth",
        "the device is cuda",
    ]
    assert "every step but the last is followed by an evaluation" in looked(evaluating.judge, session(runs, "llama"))
    ours, theirs = session(runs, "unsloth-dr_grpo"), session(runs, "trl-or_grpo")
    assert "both engines begin with one loss" in looked(first_pass.judge_losses, ours, theirs)
    assert "trl: that is the engine" in looked(first_pass.judge, ours, ours)
    never_stopped = looked(interrupting.judge, session(runs, "whole"), 0.0)
    assert {"the run is stopped", "it resumed from the first step"} <= set(never_stopped)
    assert "the stop is seen at once" in looked(interrupting.judge_stop, session(runs, "stopped"), 0.0)
    assert "the code is out_of_memory" in looked(memory.judge_failure, session(runs, "llama"))


def test_the_judgements_of_a_card_hold_on_good_figures_and_fail_on_bad_ones(looked):
    parts = {"weights": 2.0, "total": 8.0}
    assert looked(real_size.judge_memory, "bf16", parts, {"total": 7.0}) == []
    assert looked(real_size.judge_memory, "bf16", parts, {"total": 11.0}) != []
    assert looked(evaluating.judge_memory, [0.0, 1.0, 1.0, 1.1]) == []
    assert looked(evaluating.judge_memory, [0.0, 1.0, 1.0, 2.0]) != []
    assert looked(memory.judge_peaks, {"evaluating": 1.0, "sampling": 1.0, "learning": 0.5}) == []
    assert looked(memory.judge_peaks, {"evaluating": 2.0, "sampling": 1.0, "learning": 0.5}) != []
    sizes = dict(zip(quantised.KINDS, (2.0, 2.0, 0.5, 1.0), strict=True))
    assert looked(quantised.judge_weights, sizes) == []
    assert looked(quantised.judge_weights, sizes | {"4bit paged_adamw_8bit": 2.0}) != []
    assert looked(overhead.judge_graphs, {"0": 100.0, "1": 300.0}) == []
    assert looked(overhead.judge_graphs, {"0": 100.0}) != []


def test_the_overhead_is_a_ratio_of_medians_over_the_same_work(looked):
    def steps(seconds, loss=0.5):
        return [{"t": seconds * i, "loss": loss, "reward": 0.2} for i in range(8)]

    assert looked(overhead.judge, [steps(1.0), steps(1.0)], steps(1.01)) == []
    assert looked(overhead.judge, [steps(1.0), steps(1.0)], steps(1.1)) != []
    assert looked(overhead.judge, [steps(1.0, loss=0.4)], steps(1.0)) != []
    assert looked(overhead.judge, [steps(1.0)], steps(1.0)[:2]) == ["both were timed"]


def test_every_part_of_the_estimate_has_a_measured_side():
    config = parse_config(settings(real_size.REAL))
    estimated = estimated_gib(DESIGNS["qwen3-4b"].shape, config)
    work = {name: {"grown_gib": [1.0], "peak_gib": 1.0} for name in ("learning", "sampling")}
    memory_gib = dict.fromkeys(("weights_gib", "adapter_gib", "used_outside_gib"), 1.0)
    measured = measured_gib({"memory": memory_gib, "work": work, "optimizer_gib": 1.0, "reserved_gib": 1.0}, 0.5, 9.0)
    assert estimated.keys() <= measured.keys()
    held = sum(gib for name, gib in estimated.items() if name not in (*PHASES, "total"))
    assert estimated["total"] == pytest.approx(held + max(estimated[phase] for phase in PHASES))


def test_the_floor_of_learning_is_six_operations_a_weight_and_token():
    config = parse_config(settings(real_size.REAL))
    shape = DESIGNS["qwen3-4b"].shape
    least = floor_seconds(shape, config, 512, GB_CARD)
    weights = shape.linear_parameters + shape.vocab * shape.hidden
    assert least["learning"] == pytest.approx(6 * weights * 8 * 1024 / 1e14)
    assert least["sampling"] > 512 * 2 * weights / 1e12


def test_a_meter_gives_each_moment_to_the_innermost_work():
    class Trainer:
        def training_step(self):
            self._generate_and_score_completions()

        def _generate_and_score_completions(self):
            self._generate()

        def _generate(self):
            time.sleep(0.02)

        def _calculate_rewards(self):
            pass

    meter = Meter()
    meter.watch(Trainer)
    Trainer().training_step()
    seconds = {name: work["seconds"] for name, work in meter.result()["work"].items()}
    assert len(seconds["sampling"]) == 1
    assert seconds["sampling"][0] >= 0.02 > sum(seconds["learning"])
    assert real_size.step_seconds([9.0, 9.0, 1.0, 2.0, 1.0, 3.0], 3) == 3.5


def test_a_check_that_takes_too_long_breaks_or_looks_at_nothing_has_failed(tmp_path):
    current = Round(tmp_path, tmp_path, "cpu", time.monotonic() + 900)
    current.run(Check("facts", None, 0.2, ""))
    current.run(Check("no-such-check", None, 60, ""))
    current.ends = time.monotonic()
    current.run(Check("worker", None, 60, ""))
    assert [result["result"] for result in current.results] == ["failed", "failed", "not run"]
    assert current.results[0]["ended"] == "it took longer than 0 s"
    assert "exit code 1" in current.results[1]["ended"]
    assert [json.loads(line) for line in (tmp_path / "gpu.jsonl").read_text().splitlines()] == current.results
    assert summary("empty", tmp_path / "absent", 1.0, "")["result"] == "failed"
    assert "| worker | not run |" in table(current.results)


def test_a_machine_that_is_too_small_for_a_check_has_not_failed_it(tmp_path):
    found = Findings(tmp_path / "found")
    found.cannot("it needs 90 GiB")
    assert summary("llama-8b", tmp_path / "found", 1.0, "")["result"] == "not run"
    found.expect("the rest fits", False, 1)
    assert summary("llama-8b", tmp_path / "found", 1.0, "")["result"] == "failed"


def test_the_first_checks_pass_under_the_stand_in(runs, tmp_path):
    """Together with the judgements above this keeps all of --cpu alive; `runs` has made sure that Unsloth is there."""
    command = [sys.executable, "-m", "bench.gpu_check", "--cpu", "--only", "facts", "--only", "worker"]
    done = subprocess.run([*command, "--out", str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    results = [json.loads(line) for line in (tmp_path / "gpu.jsonl").read_text().splitlines()]
    assert [(result["check"], result["result"]) for result in results] == [("facts", "passed"), ("worker", "passed")]


def test_a_measured_worker_trains_as_the_products_own_and_leaves_its_measures(runs):
    folder = runs.make("measured", "llama", training={"max_steps": 2, "save_steps": 0}, pre_training={"enabled": False})
    write_json(folder / INSTRUCTIONS, {"engine": "trl"})
    command = [sys.executable, "-m", "bench.gpu_check.measured_worker", str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, env=runs.sessions["measured"].environment, capture_output=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert runs.sessions["measured"].state.status == "completed"
    assert {"sampling", "learning"} <= read_json(folder / MEASURED)["work"].keys()


def test_every_check_has_a_name_of_its_own_and_a_limit():
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(0 < check.limit_s <= 300 and check.says for check in CHECKS)


@pytest.mark.parametrize(("cuda", "taken"), [("128", "126"), ("124", "124"), ("130", "131"), ("110", None)])
def test_the_bundle_takes_the_library_that_bitsandbytes_will_load(cuda, taken):
    paths = [f"bitsandbytes/libbitsandbytes_cuda{version}.so" for version in ("124", "126", "131")]
    assert cuda_library(paths, cuda) == (taken and f"bitsandbytes/libbitsandbytes_cuda{taken}.so")
