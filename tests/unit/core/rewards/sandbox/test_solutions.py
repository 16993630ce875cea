"""Solutions and tests as two processes: what tests may do with a solution's objects, and what they may not."""

import time

import pytest

from core.rewards.base import Example, NotRun
from core.rewards.library.coding import programming
from core.rewards.sandbox.servers import pool
from core.rewards.sandbox.system import LOST_S
from tests.support.coding_tasks import tasks

TASKS = tasks()


def scored(code, tests, entry_point="", **parameters):
    return programming(code, "", Example("", extras={"tests": tests, "entry_point": entry_point}), **parameters)


def verdict(code, tests, entry_point):
    try:
        return scored(code, tests, entry_point, time_limit=2.0).value
    except NotRun:
        return None


def test_every_right_solution_passes_in_cpython_and_every_wrong_one_fails(system):
    right = {name: verdict(code, tests, entry) for name, entry, code, _, tests in TASKS}
    wrong = {name: verdict(code, tests, entry) for name, entry, _, code, tests in TASKS}
    assert len(TASKS) >= 60
    assert {name: value for name, value in right.items() if value != 1.0} == {}
    assert {name: value for name, value in wrong.items() if value != 0.0} == {}


def test_monty_judges_the_same_or_says_that_it_can_not(monty):
    right = [verdict(code, tests, entry) for _, entry, code, _, tests in TASKS]
    wrong = [verdict(code, tests, entry) for _, entry, _, code, tests in TASKS]
    assert set(right) == {1.0, None}
    assert set(wrong) == {0.0, None}
    assert right.count(1.0) >= 25


ANY = "class Any:\n    def __eq__(self, other): return True\n    def __sub__(self, other): return 0.0\n"
ANY += "    def __lt__(self, other): return True\n    def __contains__(self, x): return True\n"
ANY += "    def __iter__(self): return iter([self])\n    def __len__(self): return 1\ndef f(x): return Any()"


@pytest.mark.parametrize(
    "test",
    [
        "assert f(1) == 2",
        "assert [f(1)] == [2]",
        "assert not (f(1) != 2)",
        "assert 2 == f(1)",
        "assert abs(f(1) - 2) < 1e-6",
        "assert f(1) < 3",
        "assert 2 in f(1)",
        "assert list(f(1)) == [2]",
        "assert f(1) in (2, 3)",
        "import math\nassert math.isclose(f(1), 2)",
        "assert str(f(1)) == '2'",
        "assert sorted([f(1), 2]) == [2, 2]",
    ],
)
def test_an_object_that_calls_itself_equal_to_anything_passes_no_test(system, test):
    assert scored(ANY, test).value == 0.0


@pytest.mark.parametrize(
    "code",
    [
        "def f(x):\n    import sys\n    return sys._getframe(1).f_locals.get('expected', 2 if False else 0)",
        "import gc\ndef f(x): return next((o for o in gc.get_objects() if isinstance(o, str) and 'assert' in o), 0)",
        "import builtins\nbuiltins.abs = builtins.len = lambda *a: 0\nAssertionError = None\ndef f(x): return None",
        "import sys, types\nsys.modules['math'] = types.SimpleNamespace(isclose=lambda *a: True)\ndef f(x): return 0",
        "math = type('M', (), {'isclose': lambda *a, **k: True, 'fabs': lambda x: 0})\ndef f(x): return 0",
        "import os\ndef f(x): os._exit(0)",
        "def f(x): raise SystemExit(0)",
        "import os\ndef f(x):\n    os.write(4, b'F\\0\\0\\0\\x0f{\"value\": null}')\n    return 0",
        "def f(x):\n    while True: pass",
    ],
)
def test_a_solution_can_not_reach_the_tests(system, code):
    test = "expected = 2\nassert math.isclose(f(1), expected) and math.fabs(f(1) - 2) < 1e-6 and abs(f(1)) == 2"
    assert scored(code, test, time_limit=0.3).value == 0.0


FORGED = {
    "a name of the tests": {"ask": ["name", "exit(0)", [], {}]},
    "a text for sympy": {"value": {"sympy": ["Add", ["__import__('os')._exit(0)"]]}},
    "an exception that runs a text": {
        "raise": {
            "class": {"builtin": "exec"},
            "args": ["raise SystemExit"],
            "text": "",
            "state": {},
            "base": "",
            "name": "",
        }
    },
    "a class of other bases": {"value": {"class": [0, "A", [{"builtin": "int"}], ""]}},
    "a proxy of another class": {"value": {"ref": [0, {"builtin": "int"}]}},
    "a method of no operation": {"ask": ["operate", 0, ["__subclasses__"], {}]},
    "all that a function knows": {"ask": ["get", 0, ["__globals__"], {}]},
    "the frame of a generator": {"ask": ["get", 0, ["gi_frame"], {}]},
    "the parts of nothing": {"value": {"ref": []}},
    "an unknown tag": {"value": {"pickle": "gASVAAAAAAAAAC4="}},
}
"""What a solution may send to the tests in place of an answer."""


@pytest.mark.parametrize("message", FORGED.values(), ids=FORGED.keys())
def test_a_forged_answer_makes_the_tests_fail_and_runs_nothing_there(system, message):
    source = (
        "import json, os\ndef f(x):\n"
        f"    text = json.dumps({message!r}).encode()\n"
        "    os.write(4, b'M' + len(text).to_bytes(4, 'big') + text)\n    return 0"
    )
    assert scored(source, "import sympy\nassert f(lambda: 1) == 1 and f(2) == 3", time_limit=0.3).value == 0.0


def test_a_callback_gives_a_solution_nothing_but_its_value(system):
    code = "def f(g):\n    try:\n        return g.__globals__['secret']\n    except AttributeError:\n        return g()"
    assert scored(code, "secret = 5\nassert f(lambda: 4) == 4").value == 1.0


def test_calls_that_tests_made_are_known_with_their_values(system):
    code = "def add(a, b):\n    return 3"
    tests = ["assert sum([add(1, 2), 0]) == 3", "assert sum([add(1, b=1), 0]) == 2"]
    assert scored(code, tests, partial=True).value == 0.0


def test_an_endless_conversation_ends(system):
    code = "def f(g):\n    while True: g()"
    assert scored(code, "assert f(lambda: 1) == 1", time_limit=0.1).value == 0.0


def test_a_library_that_is_missing_here_is_not_called_wrong(lane):
    with pytest.raises(NotRun, match="sklearn"):
        scored("import sklearn\ndef f(x): return x", "assert f(1) == 1")


def test_a_last_answer_that_a_solution_forges_does_not_let_the_host_wait(system):
    started = time.perf_counter()
    forged = "import os\nos.write(4, b'F\\0\\0\\0\\x0f{\"value\": null}')\ndef f(x): return 1"
    assert scored(forged, ["x = 1", "assert f(x) == 1"]).value == 0.0
    assert scored(forged, "assert f(1) == 1").value == 0.0
    assert time.perf_counter() - started < LOST_S


YES = "    def __init__(self, *given): pass\n    def __eq__(self, other): return True\n"
YES += "    def __sub__(self, other): return 0\n    def __contains__(self, x): return True\n"


@pytest.mark.parametrize(
    "test",
    [
        "def test_it():\n    x = [[1, 2], [3, 4]]\n    assert Any(x) == [1, 3]",
        ["x = [1, 2]", "assert Any(x, [2]) == [1]"],
        ["x = Any([1, 2])", "assert x == [1]"],
        "import math\nassert abs(Any(3) - math.pi * 9) < 0.01",
        "def test_it():\n    assert Any([1]) == Any([1])\n    assert Any([2]) == [4]",
        "assert 3 in list(map(Any, [1, 2]))",
        "assert 3 in Any(2)",
    ],
)
def test_a_class_in_place_of_a_capitalised_function_passes_no_test(system, test):
    assert scored(f"class Any:\n{YES}", test).value == 0.0


def test_an_object_in_place_of_a_value_is_wrong_and_not_left_unscored(lane):
    code = f"class Own:\n{YES}\nclass Solution:\n    def f(self, x): return Own()"
    assert scored(code, "def check(candidate):\n    x = 3\n    assert candidate(x) == 9", "Solution().f").value == 0.0
    if lane == "system":
        assert scored(code, ["x = 3", "assert Solution().f(x) == 9"]).value == 0.0


def test_a_class_that_the_tests_use_as_one_may_be_compared_with_plain_data(system):
    code = (
        "class Money:\n    def __init__(self, cents): self.cents = cents\n"
        "    def __eq__(self, other): return self.cents == getattr(other, 'cents', other)\n"
        "    def __mul__(self, times): return Money(self.cents * times)\n"
        "    def __contains__(self, cents): return cents <= self.cents\n"
        "    def same(self): return Money(self.cents)"
    )
    assert scored(code, ["m = Money(3)", "assert m.cents == 3 and m == 3 and 2 in m"]).value == 1.0
    assert scored(code, "assert Money(3) * 2 == Money(6)").value == 1.0
    assert scored(code, "assert isinstance(Money(3), Money) and Money(3) * 2 == 6").value == 1.0
    with pytest.raises(NotRun, match="own classes"):
        scored(code, "assert (Money(3).same() * 2).cents == 6")


@pytest.mark.parametrize("error", ["StopIteration", "StopAsyncIteration"])
def test_a_solution_that_stops_the_iteration_of_the_tests_passes_none(system, error):
    code = f"def f(x): raise {error}"
    assert scored(code, ["cases = [(1, 2), (2, 3)]", "assert all(map(lambda c: f(c[0]) == c[1], cases))"]).value == 0.0
    test = "def test_it():\n    for a, b in zip(map(f, [1, 2]), [2, 3]):\n        assert a == b"
    assert scored(code, test).value == 0.0


def test_tests_may_expect_a_stop_of_iteration(system):
    code = "def f(x):\n    if x: raise StopIteration(x)\n    return iter([4])"
    test = "def test_it():\n    try:\n        f(1)\n    except StopIteration as stop:\n        assert stop.args == (1,)"
    assert scored(code, test).value == 1.0
    assert scored(code, ["it = f(0)", "assert (next(it), next(it, 5), sum(f(0))) == (4, 5, 4)"]).value == 1.0


@pytest.mark.parametrize("load", ["import heavy_package", "from heavy_package.part import x"])
@pytest.mark.parametrize("trouble", ["[0] * 10**9", "raise ImportError('failed to map segment from shared object')"])
def test_an_installed_package_that_can_not_be_loaded_is_not_called_wrong(packages, load, trouble):
    (packages / "heavy_package" / "__init__.py").write_text(trouble, encoding="utf-8")
    with pytest.raises(NotRun, match="heavy_package"):
        scored(f"{load}\ndef f(x): return x", "assert f(1) == 1")


def test_a_name_that_a_package_lacks_is_the_mistake_of_the_code(packages):
    (packages / "heavy_package" / "__init__.py").write_text("", encoding="utf-8")
    code = "from heavy_package import no_such\ndef f(x): return x"
    assert scored(code, "assert f(1) == 1").value == 0.0
    full = "import heavy_package\ndef f(x): return [0] * 10**9"
    assert scored(full, "assert f(1) == 1").value == 0.0


@pytest.fixture
def packages(system, monkeypatch, tmp_path):
    """A folder of installed packages, with one that is empty; servers that see it."""
    place = tmp_path / "site-packages"
    (place / "heavy_package").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(place))
    pool().close()
    yield place
    pool().close()


@pytest.mark.parametrize(
    "code", ["def g(x): return x\nf, h = g, g", "if True:\n    f = lambda x: x", "for f in [lambda x: x]: pass"]
)
def test_a_function_counts_as_defined_however_it_got_its_name(system, code):
    assert scored(code, "assert f(4) == 4").value == 1.0
    assert scored(code, ["x = 4", "assert f(x) == 4"]).value == 1.0
    missing = scored("def g(x): return x", "assert f(4) == 4")
    assert (missing.value, missing.reason) == (0.0, "the code does not define f")


def test_tests_may_import_the_solution_under_test(lane):
    test = (
        "from solution import add, add as plus\n\ndef test_it():\n    x = 1\n    assert add(x, 2) == plus(2, x) == 3\n"
    )
    assert scored("def add(a, b): return a + b", test).value == 1.0
    assert scored("def add(a, b): return a - b", test).value == 0.0
    check = "from solution import add\ndef check(candidate):\n    assert candidate(1, 2) == 3 == add(1, 2)"
    assert scored("def add(a, b): return a + b", check, "add").value == 1.0


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("import asyncio\nassert asyncio.run(f(1)) == 1", "await"),
        (
            "import asyncio\nasync def main(): return await f(1)\ndef test_it(): assert asyncio.run(main()) == 1",
            "await",
        ),
        ("def test_it(capsys):\n    f(5)\n    assert capsys.readouterr().out == '5'", "prints"),
        (
            "import contextlib, io\ndef test_it():\n    with contextlib.redirect_stdout(io.StringIO()) as out:\n"
            "        f(5)\n    assert out.getvalue() == '5'",
            "prints",
        ),
    ],
)
def test_tests_that_await_or_read_prints_are_not_run_whatever_the_answer(lane, test, reason):
    for code in ("async def f(x): return x", "def f(x): print(x)"):
        with pytest.raises(NotRun, match=reason):
            scored(code, test)


def test_tests_that_import_what_is_missing_are_not_run_and_a_solution_that_does_is_wrong(lane):
    test = "import no_such_library\ndef test_it():\n    x = 1\n    assert f(x) == 1"
    with pytest.raises(NotRun, match="no_such_library"):
        scored("def f(x): return x", test)
    wrong = "def f(x): raise ImportError(\"No module named 'no_such_library'\")"
    assert scored(wrong, ["x = 1", "assert f(x) == 1"]).value == 0.0
