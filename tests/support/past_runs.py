"""Sessions that look as if they had run: event logs and groups of completions, written without any worker."""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Iterator
from typing import Any

from core.config import parse_config
from core.jsonfile import read_json, write_json
from core.paths import Workspace
from tests.support.server import REPOSITORY

DEMO = read_json(REPOSITORY / "configs" / "examples" / "demo-arithmetic.json")


def write_run(
    workspace: Workspace,
    session_id: str,
    steps: int = 20,
    groups: int = 4,
    name: str | None = None,
    seed: int = 0,
    signal: bool = True,
) -> None:
    """A completed run of the demo's configuration.

    Args:
        workspace: Where it goes.
        session_id: Its id.
        steps: GRPO steps, each with its metrics.
        groups: Groups of four completions stored for each step; 0 for none.
        name: Its name for people.
        seed: Decides all values.
        signal: Whether completions of a group differ in reward.
    """
    paths = workspace.session(session_id)
    paths.folder.mkdir(parents=True)
    write_json(paths.config, parse_config(DEMO | {"name": name}).dump())
    draw = random.Random(seed)
    began = time.time() - 30 * steps - 60
    lines = []
    for number, (age, kind, fields) in enumerate(_events(steps, groups, signal, draw), 1):
        lines.append(json.dumps({"seq": number, "t": round(began + age, 3), "kind": kind, **fields}))
    paths.events.write_text("\n".join(lines) + "\n", encoding="utf-8")
    paths.log.write_text("".join(f"step {step}: loss as logged\n" for step in range(1, steps + 1)), encoding="utf-8")
    if groups:
        paths.completions.mkdir()
    for step in range(1, steps + 1) if groups else ():
        text = "".join(json.dumps(_group(step, steps, signal, draw)) + "\n" for _ in range(groups))
        (paths.completions / f"step-{step:06d}.jsonl").write_text(text, encoding="utf-8")


def _events(steps: int, groups: int, signal: bool, draw: random.Random) -> Iterator[tuple[float, str, dict[str, Any]]]:
    yield 0, "queued", {}
    yield 1, "starting", {"device": "cpu", "attempt": 1}
    yield 1, "phase", {"phase": "loading", "detail": "model"}
    engine = {"engine": "trl", "device": "cpu", "dtype": "float32", "seconds": 4.2, "adapted_layers": None}
    yield 5, "loaded", engine | {"parameters": 134_515_008, "trainable_parameters": 4_884_480}
    yield 6, "data", {"warm_up": 112, "train": 640, "held_out": 200, "left_out": {}}
    yield 7, "phase", {"phase": "evaluating", "detail": "base"}
    yield 20, "evaluation", _score("base", 0, 0.05, draw)
    yield 21, "phase", {"phase": "pre_training", "detail": ""}
    for step in range(1, 9):
        yield 21 + step, "metrics", {"step": step, "total_steps": 8, "phase": "pre_training", "loss": 2.4 / step}
    yield 40, "phase", {"phase": "evaluating", "detail": "warm_up"}
    yield 48, "evaluation", _score("warm_up", 0, 0.45, draw)
    yield 50, "phase", {"phase": "training", "detail": ""}
    for step in range(1, steps + 1):
        yield 50 + 30 * step, "metrics", _metrics(step, steps, signal, draw)
        if groups:
            stored = {"step": step, "file": f"step-{step:06d}.jsonl", "groups": groups, "sample": []}
            yield 50 + 30 * step, "completions", stored
    end = 50 + 30 * steps
    yield end + 1, "phase", {"phase": "evaluating", "detail": "trained"}
    yield end + 8, "evaluation", _score("trained", steps, 0.62, draw)
    yield end + 9, "phase", {"phase": "saving", "detail": ""}
    yield end + 9, "saved", {"path": "adapter"}
    yield end + 10, "completed", {}


def _score(stage: str, step: int, share: float, draw: random.Random) -> dict[str, Any]:
    marks = "".join("1" if draw.random() < share else "0" for _ in range(200))
    sums = [(a, b) for a in range(40, 48) for b in (draw.randint(2, 9),)]
    samples = [
        {
            "instruction": f"What is {a} + {b}?",
            "reference": str(a + b),
            "answer": f"<SOLUTION>{a + b if mark == '1' else a + b + 1}</SOLUTION>",
        }
        for (a, b), mark in zip(sums, marks, strict=False)
    ]
    correct = marks.count("1")
    values = {"correct": correct, "total": 200, "marks": marks, "reward": correct / 200}
    return {"stage": stage, "step": step, **values, "rewards": {"exact-match": correct / 200}, "samples": samples}


def _metrics(step: int, steps: int, signal: bool, draw: random.Random) -> dict[str, Any]:
    share = step / steps
    reward = 0.4 + 0.3 * (1 - math.exp(-3 * share)) + draw.gauss(0, 0.04) if signal else 0.0
    return {
        "step": step,
        "total_steps": steps,
        "phase": "training",
        "epoch": share,
        "loss": draw.gauss(0, 0.01),
        "reward": reward,
        "reward_std": 0.35 - 0.1 * share if signal else 0.0,
        "kl": 0.02 * share + abs(draw.gauss(0, 0.002)),
        "grad_norm": 0.8 + abs(draw.gauss(0, 0.2)),
        "learning_rate": 1.5e-4 * (1 - share),
        "completion_length": {"mean": 9 + draw.gauss(0, 0.5), "min": 7, "max": 14},
        "clip_ratio": {"low": 0.0, "high": 0.0, "region": 0.0},
        "truncated_fraction": max(0.0, 0.12 * (1 - share) + draw.gauss(0, 0.01)),
        "entropy": 0.9 - 0.4 * share + draw.gauss(0, 0.02),
        "signal_fraction": min(1.0, max(0.0, 0.7 + draw.gauss(0, 0.1))) if signal else 0.0,
        "rewards": {"exact-match": {"mean": reward, "std": 0.35}, "solution-format": {"mean": 0.9, "std": 0.1}},
        "step_seconds": 22 + draw.gauss(0, 1),
        "tokens_per_second": 60 + draw.gauss(0, 3),
        "eta_seconds": 22.0 * (steps - step),
    }


def _group(step: int, steps: int, signal: bool, draw: random.Random) -> dict[str, Any]:
    a, b = draw.randint(10, 99), draw.randint(1, 9)
    chance = 0.4 + 0.3 * step / steps
    completions = [_completion(a + b, signal and draw.random() < chance, draw) for _ in range(4)]
    mean = sum(one["reward"] for one in completions) / 4
    for one in completions:
        one["advantage"] = round(one["reward"] - mean, 4)
    question = f"What is {a} + {b}?"
    return {
        "step": step,
        "prompt": f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n",
        "instruction": question,
        "reference": str(a + b),
        "extras": {},
        "completions": completions,
    }


def _completion(answer: int, is_right: bool, draw: random.Random) -> dict[str, Any]:
    said = answer if is_right else answer + draw.choice((-10, -1, 1, 10))
    is_cut = draw.random() < 0.08
    text = f"The sum is {said}" if is_cut else f"<SOLUTION>{said}</SOLUTION>"
    value = 1.0 if is_right and not is_cut else 0.0
    reason = f"'{said}' {'is' if value else 'is not'} '{answer}'" if not is_cut else "no solution between the markers"
    scores = {
        "exact-match": {"value": value, "reason": reason, "kind": "scored"},
        "solution-format": {"value": 0.0 if is_cut else 1.0, "reason": "by its markers", "kind": "scored"},
    }
    return {"text": text, "tokens": 14 if is_cut else 9, "truncated": is_cut, "reward": value, "scores": scores}
