"""The lane of CPython in bubblewrap: values, problems, limits, the pool."""

import subprocess
import sys
import threading
from collections import Counter, OrderedDict, deque
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import psutil
import pytest

from core.errors import Unavailable
from core.rewards import sandbox
from core.rewards.sandbox import bubblewrap, servers
from core.rewards.sandbox.ran import Limits
from tests.conftest import REPOSITORY

pytestmark = [
    pytest.mark.usefixtures("system"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="bubblewrap is for Linux"),
]
QUICK = Limits(seconds=0.1, memory_mib=32, print_bytes=8192)
VALUES = [
    None, True, 0, -5, 2**53, 2**64, -(10**50), 10**5000, 1.5, -0.0, float("inf"), "", "é\ud800\n", b"\0a",
    bytearray(b"x"), (), (1, (2,)), [1, [2]], {1, 2}, frozenset([3]), {"a": 1}, {1: 2, None: 3, (1, 2): "t"}, ...,
    1 + 2j, range(3),
    Decimal("1.50"), Fraction(1, 3), date(2024, 2, 29), datetime(2024, 1, 2, 3, 4, 5), timedelta(days=-1),
    deque([1, 2]), Counter("aab"), OrderedDict(b=1, a=2),
]  # fmt: skip


def test_plain_values_go_in_and_come_back_unchanged():
    back = sandbox.run("_value", inputs={"_value": VALUES}).value
    assert back == VALUES
    assert [type(value) for value in back] == [type(value) for value in VALUES]


def test_nan_and_minus_zero_come_back_as_they_are():
    value = sandbox.run("[float('nan'), -0.0, 1.0, 1e300]").value
    assert [repr(number) for number in value] == ["nan", "-0.0", "1.0", "1e+300"]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("import numpy\n[numpy.float64(1.5), numpy.int8(2), numpy.bool_(True)]", [1.5, 2, True]),
        ("import sympy\n[sympy.Integer(2), sympy.Float(1.5), sympy.true]", [2, 1.5, True]),
        ("class Odd(int):\n    def __eq__(self, other): return True\nOdd(3)", 3),
        ("class Odd(list):\n    def __iter__(self): return iter([9])\nOdd([1])", [1]),
        ("{'a': 1}.keys()", {"a"}),
        ("import heapq\nheapq.nlargest(2, [1, 5, 3])", [5, 3]),
    ],
)
def test_numbers_of_libraries_and_own_kinds_of_builtins_come_back_plain(source, value):
    assert sandbox.run(source).value == value


def test_an_object_is_equal_to_nothing_outside():
    value = sandbox.run("class Any:\n    def __eq__(self, other): return True\nAny()").value
    assert value != 1
    assert repr(value) == "<solution.Any object>"


@pytest.mark.parametrize(
    ("kind", "line", "source"),
    [
        ("syntax", 2, "x = 1\ndef f(:"),
        ("syntax", None, '"\ud800"'),
        ("error", 2, "x = 0\n1 / x"),
        ("error", 1, "import no_such_module"),
        ("error", 1, "raise SystemExit"),
        ("error", 1, "input()"),
        ("error", 1, "def f(): return f()\nf()"),
        ("error", 1, "raise ImportError(\"No module named 'sklearn'\")"),
        ("unsupported", 1, "import sklearn"),
        ("time", None, "while True: pass"),
        ("time", None, "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()"),
        ("memory", 2, "x = []\nwhile True: x.append('a' * 10000)"),
        ("memory", None, "'1' * 20_000_000"),
        ("output", None, "while True: print('flood')"),
        ("crashed", None, "import os\nos._exit(0)"),
        ("crashed", None, "import ctypes\nctypes.string_at(0)"),
    ],
)
def test_a_problem_is_named_by_its_kind_and_line(kind, line, source):
    limits = QUICK if kind != "memory" else Limits(seconds=5.0, memory_mib=32)
    problem = sandbox.run(source, limits=limits).problem
    assert (problem.kind, problem.line) == (kind, line)


@pytest.mark.parametrize("limit", ["while True: pass", "while True: print('flood')"])
def test_time_and_output_can_not_be_caught(limit):
    assert sandbox.run(f"try:\n    {limit}\nexcept BaseException:\n    pass\n'survived'", limits=QUICK).value is None


def test_what_was_printed_is_kept_when_the_time_is_over():
    assert sandbox.run("print('so far')\nwhile True: pass", limits=QUICK).prints == "so far\n"


def test_nothing_is_kept_from_one_run_to_the_next():
    sandbox.run("import math, builtins\nmath.pi = builtins.len = 3\nopen('/tmp/kept', 'w').close()\nkept = 1")
    source = "import math, os\n(len([1]), math.pi > 3.1, os.listdir('/tmp'), 'kept' in globals())"
    assert sandbox.run(source).value == (1, True, [], False)


def test_random_numbers_are_equal_and_sleep_takes_no_time():
    source = "import random, time\nimport numpy\ntime.sleep(3600)\n(random.random(), numpy.random.rand(), hash('a'))"
    assert sandbox.run(source).value == sandbox.run(source).value


def test_host_functions_may_raise_and_may_run_the_sandbox_again():
    functions = {"outside": lambda x: sandbox.run(f"{x} + 1").value, "fails": lambda: {}["key"]}
    source = "try:\n    fails()\nexcept KeyError:\n    caught = True\n(outside(1), outside(x=2), caught)"
    assert sandbox.run(source, functions=functions).value == (2, 3, True)


def test_waiting_for_the_host_is_not_counted():
    slow = {"wait": lambda: threading.Event().wait(0.3)}
    assert sandbox.run("wait()\n5", functions=slow, limits=QUICK).value == 5


def test_it_serves_several_threads():
    values = []

    def work(n):
        with sandbox.using("system"):
            values.append(sandbox.run(f"{n} * 2").value)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(values) == [0, 2, 4, 6]


def test_a_machine_without_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    reason, cure = bubblewrap.missing()
    assert reason == "bubblewrap is not installed"
    assert "apt install bubblewrap" in cure


def test_bubblewrap_that_may_not_start_gives_its_own_words_and_a_cure(tmp_path):
    restricted = tmp_path / "restricted"
    restricted.write_text("1\n", encoding="ascii")
    reason, cure = bubblewrap.refused("bwrap: setting up uid map: Permission denied\n", restricted)
    assert "setting up uid map" in reason
    assert "AppArmor" in cure


def test_the_sandbox_sees_no_folder_of_ours_and_no_program_to_run():
    line = bubblewrap.command(())
    bound = {line[place + 1] for place, word in enumerate(line) if word.startswith("--ro-bind")}
    assert not bound & {"/", "/etc", "/home", "/root", "/usr", "/usr/bin", "/proc", "/sys", str(REPOSITORY)}


def test_asking_for_more_workers_than_there_are_ends_in_an_error():
    with pytest.raises(Unavailable, match="every sandbox worker is busy"):
        servers.Pool(most=0, wait_s=0.05).take(())


def test_no_server_outlives_its_process(until):
    source = (
        "import os, psutil; from core.rewards import sandbox; sandbox.run('1'); sandbox.run('2');"
        "print(*[child.pid for child in psutil.Process().children(recursive=True)], flush=True); os._exit(0)"
    )
    ended = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=60)
    servers_of_it = [int(pid) for pid in ended.stdout.split()]
    assert servers_of_it
    until(lambda: not any(psutil.pid_exists(pid) for pid in servers_of_it), what="the end of the servers")


def test_packages_that_are_installed_below_tmp_are_not_hidden_by_the_tmp_of_a_run(monkeypatch, tmp_path):
    place = tmp_path / "site-packages"
    place.mkdir()
    monkeypatch.syspath_prepend(str(place))
    line = bubblewrap.command(())
    inside = line[line.index(str(place.resolve())) + 1]
    assert inside.startswith("/sandbox/")
    assert inside in line[-1].split(":")
