"""Rewards for programs: whether they pass their tests, are well formed, and don't waste work."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Sequence
from typing import Any

from core.rewards import sandbox
from core.rewards.base import Component, Example, ExtraColumns, NotRun, Parameter, Preset, Score, weighted, wrong
from core.rewards.library.code_candidate import Candidate, Constant
from core.rewards.library.code_source import (
    CODE_CHARACTERS,
    DEFINITIONS,
    Call,
    code_in,
    cost,
    defines,
    definitions_in,
    is_placeholder,
    parsed,
)
from core.rewards.library.code_tests import (
    Pair,
    Test,
    alike,
    complaints_of,
    functions_under,
    read_tests,
)
from core.rewards.library.coding_samples import BAD, GOOD

FUNCTION = re.compile(r"\b(?:def|class|lambda)\b")
ASKED = re.compile(
    r"\b(?:def|function|class|method)\s+(?:(?:called|named)\s+)?[`'\"]?([A-Za-z_]\w*)[`'\"]?\s*\("
    r"|\b(?:function|class|method)\s+(?:called|named)\s+[`'\"]?([A-Za-z_]\w*)"
    r"|`([A-Za-z_]\w*)\("
)
REFERENCE_NAME = re.compile(r"^(?:async )?(?:def|class)\s+(\w+)", re.MULTILINE)
LEFTOVER = re.compile(r"\b(?:TODO|FIXME|your code here|implement (?:this|me)|rest of the code)\b", re.IGNORECASE)
WORKING = (ast.Call, ast.For, ast.While, ast.ListComp, ast.With)
CONSTANTS_TRIED = 8
HOPELESS = 8.0
"""How many times the allowed steps earn nothing for efficiency."""


def programming(
    response: str, reference: str, example: Example, *, partial: bool = False, time_limit: float = 1.0
) -> Score:
    """1 when the code in the solution passes every test, else 0; or the share passed.

    Tests are extras["tests"], else the reference (see `code_tests.read_tests`); they run where the code can't reach
    them (see `code_tests.Candidate`). A share counts only as far as it beats the best constant that the code itself
    returned, so that `return True` earns nothing from tests that half expect True.

    Args:
        partial: Pay for a share of the tests.
        time_limit: Seconds for one call of the code.
    Raises:
        NotRun: There are no tests, or code or tests need what the sandbox lacks.
    """
    code = _code(response, example)
    if isinstance(code, Score):
        return code
    tests = read_tests(example.extras.get("tests") or reference, str(example.extras.get("entry_point") or ""))
    with Candidate(code, sandbox.Limits(seconds=time_limit)) as candidate:
        return _tested(candidate, tests, partial)


def _code(response: str, example: Example) -> str | Score:
    """The code to run, or the score of an answer without any."""
    code = code_in(example.markers.between_solution(response)).text
    if not code.strip():
        return wrong("there is no code in the solution")
    if len(code) > CODE_CHARACTERS:
        return wrong(f"the code has {len(code)} characters; {CODE_CHARACTERS} are allowed")
    return code if FUNCTION.search(code) else wrong("the code defines no function")


def _tested(candidate: Candidate, tests: Sequence[Test], partial: bool) -> Score:
    names = functions_under(tests)
    if not any(defines(candidate.code, name) for name in names) and not candidate.defines_one_of(names):
        return wrong(f"the code does not define {' or '.join(names)}")
    complaints = complaints_of(tests, candidate, all_of_them=partial)
    failed = [place for place, complaint in enumerate(complaints) if complaint]
    if not failed:
        return Score(1.0, f"passed {len(tests)} of {len(tests)} tests", {"tests": 1.0})
    first = failed[0]
    reason = f"test {first + 1} of {len(tests)} failed: {tests[first].shown}: {complaints[first]}"
    if not partial:
        return Score(0.0, reason, {"tests": 0.0})
    passed = len(tests) - len(failed)
    value = _beyond_constants(candidate.values, tests, passed / len(tests))
    return Score(value, f"passed {passed} of {len(tests)} tests; {reason}", {"tests": value})


def _beyond_constants(values: Sequence[Any], tests: Sequence[Test], share: float) -> float:
    """`share` passed, on a scale where the best constant among `values` has 0 and passing all has 1."""
    best = 0.0
    for value in values[:CONSTANTS_TRIED]:
        complaints = complaints_of(tests, Constant(value), all_of_them=True)
        best = max(best, complaints.count("") / len(tests))
    return max(0.0, (share - best) / (1 - best)) if best < 1 else 0.0


def algorithm_implementation(
    response: str, reference: str, example: Example, *, slack: float = 2.0, time_limit: float = 2.0
) -> Score:
    """Nothing unless every test passes; then for few steps compared with the reference implementation, and for order.

    Steps are counted, never timed (see `code_source.cost`), over the calls in extras["inputs"] (a list of argument
    lists, best of growing size, where results must equal the reference's), else over the calls the tests made.

    Args:
        slack: How many times the reference's steps still earn full marks for efficiency; 8 times that earns none.
        time_limit: Seconds for one call.
    Raises:
        NotRun: No tests in extras["tests"], no working implementation in the reference, or the sandbox lacks something.
    """
    code = _code(response, example)
    if isinstance(code, Score):
        return code
    limits = sandbox.Limits(seconds=time_limit)
    tests = read_tests(example.extras.get("tests"), str(example.extras.get("entry_point") or ""))
    with Candidate(code, limits) as candidate:
        score = _tested(candidate, tests, partial=False)
    if score.value < 1.0:
        return Score(0.0, score.reason, {"tests": 0.0, "efficiency": 0.0, "structure": 0.0})
    calls = _calls(example.extras, tests) or candidate.calls
    allowed = cost(code_in(reference).text, calls, limits)
    if isinstance(allowed, sandbox.Problem):
        raise NotRun(f"the reference implementation does not run: {allowed}")
    taken = cost(code, calls, limits)
    if isinstance(taken, sandbox.Problem):
        gone = {"efficiency": 0.0, "structure": _structure(code)}
        return weighted({"tests": 1.0, **gone}, ALGORITHM_PARTS, f"tests passed; then {taken}")
    right = alike(taken.values, allowed.values)
    ratio = taken.steps / max(1, allowed.steps)
    parts = {"tests": float(right), "efficiency": _efficiency(ratio / slack), "structure": _structure(code)}
    steps = f"{taken.steps} steps, the reference {allowed.steps}"
    return weighted(parts, ALGORITHM_PARTS, steps if right else "tests passed, but not all of the row's inputs")


def _calls(extras: ExtraColumns, tests: Sequence[Test]) -> list[Call]:
    """The calls in extras["inputs"] (a list, or one as JSON), of the function that the tests are about."""
    inputs = extras.get("inputs") or []
    given = json.loads(inputs) if isinstance(inputs, str) else inputs
    first = tests[0]
    tested = first.function if isinstance(first, Pair) else next(iter(first.functions.values()))
    return [(extras.get("entry_point") or tested, arguments, {}) for arguments in given]


def _efficiency(excess: float) -> float:
    """1 up to an excess of 1, falling with its logarithm to 0 at HOPELESS."""
    return 1.0 if excess <= 1 else max(0.0, 1 - math.log(excess) / math.log(HOPELESS))


def _structure(code: str) -> float:
    """1 when the top level only imports, defines and assigns, and nothing prints; else 0."""
    tree = parsed(code)
    if tree is None:
        return 0.0
    quiet = (*DEFINITIONS, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
    tidy = all(isinstance(node, quiet) or _is_docstring(node) for node in tree.body)
    prints = any(isinstance(node, ast.Name) and node.id == "print" for node in ast.walk(tree))
    return float(tidy and not prints)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def code_generation(response: str, reference: str, example: Example) -> Score:
    """How well formed the code is, without running it: it parses and does something, defines what was asked, is
    complete, and stands in one block. A full score does not mean that it works.

    What was asked is the function or class the instruction names; else one of those the reference defines.
    """
    code = code_in(example.markers.between_solution(response))
    tree = parsed(code.text) if code.text.strip() else None
    if tree is None:
        return wrong("the solution holds no code that parses")
    definitions = definitions_in(tree)
    working = {name for name, node in definitions.items() if not is_placeholder(node)}
    is_script = code.fences > 0 and not definitions and any(isinstance(node, WORKING) for node in ast.walk(tree))
    if not working and not is_script:
        return wrong("the code does nothing: no function with a body")
    asked = _asked(example.instruction, reference)
    parts = {
        "code": 1.0,
        "defines": float(bool(asked & working) or not asked),
        "complete": float(working == definitions.keys() and not LEFTOVER.search(code.text)),
        "one block": float(code.fences <= 1),
    }
    return weighted(parts, GENERATION_PARTS, _complaint(parts, asked))


def _complaint(parts: dict[str, float], asked: set[str]) -> str:
    faults = {
        "defines": f"does not define {' or '.join(sorted(asked))}",
        "complete": "leaves placeholders",
        "one block": "stands in several blocks",
    }
    found = [fault for part, fault in faults.items() if not parts[part]]
    return f"the code {' and '.join(found)}" if found else "well-formed code"


def _asked(instruction: str, reference: str) -> set[str]:
    named = {name for match in ASKED.findall(instruction) for name in match if name}
    return named or set(REFERENCE_NAME.findall(code_in(reference).text))


GENERATION_PARTS = (
    Component("code", 0, "It parses, and does something."),
    Component("defines", 7, "It defines the function or class that was asked for."),
    Component("complete", 2, "No empty bodies, no TODO."),
    Component("one block", 1, "One fenced block, or nothing but code."),
)
ALGORITHM_PARTS = (
    Component("tests", 0, "Every test passes, and results equal the reference's."),
    Component("efficiency", 8, "Steps counted against the reference implementation."),
    Component("structure", 2, "The top level only imports, defines and assigns; nothing prints."),
)
TIME_LIMIT = "Seconds that one call of the code may take."
PRESETS: dict[str, Preset] = {
    "programming": Preset(
        title="Programming",
        function=programming,
        category="code",
        level="intermediate",
        summary="The code passes the row's tests, run in the sandbox.",
        judges_truth=True,
        good=GOOD["programming"],
        bad=BAD["programming"],
        tags=("python", "unit tests", "mbpp", "humaneval", "sandbox", "correctness"),
        fields=("tests",),
        components=(Component("tests", 1, "The tests pass: all of them, or the share beyond a constant answer."),),
        parameters=(
            Parameter("partial", False, "Pay for a share of the tests instead of all or nothing."),
            Parameter("time_limit", 1.0, TIME_LIMIT, minimum=0.05, maximum=10.0, unit="s"),
        ),
        optional={"entry_point": "The name of the function to call."},
        runs_python=True,
    ),
    "code-generation": Preset(
        title="Code Generation",
        function=code_generation,
        category="code",
        level="beginner",
        summary="The solution is well-formed Python that defines what was asked; whether it works is not tested.",
        judges_truth=False,
        good=GOOD["code-generation"],
        bad=BAD["code-generation"],
        tags=("python", "syntax", "form", "no tests needed"),
        fields=(),
        components=GENERATION_PARTS,
    ),
    "algorithm-implementation": Preset(
        title="Algorithm Implementation",
        function=algorithm_implementation,
        category="code",
        level="advanced",
        summary="The code passes its tests and takes about as few steps as the reference implementation.",
        judges_truth=True,
        good=GOOD["algorithm-implementation"],
        bad=BAD["algorithm-implementation"],
        tags=("python", "unit tests", "complexity", "efficiency", "sandbox"),
        fields=("reference", "tests"),
        components=ALGORITHM_PARTS,
        parameters=(
            Parameter("slack", 2.0, "Steps allowed, in multiples of the reference's.", minimum=1.0, maximum=100.0),
            Parameter("time_limit", 2.0, TIME_LIMIT, minimum=0.05, maximum=10.0, unit="s"),
        ),
        optional={"entry_point": "The name of the function to call.", "inputs": "Arguments to count steps on."},
        runs_python=True,
    ),
}
