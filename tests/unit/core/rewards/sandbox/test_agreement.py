"""Both lanes against what CPython makes of the same source: Monty agrees, or says that it can't run it."""

import json
from pathlib import Path

import pytest

from core.rewards import sandbox

CASES = [json.loads(line) for line in Path(__file__).with_name("python_cases.jsonl").read_text("utf-8").splitlines()]
DIFFERS = {
    "next of a generator": "next(x for x in [1, 2])",
    "a generator that is kept": "g = (x for x in range(3))\n(list(g), list(g))",
    "a generator that is passed on": "def f(it): return list(it) + list(it)\nf(x for x in [1])",
    "a map that is kept": "m = map(str, [1])\n(list(m), list(m))",
    "a zip that is left": "z = zip('ab', 'cd')\nfor p in z: break\nlist(z)",
    "effects in a generator": "seen = []\nany(seen.append(x) or x for x in [1, 2])\nseen",
    "an error that any does not reach": "any(10 / x > 1 for x in [1, 0])",
    "an endless iterator": "import itertools\nany(x > 3 for x in itertools.count())",
    "the order of a set": "list({3, 1, 2})",
    "a set that is walked": "[x for x in set([30, 10, 20])]",
    "the first of a set's equals": "max(set([2, 1, 1, 2]), key=[2, 1, 1, 2].count)",
    "a set that pops": "s = {5, 1}\ns.pop()",
    "a group next to a letter": "import re\nre.sub('(a)', r'\\1_', 'banana')",
    "an escape in a replacement": "import re\nre.sub('a', r'\\n', 'banana')",
    "a replacement by a function": "import re\nre.sub('a', lambda m: 'b', 'banana')",
    "matches of nothing": "import re\nre.findall('a*', 'baac')",
    "splits at nothing": "import re\nre.split('x*', 'axbc')",
    "ASCII patterns": "import re\nre.findall('\\\\w+', 'naïve', re.ASCII)",
    "hasattr": "hasattr([], 'append')",
    "getattr with a default": "getattr([], 'append', None) is None",
    "a list and a tuple": "a = [1]\na += (2,)\na",
    "a class that is false": "class A:\n    def __bool__(self): return False\nbool(A())",
    "a class with a length": "class A:\n    def __len__(self): return 0\n1 if A() else 2",
    "a class with an order": "class A:\n    def __lt__(self, other): return True\nsorted([A(), A()]) == 1",
    "a class that adds to itself": "class A:\n    def __iadd__(self, x): return 5\na = A()\na += 1\na",
    "a class that is walked by index": "class A:\n    def __getitem__(self, i): return [1, 2][i]\nlist(A())",
    "a class with other attributes": "class A:\n    def __getattr__(self, name): return name\nA().x",
    "a class with a format": "class A:\n    def __format__(self, how): return 'F'\nf'{A()}'",
    "the method of a counter": "from collections import Counter\nmax('ab', key=Counter('b').get)",
    "the type of a value": "'a'.__class__.__name__",
    "a special method": "[1, 2].__len__()",
    "the text of an assertion": "try:\n    assert 1 > 2, 'no'\nexcept AssertionError as e:\n    r = str(e)\nr",
    "the method of a date": "import datetime\ndatetime.date(2024, 1, 1).isocalendar()[1]",
    "an inverse": "pow(3, -1, 7)",
    "an encoding": "'é'.encode('latin-1')",
    "digits of another script": "int('٣')",
    "more sets at once": "{1}.union([2], [3])",
    "bytes of numbers": "bytes([1, 2])",
}
"""What Monty does otherwise, or not at all."""
AGREES = [
    "round(2.675, 2), round(1.005, 2), round(2.5), round(number=2.25, ndigits=1)",
    "total = sum(x * x for x in range(4))\n','.join(str(n) for n in [1, 2]), total",
    "pairs = zip([1, 2], 'ab')\n[f'{n}{c}' for n, c in pairs]",
    "a, b = map(int, '1 2'.split())\na + b",
    "sorted(set([3, 1, 2])), len({1, 1}), sorted(list(set('hello')))",
    "all(n % d for d in range(2, 5) for n in [7])",
    "import re\nre.sub(r'(\\w+) (\\w+)', r'\\2 \\1', 'hello world')",
    "import re\nre.findall(r'[A-Z][a-z]*', 'HelloWorld'), re.sub(r'\\s+', ' ', 'a  b')",
    "from collections import Counter\nCounter('aab').most_common(1)[0][0], Counter('ab') == {'a': 1, 'b': 1}",
    "class A:\n    def __init__(self, x): self.x = x\n    def __add__(self, o): return self.x + o.x\nA(1) + A(2)",
    "__name__ == '__main__'",
]


def said(ran):
    return f"raises {type(ran.problem.raised).__name__}" if ran.problem else repr(ran.value)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_each_lane_gives_what_cpython_gives_or_is_not_run(case, lane):
    ran = sandbox.run(case["source"])
    if lane == "monty" and ran.problem is not None and ran.problem.kind == "unsupported":
        return
    expected = case["cpython"]
    assert said(ran).startswith("raises") if expected.startswith("raises") else said(ran) == expected


@pytest.mark.parametrize("source", DIFFERS.values(), ids=DIFFERS.keys())
def test_what_monty_does_otherwise_is_not_run(source, monty):
    problem = sandbox.run(source).problem
    assert problem is not None
    assert problem.kind == "unsupported", problem


@pytest.mark.parametrize("source", AGREES)
def test_what_is_written_every_day_runs_in_monty_and_gives_the_same(source):
    values = []
    for lane in ("monty", "system"):
        with sandbox.using(lane):
            values.append(said(sandbox.run(source)))
    assert values[0] == values[1]


def test_an_error_of_the_code_itself_stays_an_error(monty):
    for source in ("[1] + (2,)", "len(5)", "'a' + 1", "{}['x']", "int('abc')", "(1).foo", "def f(a): pass\nf()"):
        assert sandbox.run(source).problem.kind == "error", source
