"""`python -m bench.maths`: Math & Science on references of all kinds, as they are and with one sign changed."""

from __future__ import annotations

import argparse
import json
import sys
import time

from core.prompts.builtin import SOLUTION_ONLY
from core.rewards.base import Example
from core.rewards.library.mathematics import PRESET
from core.rewards.scoring import EachAlone
from tests.support.maths_answers import dresses, references

MARKED = Example("", SOLUTION_ONLY.markers)
SCORER = EachAlone("math-science", PRESET.function, judges_truth=True)


def main() -> None:
    """Measure and print one JSON line, and every surprise before it; 1 when there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--references", type=int, default=1240)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    found = {"self": [0, 0], "other writing": [0, 0], "accepted": [0, 0], "not run": [0, 0]}
    took: list[float] = []
    for made in references(options.references, options.seed):
        tries = [("self", made.reference), *(("other writing", text) for text in dresses(made.reference))]
        for kind, answer in [*tries, *(("accepted", text) for text in made.wrong)]:
            start = time.process_time()
            outcome = SCORER.score_all([f"<SOLUTION>{answer}</SOLUTION>"], [made.reference], [MARKED])[0]
            took.append(time.process_time() - start)
            is_right = outcome.score is not None and outcome.score.value == 1.0
            found[kind] = [found[kind][0] + is_right, found[kind][1] + 1]
            found["not run"] = [found["not run"][0] + (outcome.score is None), found["not run"][1] + 1]
            if is_right != (kind != "accepted"):
                print(json.dumps([made.family, kind, made.reference, answer, outcome.problem]))
    took.sort()
    times = {"median": took[len(took) // 2], "99 %": took[len(took) * 99 // 100], "longest": took[-1]}
    print(json.dumps({**found, "ms": {name: round(1000 * seconds, 2) for name, seconds in times.items()}}))
    wanted = all(found[kind][0] == found[kind][1] for kind in ("self", "other writing"))
    sys.exit(0 if wanted and not found["accepted"][0] else 1)


if __name__ == "__main__":
    main()
