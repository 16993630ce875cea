"""Coding tasks of our own, in the shapes of public sets: a right solution, what makes it wrong, and tests.

A task begins with ## and the entry point (- for none); then the solution; after => the change that breaks it; after ??
the tests: asserts, or check(candidate).
"""

from pathlib import Path

FILE = Path(__file__).with_suffix(".txt")


def tasks():
    """(name, entry point, right solution, wrong solution, tests) of each."""
    found = []
    for place, part in enumerate(FILE.read_text(encoding="utf-8").strip().removeprefix("## ").split("\n## ")):
        head, rest = part.split("\n", 1)
        code, change = rest.split("\n=> ", 1)
        change, tests = change.split("\n?? ", 1)
        old, new = change.split(" => ", 1) if " => " in change else (change.removesuffix(" =>"), "")
        assert old in code, (place, old)
        found.append((f"{place} {code[:40]!r}", head.replace("-", ""), code, code.replace(old, new), tests))
    return found
