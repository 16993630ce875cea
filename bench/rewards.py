"""`python -m bench.rewards`: completions a second of every preset, on one core; code in Monty (see bench.sandbox)."""

from __future__ import annotations

import argparse
import json
import os
import time
from statistics import median

from core.rewards import sandbox
from core.rewards.presets import PRESETS, reward_function
from core.rewards.scoring import EachAlone

TEXT_BUDGET, CODE_BUDGET = 5000, 500
MATHS_BUDGET = 2000
BUDGETS = {
    "programming": CODE_BUDGET,
    "algorithm-implementation": CODE_BUDGET,
    "math-science": MATHS_BUDGET,
    "procedural": 0,
}
"""The tasks' own verifiers are as they are."""


def main() -> None:
    """Measure and print one JSON line; 1 when a preset is under its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="per preset and round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    with sandbox.using("monty"):
        found = {name: speed(name, options.seconds, options.rounds) for name in PRESETS}
    print(json.dumps(found))
    slow = [name for name, speed in found.items() if speed["per_second"] < BUDGETS.get(name, TEXT_BUDGET)]
    raise SystemExit(f"under budget: {', '.join(slow)}" if slow else 0)


def speed(name: str, seconds: float, rounds: int) -> dict:
    """The median rate over all samples of a preset, and how long they are."""
    preset = PRESETS[name]
    samples = [*preset.good, *preset.bad]
    scorer = EachAlone(name, reward_function(name, {}), preset.judges_truth)
    batch = [[s.response for s in samples], [s.reference for s in samples], [s.example for s in samples]]
    scorer.score_all(*batch)
    rates = []
    for _ in range(rounds):
        started, done = time.perf_counter(), 0
        while time.perf_counter() - started < seconds:
            scorer.score_all(*batch)
            done += len(samples)
        rates.append(done / (time.perf_counter() - started))
    words = sum(len(s.response.split()) for s in samples) / len(samples)
    return {"per_second": round(median(rates)), "words": round(words)}


if __name__ == "__main__":
    main()
