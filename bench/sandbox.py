"""`python -m bench.sandbox`: solutions a second through the programming reward, in each lane of the sandbox."""

from __future__ import annotations

import argparse
import json
import threading
import time

from core.rewards import sandbox
from core.rewards.base import Example
from core.rewards.library.coding import programming

BUDGET = 300
"""Solutions a second on two cores, in the lane `system`."""
SOLUTION = """
def merge(intervals):
    merged = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged
"""
TESTS = [
    "assert merge([[1, 3], [2, 6], [8, 10]]) == [[1, 6], [8, 10]]",
    "assert merge([[1, 4], [4, 5]]) == [[1, 5]]",
    "assert merge([]) == []",
]
ROWS = {
    "literals": (SOLUTION, TESTS),
    "a program": (SOLUTION, "def check(candidate):\n    " + "\n    ".join(TESTS).replace("merge(", "candidate(")),
    "numpy": ("import numpy as np\ndef total(xs):\n    return np.array(xs).sum()", ["assert total([1, 2]) == 3"]),
}


def main() -> None:
    """Measure and print one JSON line; 1 when the lane `system` is under its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="per figure")
    options = parser.parse_args()
    found = {
        lane: {
            f"{name}, {threads} thread{'s' * (threads > 1)}": rate(lane, name, threads, options.seconds)
            for name in ROWS
            if name != "numpy" or lane == "system"
            for threads in (1, 2, 4)
        }
        for lane in ("monty", "system")
        if sandbox.chosen("auto") == "system" or lane == "monty"
    }
    print(json.dumps(found))
    best = max(found.get("system", {"": 0}).values())
    raise SystemExit(f"{best} solutions/s; {BUDGET} are wanted" if best < BUDGET else 0)


def rate(lane: sandbox.Lane, name: str, threads: int, seconds: float) -> int:
    """Solutions a second of some threads together, warm."""
    code, tests = ROWS[name]
    example = Example("", extras={"tests": tests, "entry_point": "merge"})
    done = [0] * threads

    def work(place: int, until: float) -> None:
        with sandbox.using(lane):
            while time.perf_counter() < until:
                programming(code, "", example)
                done[place] += 1

    for last in (False, True):
        done[:] = [0] * threads
        started = time.perf_counter()
        ends = started + (seconds if last else 0.5)
        workers = [threading.Thread(target=work, args=(place, ends)) for place in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    return round(sum(done) / (time.perf_counter() - started))


if __name__ == "__main__":
    main()
