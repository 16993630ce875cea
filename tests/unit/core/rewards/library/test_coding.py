"""Rewards for programs, and how their tests are read, run and kept out of reach."""

import json

import pytest

from core.prompts.builtin import SOLUTION_ONLY
from core.rewards import sandbox
from core.rewards.base import Example, NotRun
from core.rewards.library.code_source import code_in, cost, parsed
from core.rewards.library.code_tests import alike, read_tests
from core.rewards.library.coding import PRESETS, algorithm_implementation, code_generation, programming

SAMPLES = [
    pytest.param(preset.function, sample, good, id=f"{name} {'good' if good else 'bad'} {place}")
    for name, preset in PRESETS.items()
    for good, samples in ((True, preset.good), (False, preset.bad))
    for place, sample in enumerate(samples)
]
NONSENSE = {
    "nothing": "",
    "space": " \n\t ",
    "tags only": "<start_working_out><end_working_out><SOLUTION></SOLUTION>",
    "random words": "the quick brown fox jumps over the lazy dog",
    "one word": "hello",
    "every number": " ".join(map(str, range(1000))),
    "keywords": "def return class",
    "keywords on lines": "pass\nreturn\nbreak\nyield\ndel x",
    "keywords, twenty times": "def return class " * 20,
    "an empty block": "```python\n```",
    "a block of words": "```python\nhello\n```",
    "a call in prose": "print(hello)",
    "an open block": "```python\ndef add(a, b):\n    return a + b",
}
ADD = {"tests": ["assert add(1, 2) == 3", "assert add(2, 5) == 7", "assert add(0, 0) == 0"]}
RIGHT = "def add(a, b):\n    return a + b"


pytestmark = pytest.mark.usefixtures("monty")


def judged(code, tests=ADD["tests"], entry_point="", **parameters):
    return programming(code, "", Example("", extras={"tests": tests, "entry_point": entry_point}), **parameters)


@pytest.mark.parametrize(("function", "sample", "good"), SAMPLES)
def test_good_samples_score_high_and_bad_ones_low(function, sample, good):
    score = function(sample.response, sample.reference, sample.example)
    assert score.reason
    assert score.value >= 0.8 if good else score.value <= 0.3


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("text", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_scores_nothing_with_and_without_tags(name, text):
    sample = PRESETS[name].good[0]
    bare = Example(sample.example.instruction, extras=sample.example.extras)
    for response, example in ((text, sample.example), (f"<SOLUTION>{text}</SOLUTION>", sample.example), (text, bare)):
        assert PRESETS[name].function(response, sample.reference, example).value == 0.0


@pytest.mark.parametrize("name", PRESETS)
def test_the_question_copied_scores_nothing(name):
    for sample in PRESETS[name].good:
        copied = f"<SOLUTION>{sample.example.instruction}</SOLUTION>"
        assert PRESETS[name].function(copied, sample.reference, sample.example).value == 0.0


@pytest.mark.parametrize(
    ("tests", "entry_point"),
    [
        (ADD["tests"], ""),
        ("\n".join(ADD["tests"]), ""),
        (json.dumps(ADD["tests"]), ""),
        ("import math\nassert math.isclose(add(0.1, 0.2), 0.3)", ""),
        ("numbers = [1, 2]\nassert add(*numbers) in (3, 4)\nassert not add(0, 0)", ""),
        ("def check(candidate):\n    for n in range(5):\n        assert candidate(n, n) == 2 * n", "add"),
        ("def test_add():\n    assert add(1, 1) == 2", ""),
        ([{"input": [1, 2], "output": 3}, {"input": {"a": 1, "b": 1}, "output": 2.0}], "add"),
        ('[{"input": [1, 2], "output": 3}]', "add"),
    ],
    ids=["list", "text", "json list", "setup", "programs", "check", "test function", "pairs", "json pairs"],
)
def test_tests_are_read_in_every_documented_shape(lane, tests, entry_point):
    assert judged(RIGHT, tests, entry_point).value == 1.0
    assert judged("def add(a, b):\n    return a - b - 1", tests, entry_point).value == 0.0


def test_without_a_tests_column_the_reference_holds_them():
    assert programming(RIGHT, "assert add(1, 2) == 3", Example()).value == 1.0


def test_a_method_can_be_the_function_under_test():
    code = "class Solution:\n    def add(self, a, b):\n        return a + b"
    assert judged(code, [{"input": [1, 2], "output": 3}], "Solution().add").value == 1.0


def test_a_test_may_expect_an_exception():
    tests = "try:\n    root(-1)\n    fine = False\nexcept ValueError:\n    fine = True\nassert fine and root(4) == 2"
    code = "def root(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x ** 0.5"
    assert judged(code, tests).value == 1.0


@pytest.mark.parametrize(
    ("tests", "problem"),
    [
        ("", "no tests"),
        ([], "no tests"),
        ("0.5", "no tests"),
        ("assert (", "no Python"),
        ("[1, ", "no JSON"),
        ("assert 1 == 1", "calls no function"),
        ("def check(candidate): assert candidate(1, 2) == 3", "entry_point"),
        ([{"input": [1, 2], "output": 3}], "entry_point"),
        (["assert add(1, 2) == 3"] * 201, "200 are allowed"),
    ],
)
def test_tests_that_judge_nothing_are_not_run(tests, problem):
    with pytest.raises(NotRun, match=problem):
        judged(RIGHT, tests)


@pytest.mark.parametrize("tests", [ADD["tests"], ["assert [add(1, 2)] == [3]"]], ids=["literal", "program"])
@pytest.mark.parametrize(
    "raised",
    [
        "ImportError(\"No module named 'numpy'\")",
        "RuntimeError('Internal error in monty: made up')",
        "AttributeError(\"'int' object has no attribute 'bit_count'\")",
    ],
)
def test_code_can_not_pretend_that_the_sandbox_lacks_something(lane, raised, tests):
    score = judged(f"def add(a, b):\n    raise {raised}", tests)
    assert score.value == 0.0
    assert raised.partition("(")[0] in score.reason


@pytest.mark.parametrize("value", ["10**100000", "[10**100000]", "{10**100000: 1}"])
@pytest.mark.parametrize("expected", [3, 3.5], ids=["integer", "float"])
def test_a_value_too_large_to_show_is_wrong_and_no_failure(lane, value, expected):
    pairs = [{"input": [1, 2], "output": expected}]
    for tests in (pairs, [f"assert add(1, 2) == {expected}"], [f"assert [add(1, 2)] == [{expected}]"]):
        assert judged(f"def add(a, b):\n    return {value}", tests, "add", partial=True).value == 0.0


@pytest.mark.parametrize(
    "code",
    [
        "import heapq\ndef add(a, b):\n    return a + b",
        "def add(a, b):\n    yield a + b",
        "def add(a, b):\n    return {}.keys()",
        "import numpy\n" + RIGHT,
    ],
)
def test_code_the_sandbox_can_not_run_is_not_called_wrong(code):
    with pytest.raises(NotRun, match="sandbox"):
        judged(code)


def test_the_reason_names_the_first_failing_test_and_what_came_out():
    score = judged("def add(a, b):\n    return 3")
    assert score.reason == "test 2 of 3 failed: add(2, 5) == 7: returned 3"


PROGRAM_TESTS = "x = 7\nassert sorted([add(2, 5), x]) == [7, 7]\nassert len(str(add(2, 5))) == 1 and add(5, 5) == 10"
CHEATS = {
    "equal to all": "class Any:\n    def __eq__(self, other):\n        return True\ndef add(a, b):\n    return Any()",
    "in a list": "class Any:\n    def __eq__(self, other):\n        return True\ndef add(a, b):\n    return [Any()]",
    "exit": "import sys\ndef add(a, b):\n    sys.exit(0)",
    "exit on loading": "import sys\nsys.exit(0)\ndef add(a, b):\n    return 0",
    "raise SystemExit": "def add(a, b):\n    raise SystemExit",
    "print": "def add(a, b):\n    print(3, 7, 0)\n    print('3 passed')",
    "catch": "def add(a, b):\n    try:\n        assert False\n    except AssertionError:\n        return None",
    "builtins": "len = sorted = str = lambda *a: [7, 7]\nclass AssertionError(): pass\ndef add(a, b):\n    return None",
    "test names": "x = None\ndef check(candidate): return True\ndef add(a, b):\n    return x",
    "exec": "exec('len = sorted = lambda *a: [7, 7]')\ndef add(a, b):\n    return None",
    "count the calls": "calls = []\ndef add(a, b):\n    calls.append(1)\n    return [7, 10, 7][len(calls) - 1] - 1",
    "look at the tests": "def add(a, b):\n    return globals()",
    "read files": "def add(a, b):\n    return open('/proc/self/cmdline').read()",
    "loop": "def add(a, b):\n    while True:\n        pass",
    "loop on loading": "while True: pass\ndef add(a, b): return 1",
    "recursion": "def add(a, b):\n    return add(b, a)",
    "memory": "def add(a, b):\n    return [0] * 10**9",
    "nesting": "def add(a, b):\n    x = []\n    for i in range(20000):\n        x = [x]\n    return x",
}


@pytest.mark.parametrize("tests", [ADD["tests"], PROGRAM_TESTS], ids=["literal", "program"])
@pytest.mark.parametrize("code", CHEATS.values(), ids=CHEATS.keys())
def test_cheats_earn_nothing_even_where_a_share_of_the_tests_is_paid(lane, code, tests):
    try:
        assert judged(code, tests, partial=True, time_limit=0.02).value == 0.0
    except NotRun as reason:
        assert "globals" in str(reason)


def test_a_hang_ends_the_completion_instead_of_costing_the_limit_test_by_test():
    code = "def add(a, b):\n    while True:\n        pass"
    assert "ran longer than 0.05 s" in judged(code, ADD["tests"] * 60, partial=True, time_limit=0.05).reason


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("def even(n):\n    return n % 2 == 0", 1.0),
        ("def even(n):\n    return True", 0.0),
        ("def even(n):\n    return n % 2 == 0 or n == 1", 0.5),
    ],
    ids=["right", "constant", "half"],
)
def test_partial_credit_starts_above_the_best_constant(lane, code, value):
    tests = [f"assert even({n}) == {n % 2 == 0}" for n in range(4)]
    assert judged(code, tests, partial=True).value == value


def test_all_or_nothing_is_the_default():
    assert (
        judged("def even(n):\n    return n != 1", [f"assert even({n}) == {n % 2 == 0}" for n in range(4)]).value == 0.0
    )


@pytest.mark.parametrize(
    ("value", "expected", "same"),
    [
        ((1, [2]), [1, [2]], True),
        (0.1 + 0.2, 0.3, True),
        (1, 1.0, True),
        ({"a": (1,)}, {"a": [1]}, True),
        (True, 1, False),
        ("1", 1, False),
        ([1], [1, 2], False),
        (None, 0, False),
        (float("nan"), 0.0, False),
    ],
)
def test_values_of_pairs_are_compared_as_json(value, expected, same):
    assert alike(value, expected) is same


@pytest.mark.parametrize(
    ("solution", "text"),
    [
        ("```python\na = 1\n```", "a = 1"),
        ("```python\na = 1\n```\nbetter:\n```py\nb = 1\n```", "b = 1"),
        ("```\na = 1\n```", "a = 1"),
        ("  ```python\n  if a:\n    b\n  ```", "if a:\n  b"),
        ("a = 1", "a = 1"),
        ("a = 1\n```json\n{}\n```", "a = 1\n```json\n{}\n```"),
        (None, ""),
    ],
)
def test_the_code_is_the_last_block_of_python(solution, text):
    assert code_in(solution).text == text


@pytest.mark.parametrize("text", ["(" * 5000, "-" * 15_000 + "1", "x = " + "[" * 300, "\0", "\ud800", "a" * 20_001])
def test_parsing_hostile_text_gives_nothing(text):
    assert parsed(text) is None


def test_parsing_warns_about_nothing():
    assert parsed("pattern = '\\d'\nx = 1 is 1") is not None


@pytest.mark.parametrize(
    ("instruction", "code", "value"),
    [
        ("Write a function add(a, b).", RIGHT, 1.0),
        ("Write a function called `add`.", RIGHT, 1.0),
        ("Implement `add(a, b)`.", "class Add:\n    def add(self, a, b):\n        return a + b", 1.0),
        ("Write a function add(a, b).", "def plus(a, b):\n    return a + b", 0.3),
        ("Write a function add(a, b).", RIGHT + "  # TODO: check", 0.8),
        ("Write a function add(a, b).", RIGHT + "\ndef helper():\n    ...", 0.8),
        ("Write a function add(a, b).", f"```python\n1\n```\n```python\n{RIGHT}\n```", 0.9),
        ("Write a function add(a, b).", 'def add(a, b):\n    """Add."""\n    raise NotImplementedError', 0.0),
        ("Greet the world.", "```python\nprint('hello')\n```", 1.0),
    ],
)
def test_well_formed_code_earns_by_what_it_defines_and_leaves_out(instruction, code, value):
    assert code_generation(code, "", Example(instruction)).value == pytest.approx(value)


def test_the_reference_says_what_to_define_when_the_instruction_does_not():
    assert code_generation(RIGHT, "def plus(a, b):\n    return a + b", Example("Add.")).value == pytest.approx(0.3)


def test_steps_are_counted_the_same_every_time():
    code = "def f(n):\n    return [x for x in range(n) if x in list(range(n))]"
    costs = [cost(code, [("f", [10], {})], sandbox.Limits()) for _ in range(2)]
    assert costs[0] == costs[1]
    assert costs[0].steps == 1 + 10 + 100


@pytest.mark.parametrize(
    "code",
    [
        "def f(): return exec('1')",
        "def f(): return ｅxec('1')",
        "def f(): globals()['a'] = 1",
        "_steps = [0]\ndef f(): return 1",
        "def f(:",
    ],
)
def test_code_that_reaches_for_the_counter_is_not_counted(code):
    assert isinstance(cost(code, [("f", [], {})], sandbox.Limits()), sandbox.Problem)


@pytest.mark.parametrize("tests", [ADD["tests"], "def check(candidate):\n    assert candidate(1, 2) == 3"])
@pytest.mark.parametrize(
    ("code", "value"),
    [
        (RIGHT, 1.0),
        (RIGHT + "\nprint(add(1, 2))", 0.8),
        ("def add(a, b):\n    for n in range(1000):\n        pass\n    return a + b", 0.2),
        ("def add(a, b):\n    return 3", 0.0),
    ],
    ids=["equal", "untidy", "wasteful", "wrong"],
)
def test_an_algorithm_is_compared_with_the_reference_once_its_tests_pass(lane, code, value, tests):
    example = Example("", SOLUTION_ONLY.markers, {"tests": tests, "entry_point": "add", "inputs": "[[1, 2], [5, 6]]"})
    response = f"<SOLUTION>{code}</SOLUTION>"
    assert algorithm_implementation(response, RIGHT, example).value == pytest.approx(value)


def test_a_method_can_be_measured_too():
    code = "class Solution:\n    def add(self, a, b):\n        return a + b"
    extras = {"tests": [{"input": [1, 2], "output": 3}], "entry_point": "Solution().add", "inputs": [[5, 6]]}
    assert algorithm_implementation(code, code, Example(extras=extras)).value == 1.0


def test_results_on_the_inputs_must_equal_the_reference():
    example = Example("", extras={"tests": ["assert add(1, 2) == 3"], "inputs": [[1, 2], [50, 60]]})
    assert algorithm_implementation("def add(a, b):\n    return 3", RIGHT, example).value == 0.0


@pytest.mark.parametrize("reference", ["", "no code", "def plus(a, b): return a + b"])
def test_an_algorithm_without_a_working_reference_is_not_judged(reference):
    with pytest.raises(NotRun, match="reference implementation"):
        algorithm_implementation(RIGHT, reference, Example("", extras=ADD))


def test_a_test_of_literals_needs_no_second_sandbox():
    kinds = [
        type(test).__name__ for test in read_tests("assert f([1], n=2) == {3}\nassert 3 == f(1)\nassert f(x=f(1))")
    ]
    assert kinds == ["Pair", "Program", "Program"]
