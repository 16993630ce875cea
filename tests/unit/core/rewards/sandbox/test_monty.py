"""The sandbox: limits, isolation, and telling why something did not run."""

import subprocess
import sys
import threading
from dataclasses import replace

import psutil
import pytest

from core.rewards import sandbox
from core.rewards.sandbox import Limits

pytestmark = pytest.mark.usefixtures("monty")
QUICK = Limits(seconds=0.05, memory_mib=16, recursion=100, print_bytes=8192)


def test_it_gives_the_value_and_the_prints():
    ran = sandbox.run("print('hello')\ndef double(x):\n    return 2 * x", "double(_n)", {"_n": 21})
    assert (ran.value, ran.prints, ran.problem) == (42, "hello\n", None)


@pytest.mark.parametrize(
    ("kind", "line", "source"),
    [
        ("syntax", 2, "x = 1\ndef f(:"),
        ("unsupported", 2, "def f():\n    yield 1"),
        ("unsupported", 2, "x = [1]\ndel x[0]"),
        ("unsupported", 1, "import heapq"),
        ("unsupported", 1, "import numpy as np"),
        ("unsupported", 1, "from collections import OrderedDict"),
        ("unsupported", 1, "memoryview(b'a')"),
        ("unsupported", 1, "(5).bit_count()"),
        ("error", 2, "x = 0\n1 / x"),
        ("error", 1, "import no_such_module"),
        ("error", 1, "undefined_name"),
        ("error", 1, "'a'.no_such_method()"),
        ("error", 1, "raise NotImplementedError('The monty syntax parser does not yet support this')"),
        ("error", 1, "raise ImportError(\"No module named 'numpy'\")"),
        ("error", 1, "raise RuntimeError('Internal error in monty: made up')"),
        ("error", 1, "raise AttributeError(\n    \"'int' object has no attribute 'bit_count'\"\n)"),
        ("error", 2, "def f(e):\n    raise e\nf(NameError(\"name 'memoryview' is not defined\"))"),
        ("unsupported", 2, "if False: raise ValueError\nimport numpy"),
        ("error", 1, "raise SystemExit"),
        ("error", 2, "import sys\nsys.exit()"),
        ("error", 1, "input()"),
        ("error", 1, "def f(): return f()\nf()"),
        ("time", None, "while True: pass"),
        ("memory", None, "x = []\nwhile True: x.append('a' * 1000)"),
        ("output", None, "while True: print('flood')"),
    ],
)
def test_a_problem_is_named_by_its_kind_and_line(kind, line, source):
    limits = replace(QUICK, seconds=5.0) if kind == "memory" else QUICK
    problem = sandbox.run(source, limits=limits).problem
    assert (problem.kind, problem.line or None) == (kind, line)


@pytest.mark.parametrize("limit", ["while True: pass", "x = '-' * 10**9", "while True: print('flood')"])
def test_a_limit_can_not_be_caught(limit):
    body = "\n".join("    " + line for line in limit.splitlines())
    assert sandbox.run(f"try:\n{body}\nexcept BaseException:\n    pass\n'survived'", limits=QUICK).value is None


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd').read()",
        "import os\nos.listdir('/')",
        "import os\nos.environ['PATH']",
        "import os\nos.system('true')",
        "from pathlib import Path\nPath('made').write_text('x')",
        "().__class__.__bases__",
        "(lambda: 0).__globals__",
        "__import__('os')",
        "import socket",
        "import subprocess",
    ],
)
def test_there_is_no_way_out(attempt):
    assert sandbox.run(attempt, limits=QUICK).problem is not None


def test_equal_runs_give_equal_values_and_sleep_takes_no_time():
    source = (
        "import random, time\nfrom datetime import datetime\ntime.sleep(3600)\n(random.random(), str(datetime.now()))"
    )
    assert sandbox.run(source).value == sandbox.run(source).value


def test_nothing_is_kept_from_one_run_to_the_next():
    sandbox.run("kept = 1")
    assert sandbox.run("kept").problem.kind == "error"


def test_a_run_after_a_limit_works():
    sandbox.run("while True: pass", limits=QUICK)
    assert sandbox.run("1 + 1", limits=QUICK).value == 2


def test_host_functions_may_run_the_sandbox_again():
    functions = {"outside": lambda x: sandbox.run(f"{x} + 1").value}
    assert sandbox.run("outside(1) + outside(2)", functions=functions).value == 5


def test_an_instance_of_its_own_class_is_equal_to_nothing():
    value = sandbox.run("class Any:\n    def __eq__(self, other): return True", "Any()").value
    assert value != 1


def test_it_serves_several_threads():
    values = []
    threads = [threading.Thread(target=lambda n=n: values.append(sandbox.run(f"{n} * 2").value)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert sorted(values) == [0, 2, 4, 6]


def test_a_line_of_the_expression_behind_the_source_is_not_a_line_of_the_source():
    assert sandbox.run("x = 1", "no_such_function()").problem.line is None


@pytest.mark.parametrize("source", ["10**5000", "[10**5000]", "{'a': (10**5000,)}"])
def test_a_value_of_any_size_can_be_shown(source):
    assert sandbox.shown(sandbox.run(source).value).endswith("too large to show")


def test_text_that_is_no_unicode_is_a_syntax_problem():
    assert sandbox.run('"\ud800"').problem.kind == "syntax"


def test_no_worker_outlives_its_process():
    source = (
        "import psutil, threading; from core.rewards import sandbox; "
        "thread = threading.Thread(target=sandbox.run, args=('1',)); thread.start(); thread.join(); "
        "print(*[child.pid for child in psutil.Process().children()])"
    )
    ended = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=30)
    workers = [int(pid) for pid in ended.stdout.split()]
    assert workers
    assert not any(psutil.pid_exists(pid) for pid in workers)
