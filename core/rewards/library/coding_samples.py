"""Worked examples of the presets in coding.py: what earns nearly all and what earns next to nothing."""

from __future__ import annotations

from core.prompts.builtin import GRPO_DEFAULT
from core.rewards.base import Example, Sample


def _answer(code: str, thought: str = "Plan, then write it.") -> str:
    return GRPO_DEFAULT.answer(f"\n```python\n{code.strip()}\n```\n", thought)


def _samples(example: Example, reference: str, *answers: str) -> tuple[Sample, ...]:
    return tuple(Sample(answer, reference, example) for answer in answers)


MARKERS = GRPO_DEFAULT.markers
SHARED = Example(
    "Write a function shared(a, b) that gives the sorted common elements of two lists.",
    MARKERS,
    {
        "tests": [
            "assert shared([3, 4, 5, 6], [5, 7, 4, 10]) == [4, 5]",
            "assert shared([1, 2, 3, 4], [5, 4, 3, 7]) == [3, 4]",
            "assert shared([1, 2], [3]) == []",
        ]
    },
)
MEDIAN = Example(
    "Complete `median(numbers)`.",
    MARKERS,
    {
        "entry_point": "median",
        "tests": "def check(candidate):\n    assert candidate([3, 1, 2]) == 2\n"
        "    assert abs(candidate([1, 2, 3, 4]) - 2.5) < 1e-9\n",
    },
)
TITLES = Example(
    "Write initials(name), which gives the initials.",
    MARKERS,
    {
        "entry_point": "initials",
        "tests": [{"input": ["Ada Lovelace"], "output": "AL"}, {"input": ["Alan Turing"], "output": "AT"}],
    },
)
FIRST_TWICE = Example(
    "Write first_repeated(items): the first item that has been seen before, or None.",
    MARKERS,
    {
        "entry_point": "first_repeated",
        "tests": [
            {"input": [[1, 2, 1]], "output": 1},
            {"input": [[3, 1, 2, 2, 3]], "output": 2},
            {"input": [[]], "output": None},
        ],
        "inputs": [[list(range(40))], [list(range(80))], [[*range(160), 7]]],
    },
)
WITH_SET = """
def first_repeated(items):
    seen = set()
    for item in items:
        if item in seen:
            return item
        seen.add(item)
    return None
"""
WITH_DICT = """
def first_repeated(items):
    counts = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
        if counts[item] == 2:
            return item
"""
WITH_WHILE = """
def first_repeated(items):
    seen, place = set(), 0
    while place < len(items):
        if items[place] in seen:
            return items[place]
        seen.add(items[place])
        place += 1
    return None
"""
WITH_ALL_PAIRS = """
def first_repeated(items):
    best = None
    for late in range(len(items)):
        for early in range(len(items)):
            if early < late and items[early] == items[late] and best is None:
                best = items[late]
    return best

print(first_repeated([1, 1]))
"""
EMPTY = "def first_repeated(items): ..."
LAST_ITEM = "def first_repeated(items):\n    return items[-1] if items else None"
SHARED_SETS = "def shared(a, b):\n    return sorted(set(a) & set(b))"
MEDIAN_SORTED = """
def median(numbers):
    numbers = sorted(numbers)
    half = len(numbers) // 2
    return numbers[half] if len(numbers) % 2 else (numbers[half - 1] + numbers[half]) / 2
"""
INITIALS = "def initials(name):\n    return ''.join(word[0] for word in name.split())"
STACK = """
class Stack:
    \"\"\"Last in, first out.\"\"\"

    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        return self.items.pop()
"""
STACK_ASKED = Example("Write a class called Stack with push and pop.", MARKERS)
SQUARES_ASKED = Example("Print the squares of the first ten numbers.", MARKERS)

GOOD: dict[str, tuple[Sample, ...]] = {
    "programming": (
        *_samples(SHARED, "", _answer(SHARED_SETS)),
        *_samples(MEDIAN, "", _answer(MEDIAN_SORTED)),
        *_samples(TITLES, "", _answer(INITIALS)),
    ),
    "code-generation": (
        *_samples(SHARED, "", _answer(SHARED_SETS)),
        *_samples(STACK_ASKED, "", _answer(STACK)),
        *_samples(SQUARES_ASKED, "", _answer("for number in range(10):\n    print(number**2)")),
    ),
    "algorithm-implementation": _samples(
        FIRST_TWICE, WITH_SET, _answer(WITH_SET), _answer(WITH_DICT), _answer(WITH_WHILE)
    ),
}
BAD: dict[str, tuple[Sample, ...]] = {
    "programming": (
        *_samples(SHARED, "", _answer("def shared(a, b):\n    return [4, 5]")),
        *_samples(SHARED, "", _answer("def shared(a, b):\n    raise SystemExit")),
        *_samples(MEDIAN, "", _answer("def median(numbers):\n    return numbers[len(numbers) // 2]")),
        *_samples(TITLES, "", SHARED_SETS),
    ),
    "code-generation": (
        *_samples(SHARED, "", _answer("def shared(a, b):\n    pass")),
        *_samples(SHARED, "", _answer("def something_else(a, b):\n    return sorted(set(a) & set(b))")),
        *_samples(STACK_ASKED, "", _answer("class Stack:\n    def push(self, item)\n        return item")),
        *_samples(SQUARES_ASKED, "", GRPO_DEFAULT.answer("hello", "The squares.")),
    ),
    "algorithm-implementation": _samples(
        FIRST_TWICE,
        WITH_SET,
        _answer(WITH_ALL_PAIRS),
        _answer(LAST_ITEM),
        _answer(EMPTY),
    ),
}
