"""Tests of a program: reads the tests of a data set's row, and runs a solution against them in the sandbox."""

from __future__ import annotations

import ast
import builtins
import copy
import json
import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.rewards import sandbox
from core.rewards.base import NotRun, excerpt
from core.rewards.library.code_candidate import Broke, Candidate, Solution, is_function
from core.rewards.library.code_source import CallKeywords, parsed, used_as_classes
from core.rewards.sandbox import solutions

TESTS_LIMIT = 200
TEST_LIMITS = sandbox.Limits(seconds=5.0)
"""The limits of a test that is a program, in addition to those of the solution."""
OBJECTS = "the tests work with what can't leave Monty: functions, classes, or arguments that the solution changes"
OWN_OBJECTS = "the tests work with objects of the solution's own classes, which can't leave the sandbox"
AWAITING = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.AsyncFunctionDef)
CAPTURED = re.compile(
    r"\b(?:redirect_stdout|sys\.stdout)\b.*\bgetvalue\b|\bcap(?:sys|fd)\b|patch\(\s*['\"](?:builtins\.print|sys\.stdout)",
    re.DOTALL,
)
"""How tests read what is printed."""
FIRST_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Pair:
    """One call and its expected value; `exactly` distinguishes 1 from 1.0000001 and a list from a tuple."""

    shown: str
    function: str
    arguments: Sequence[Any]
    expected: Any
    exactly: bool
    keywords: CallKeywords = field(default_factory=dict)

    def complaint(self, solution: Solution) -> str:
        """What came out instead; "" when the test passes. Raises NotRun when the sandbox can't run the code."""
        try:
            value = solution(self.function, self.arguments, self.keywords)
            same = value == self.expected if self.exactly else alike(value, self.expected)
            return "" if same is True else f"returned {sandbox.shown(value)}"
        except Broke as broke:
            return complaint_about(broke.problem)
        except RecursionError:
            return "returned a value nested too deeply"


@dataclass(frozen=True)
class Program:
    """A test that is itself code: it runs in another sandbox than the solution, and calls it through the host.

    It sees the values that functions return, not what they do to their arguments.
    """

    shown: str
    source: str
    functions: Mapping[str, str]
    """Name in the test -> function of the solution."""
    classes: frozenset[str] = frozenset()
    """Names that the test uses as classes."""

    def complaint(self, solution: Solution) -> str:
        """What came out instead; "" when the test passes. Raises NotRun when the sandbox can't run code or test."""
        if isinstance(solution, Candidate) and solution.is_system:
            return self._complaint_of_system(solution)
        broken: list[sandbox.Problem] = []
        handed: list[str] = []

        def bridge(function: str) -> Callable[..., Any]:
            def call(*arguments: Any, **keywords: Any) -> Any:
                if any(is_function(given) for given in arguments):
                    handed.append(function)
                    raise RuntimeError(OBJECTS)
                try:
                    value = solution(function, arguments, keywords)
                    handed.extend([function] * getattr(solution, "changes_arguments", False))
                    return value
                except Broke as broke:
                    broken.append(broke.problem)
                    raise broke.problem.raised or RuntimeError(str(broke)) from broke

            return call

        functions = {name: bridge(function) for name, function in self.functions.items()}
        problem = sandbox.run(self.source, functions=functions, limits=TEST_LIMITS).problem
        if solution.ended:
            return complaint_about(solution.ended)
        if handed or (problem is not None and "'function' object has no attribute" in problem.message):
            raise NotRun(OBJECTS)
        if problem is None:
            return ""
        # an exception that the code raises comes back as if the sandbox of the test had failed
        own = [failure for failure in broken if str(failure.raised) == str(problem.raised)]
        if problem.kind == "unsupported" and own:
            return str(own[0])
        if problem.kind == "unsupported" or (isinstance(problem.raised, ImportError) and not own):
            raise NotRun(f"the tests can't run: {problem.message}")
        if "sandbox class" in problem.message:
            if any(function.isidentifier() and function[0].isupper() for function in self.functions.values()):
                raise NotRun(OWN_OBJECTS)
            return "returned an object of a class of its own"
        return _said(problem)

    def _complaint_of_system(self, candidate: Candidate) -> str:
        tested = candidate.tested_by(solutions.Tests(self.source, self.functions, TEST_LIMITS, self.classes))
        if tested.solution is not None:
            return complaint_about(tested.solution)
        if tested.tests is None:
            return ""
        lacks_module = isinstance(tested.tests.raised, ImportError) and tested.tests.line is not None
        if lacks_module or tested.tests.kind in ("unsupported", "syntax"):
            raise NotRun(f"the tests can't run: {tested.tests.message}")
        if tested.is_undecided:
            raise NotRun(OWN_OBJECTS)
        return _said(tested.tests)


Test = Pair | Program


def _said(problem: sandbox.Problem) -> str:
    return problem.message.removeprefix("AssertionError: ").replace("\n", " ")[:200]


def complaint_about(problem: sandbox.Problem) -> str:
    """The problem as a complaint; NotRun when the code may be right and it is the sandbox that lacks something."""
    if problem.kind == "unsupported":
        raise NotRun(str(problem))
    return str(problem)


def alike(value: Any, expected: Any) -> bool:
    """Equality as JSON knows it: tuples are lists, numbers may differ by a millionth."""
    if isinstance(value, (list, tuple)) and isinstance(expected, (list, tuple)):
        return len(value) == len(expected) and all(map(alike, value, expected))
    if isinstance(value, dict) and isinstance(expected, dict):
        return value.keys() == expected.keys() and all(alike(value[key], expected[key]) for key in value)
    if isinstance(value, float) or isinstance(expected, float):
        return _close(value, expected)
    return type(value) is type(expected) and value == expected


def _close(value: Any, expected: Any) -> bool:
    if not isinstance(value, (int, float)) or not isinstance(expected, (int, float)):
        return False
    try:
        return math.isclose(value, expected, rel_tol=1e-6, abs_tol=1e-9)
    except OverflowError:  # an integer beyond every float
        return False


def complaints_of(tests: Sequence[Test], solution: Solution, *, all_of_them: bool) -> list[str]:
    """What came out wrong, test by test ("" for a pass); ends with the first failure unless all are wanted.

    Raises:
        NotRun: The sandbox can't run the code or a test.
    """
    complaints = []
    for test in tests:
        complaints.append(test.complaint(solution))
        if complaints[-1] and not all_of_them:
            break
    return complaints


def read_tests(given: Any, entry_point: str = "") -> list[Test]:
    """The tests of a row.

    Args:
        given: Assert statements, as one text or a list of texts; a text with `def check(candidate)` or `def test_...`;
            a list of {"input": arguments, "output": value}; or one of the lists as JSON.
        entry_point: The function under test, for `check` and for pairs; an expression such as Solution().solve works.
    Raises:
        NotRun: There is no test in it, or none that can be read.
    """
    if isinstance(given, str) and given.lstrip().startswith("["):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError) as error:
            raise NotRun(f"the tests are no JSON: {error}") from error
    if isinstance(given, str):
        tests = _from_text(given, entry_point)
    elif all(isinstance(test, str) for test in given or ()):
        tests = _from_text("\n".join(given or ()), entry_point)
    else:
        tests = [_from_pair(test, entry_point) for test in given]
    if not tests:
        raise NotRun("the row has no tests")
    if len(tests) > TESTS_LIMIT:
        raise NotRun(f"the row has {len(tests)} tests; {TESTS_LIMIT} are allowed")
    return tests


def functions_under(tests: Sequence[Test]) -> list[str]:
    """The functions of the solution that tests call, in order, each once; of Solution().solve it is Solution."""
    called: list[str] = []
    for test in tests:
        called += [test.function] if isinstance(test, Pair) else test.functions.values()
    return list(dict.fromkeys(match[0] for name in called if (match := FIRST_NAME.match(name))))


def _from_pair(pair: Any, entry_point: str) -> Pair:
    if not isinstance(pair, Mapping) or not {"input", "output"} <= pair.keys() or not entry_point:
        raise NotRun('tests as pairs need {"input": ..., "output": ...} and a column entry_point')
    given = pair["input"]
    keywords = given if isinstance(given, Mapping) else {}
    arguments = [] if keywords else given if isinstance(given, (list, tuple)) else [given]
    shown = f"{entry_point}({', '.join(map(repr, arguments))})" if not keywords else f"{entry_point}(**{keywords!r})"
    return Pair(excerpt(shown)[1:-1], entry_point, arguments, pair["output"], False, keywords)


def _from_text(text: str, entry_point: str) -> list[Test]:
    tree = parsed(text)
    if tree is None:
        raise NotRun("the tests are no Python")
    if "solution" in _imported(tree):
        tree = ast.fix_missing_locations(_WithoutSolution().visit(copy.deepcopy(tree)))
        text = ast.unparse(tree)
    definitions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    if "check" in definitions:
        if not entry_point:
            raise NotRun("tests with check(candidate) need a column entry_point")
        return [_program("check(candidate)", text, names={"candidate": entry_point})]
    if _keeps_state(tree):
        return [_program(text, "", "the tests, in order")]
    asserts = [node for node in tree.body if isinstance(node, ast.Assert)]
    setup = "\n".join(ast.unparse(node) for node in tree.body if not isinstance(node, ast.Assert))
    names = [name for name in definitions if name.startswith("test")]
    cases: list[Test] = [_from_assert(node, setup) for node in asserts]
    return cases + [_program(f"{name}()", setup) for name in sorted(names)]


def _from_assert(node: ast.Assert, setup: str) -> Test:
    shown = ast.unparse(node.test)
    return _literal_pair(node.test, shown) or _program(f"assert {shown}", setup, shown)


def _literal_pair(test: ast.expr, shown: str) -> Pair | None:
    """The test as a Pair when it is `function(literals) == literal`, which needs no second sandbox."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return None
    call = test.left
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or hasattr(builtins, call.func.id):
        return None
    try:
        arguments = [ast.literal_eval(argument) for argument in call.args]
        keywords = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords if keyword.arg}
        expected = ast.literal_eval(test.comparators[0])
    except (ValueError, TypeError, RecursionError):
        return None
    if len(keywords) != len(call.keywords):
        return None
    return Pair(shown, call.func.id, arguments, expected, True, keywords)


def _program(statement: str, setup: str, shown: str = "", names: Mapping[str, str] | None = None) -> Program:
    source = f"{setup}\n{statement}".lstrip("\n")
    tree = ast.parse(source)
    modules = _modules_of(tree)
    functions = dict(names or {}) | {name: name for name in _free_names(tree) if name not in modules}
    if not functions:
        raise NotRun(f"the test {excerpt(statement)} calls no function of a solution")
    if any(isinstance(node, AWAITING) for node in ast.walk(tree)) or "asyncio" in _imported(tree):
        raise NotRun("the tests await what the solution gives, and a coroutine can't leave the sandbox")
    if CAPTURED.search(source):
        raise NotRun("the tests read what the solution prints, which does not reach them")
    imports = "".join(f"import {module} as {name}\n" for name, module in modules.items())
    return Program(shown or statement, imports + source, functions | dict(names or {}), used_as_classes(tree))


class _WithoutSolution(ast.NodeTransformer):
    """Leaves out `from solution import name`: the names are then free, and so those of the solution."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        """A new name is assigned instead."""
        if node.module != "solution" or node.level:
            return node
        renamed = [alias for alias in node.names if alias.asname not in (None, alias.name)]
        return [ast.parse(f"{alias.asname} = {alias.name}").body[0] for alias in renamed] or ast.Pass()


def _imported(tree: ast.AST) -> set[str]:
    """The modules that tests import, by their first names."""
    nodes = list(ast.walk(tree))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


def _keeps_state(tree: ast.Module) -> bool:
    """Whether an assert needs what came before it: other statements call the solution, or it calls nothing itself."""
    free = set(_free_names(tree))
    apart = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    asserts = [node for node in tree.body if isinstance(node, ast.Assert)]
    others = [node for node in tree.body if not isinstance(node, (ast.Assert, *apart))]
    calls = any(free & _names_in(statement) for statement in others)
    return bool(asserts and free) and (calls or not all(free & _names_in(node) for node in asserts))


def _names_in(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _modules_of(tree: ast.Module) -> dict[str, str]:
    """Names that can only be modules, as in math.isclose(..): the tests have their own, and don't ask the solution."""
    owners = [node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    owned = {owner.id for owner in owners if isinstance(owner, ast.Name)}
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    known = {name: name for name in (*sys.stdlib_module_names, "numpy", "sympy")} | {"np": "numpy"}
    return {name: known[name] for name in _free_names(tree) if name in known and name in owned - called}


def _free_names(tree: ast.Module) -> list[str]:
    """The names that a program of tests takes from elsewhere, which is the solution."""
    nodes = list(ast.walk(tree))
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    bound |= {node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {(node.asname or node.name).split(".")[0] for node in nodes if isinstance(node, ast.alias)}
    return sorted({node.id for node in nodes if isinstance(node, ast.Name)} - bound - set(dir(builtins)))
