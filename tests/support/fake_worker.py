"""Speaks core.workers.protocol without torch. The run's name is its script: "steps=5 delay=0.02 end=crash"."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from core.config import parse_config
from core.jsonfile import read_json
from core.paths import SessionPaths
from core.sessions.events import read_events
from core.sessions.state import fold_all
from core.workers.protocol import Reporter, StopRequested, run_worker

DEFAULTS = {"steps": "5", "delay": "0.02", "end": "completed", "at": "3", "noise": "0", "hold": "0"}
GO = "GO"
"""The file in the session's folder that a run waits for at the step `hold`."""


def main(folder: Path) -> int:
    """Act out the script of the session in `folder`."""
    paths = SessionPaths(folder.resolve())
    return run_worker(Reporter(paths), lambda to: act(paths, to))


def act(paths: SessionPaths, to: Reporter) -> None:
    """All phases with invented numbers; ends as told: completed, crash, kill, oom, hang, deaf."""
    name = parse_config(read_json(paths.config)).name or ""
    script = DEFAULTS | dict(part.split("=", 1) for part in name.split() if "=" in part)
    to.phase("loading", interruptible=True)
    counts = {"parameters": 1, "trainable_parameters": 1, "adapted_layers": None}
    to.log.append("loaded", engine="fake", device="cpu", dtype="float32", **counts, seconds=0)
    state = fold_all(paths.id, read_events(paths.events))
    done = max(state.checkpoints, default=0)
    if state.attempt > 1:
        to.log.append("resumed", from_step=done)
    if not state.evaluations:
        to.log.append("evaluation", **score("base", 0, "1000000000"))
    to.phase("training")
    try:
        for step in range(done + 1, int(script["steps"]) + 1):
            take_step(step, script, to, paths, state.attempt)
    except StopRequested as request:
        to.log.append("saved", path="adapter")
        to.end("stopped", mode=request.mode, step=step - 1, saved=True)
        return
    to.log.append("evaluation", **score("trained", int(script["steps"]), "1110000000"))
    to.log.append("saved", path="adapter")
    to.end("completed")


def score(stage: str, step: int, marks: str) -> dict:
    """The fields of an evaluation of ten rows, two of which are shown."""
    correct = marks.count("1")
    samples = [{"instruction": f"What is {n} + 2?", "reference": str(n + 2), "answer": f"{stage} {n}"} for n in (2, 3)]
    counts = {"correct": correct, "total": len(marks), "marks": marks, "reward": correct / len(marks)}
    return {"stage": stage, "step": step, **counts, "rewards": {}, "samples": samples}


def take_step(step: int, script: dict, to: Reporter, paths: SessionPaths, attempt: int) -> None:
    """One step's sleep, noise, trouble and numbers."""
    deadline = time.monotonic() + float(script["delay"])
    while time.monotonic() < deadline or is_held(step, script, paths):
        if script["end"] != "deaf":
            to.check_stop()
        time.sleep(0.005)
    if int(script["noise"]):
        sys.stdout.write(("x" * 120 + "\n") * int(script["noise"]))
    if step == int(script["at"]) and attempt == 1:
        trouble(script["end"])
    groups = paths.completions
    groups.mkdir(exist_ok=True)
    (groups / f"step-{step:06d}.jsonl").write_text(
        json.dumps(
            {
                "step": step,
                "prompt": "What is 2 + 2?",
                "extras": {},
                "instruction": "What is 2 + 2?",
                "reference": "4",
                "completions": [
                    {
                        "text": f"<SOLUTION>{number}</SOLUTION>",
                        "tokens": 4,
                        "truncated": False,
                        "reward": 0.5,
                        "advantage": 0.0,
                        "scores": {"exact-match": {"value": None, "reason": "by the script", "kind": "not_run"}},
                    }
                    for number in (4, 5)
                ],
            }
        )
        + "\n",
        encoding="utf-8",
    )
    to.log.append("completions", step=step, file=f"step-{step:06d}.jsonl", groups=1, sample=[])
    to.log.append(
        "metrics", step=step, total_steps=int(script["steps"]), phase="training", loss=0.1, reward=step / 10,
        reward_std=0.2, signal_fraction=0.5, step_seconds=0.02, eta_seconds=1.0,
        completion_length={"mean": 5, "min": 1, "max": 9}, rewards={"exact-match": {"mean": step / 10, "std": 0.2}},
    )  # fmt: skip
    if step % 2 == 0:
        to.log.append("checkpoint", step=step, path=f"checkpoint-{step}")


def is_held(step: int, script: dict, paths: SessionPaths) -> bool:
    """Whether the script stays at this step."""
    is_deaf = script["end"] == "deaf" and step == int(script["at"])
    return is_deaf or (step == int(script["hold"]) and not (paths.folder / GO).exists())


def trouble(kind: str) -> None:
    """Go wrong in the way the script wants."""
    if kind == "crash":
        raise KeyError("a bug in the worker")
    if kind == "oom":
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "exit":
        os._exit(3)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
