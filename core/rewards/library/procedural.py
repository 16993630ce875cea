"""The reward of procedural tasks: reasoning-gym's own verifiers, kept from running what a model wrote."""

from __future__ import annotations

import ast
import json
import math
import re
import warnings
from fractions import Fraction
from typing import Any

from core.data.procedural import unpacked, verifier
from core.errors import InvalidInput
from core.prompts.template import Markers
from core.rewards.base import Example, NotRun, Parameter, Preset, Sample, Score, excerpt, wrong

BY_TEXT = {"binary_matrix", "coin_flip", "game_of_life_halting", "n_queens", "spiral_matrix", "string_insertion"}
"""Tasks judged here by comparing answers. The verifier of coin_flip takes 0 for 0.3, that of game_of_life_halting any
text, and the others would run the answer as Python in search of a small consolation."""
EVALUATED = {
    "countdown",
    "intermediate_integration",
    "number_sorting",
    "polynomial_multiplication",
    "puzzle24",
    "simple_integration",
}
"""Tasks whose verifier evaluates text (eval, or sympy's parse_expr, which uses eval): `is_formula` must allow it."""
NO_ARITHMETIC = re.compile(r"\*\*|[A-Za-z\[]")
REFUSED = {
    "countdown": NO_ARITHMETIC,
    "puzzle24": NO_ARITHMETIC,
    "complex_arithmetic": re.compile("nan", re.IGNORECASE),
    "number_sorting": re.compile("nan", re.IGNORECASE),
    "rubiks_cube": re.compile(r"\d{3}"),
    "rush_hour": re.compile(r"\d{3}"),
}
"""Task -> what no answer may hold: NaN passes for every number, powers and functions are not among the operations
asked for, and a huge count of moves takes for ever."""
CALLS = {"sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "log", "ln", "sqrt", "Abs"}
FORMULA = (ast.Expression, ast.List, ast.BinOp, ast.UnaryOp, ast.Constant, ast.Name, ast.Call, ast.expr_context)
SIGNS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.UAdd, ast.USub)
MAX_FORMULA, MAX_NUMBER, MAX_EXPONENT = 600, 10**20, 3
SHORT_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15}|/\d{1,15})?")
UNREADABLE = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
ROUNDING = 1e-9


def procedural(response: str, reference: str, example: Example, *, least: float = 1.0) -> Score:
    """What the task's own verifier gives the solution; below `least` it counts as 0.

    Many verifiers pay 0.01 to 0.6 for any text, for an echo of the question or for a number that merely contains the
    right one, so that by default only what a verifier calls fully right earns anything.

    Raises:
        NotRun: The example has no entry, or one that no procedural task made.
    """
    entry = _entry(example)
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong("no solution between the markers" if solution is None else "the solution is empty")
    value, why = _judged(entry, solution)
    if value >= least - ROUNDING:
        return Score(value, f"{excerpt(solution)}: the verifier of {entry['task']} gives {value:.2f}")
    return wrong(why or f"{excerpt(solution)}: the verifier of {entry['task']} gives {value:.2f}, less than {least:g}")


def _entry(example: Example) -> dict[str, Any]:
    """The entry of the row, its verifier ready under "verifier"."""
    try:
        entry = json.loads(example.extras["entry"])
        entry["metadata"] = unpacked(entry["metadata"])
        entry["verifier"] = verifier(entry["task"], json.dumps(entry["parameters"], sort_keys=True))
        entry["answer"] = entry["answer"] if entry["answer"] is None else str(entry["answer"])
    except InvalidInput as error:
        raise NotRun(error.message) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotRun("the column entry holds no entry of a procedural task; use it with such a data set") from error
    return entry


def _judged(entry: dict[str, Any], solution: str) -> tuple[float, str]:
    """The verifier's value, 0 to 1, and why it was not asked, or empty."""
    task = entry["task"]
    if task in BY_TEXT:
        allowed = entry["metadata"].get("valid_answers") or [entry["answer"]]
        return float(any(same_answer(solution, answer) for answer in allowed)), ""
    if task in REFUSED and REFUSED[task].search(solution):
        return 0.0, f"{excerpt(solution)} is no answer to {task}"
    if task in EVALUATED:
        texts = (solution, entry["answer"], entry["metadata"].get("integrand", "0"))
        if not all(is_formula(text) for text in texts):
            return 0.0, f"{excerpt(solution)} is not written as {task} asks"
    if task == "puzzle24" and not _makes_24(solution, entry["metadata"]["numbers"]):
        return 0.0, f"{excerpt(solution)} does not make 24 of the four numbers"
    return _asked(entry, solution)


def _makes_24(formula: str, numbers: list[int]) -> bool:
    """What the verifier of puzzle24 leaves out: that the given numbers are used, and that 24.5 is not 24."""
    from sympy.parsing.sympy_parser import parse_expr

    return sorted(map(int, re.findall(r"\d+", formula))) == sorted(numbers) and parse_expr(formula) == 24


def _asked(entry: dict[str, Any], solution: str) -> tuple[float, str]:
    # Answers come out of their markers stripped, but some verifiers compare every space.
    answer = entry["answer"]
    text = answer if answer is not None and answer.strip() == solution else solution
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = float(entry["verifier"].score_answer(text, entry))
    except UNREADABLE as error:
        return 0.0, f"{excerpt(solution)} can't be read as an answer to {entry['task']} ({type(error).__name__})"
    return (min(1.0, max(0.0, value)), "") if math.isfinite(value) else (0.0, "")


def same_answer(given: str, expected: str) -> bool:
    """Whether two answers are the same text, letter case and spacing aside, or numbers at most 0.0001 apart."""
    if SHORT_NUMBER.fullmatch(given) and SHORT_NUMBER.fullmatch(expected):
        try:
            return abs(Fraction(given) - Fraction(expected)) <= Fraction(1, 10_000)
        except ZeroDivisionError:
            return False
    return given.split() == expected.split() or given.casefold() == expected.casefold()


def is_formula(text: str) -> bool:
    """Whether `text` is a plain formula or a list of numbers, which is safe and quick to evaluate.

    Allowed are numbers, names of up to one letter, + - * / and **, one level of functions such as sin, and lists.
    Attributes, other calls, towers of powers and huge numbers, all of which could act or hang, are not.
    """
    if len(text) > MAX_FORMULA:
        return False
    try:
        nodes = list(ast.walk(ast.parse(text.strip(), mode="eval")))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return all(_is_plain(node) for node in nodes)


def _is_plain(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        named = isinstance(node.func, ast.Name) and node.func.id in CALLS
        return named and len(node.args) == 1 and not node.keywords and not _holds(node.args[0], ast.Call)
    if isinstance(node, ast.Constant):
        return _is_small(node.value)
    if isinstance(node, ast.Name):
        return len(node.id) == 1 or node.id in CALLS
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        digits = sum(len(str(c.value)) for c in ast.walk(node.right) if isinstance(c, ast.Constant))
        return digits <= MAX_EXPONENT and not _holds(node.left, ast.Pow) and not _holds(node.right, ast.Pow)
    return isinstance(node, FORMULA + SIGNS)


def _holds(node: ast.AST, kind: type) -> bool:
    return any(isinstance(inner, kind) for inner in ast.walk(node))


def _is_small(value: object) -> bool:
    if isinstance(value, str):
        return SHORT_NUMBER.fullmatch(value) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < MAX_NUMBER


MARKERS = Markers(solution_start="<SOLUTION>", solution_end="</SOLUTION>")


def _sample(solution: str, instruction: str, task: str, answer: str, **metadata: Any) -> Sample:
    entry = {"task": task, "parameters": {}, "answer": answer, "metadata": metadata}
    return Sample(solution, answer, Example(instruction, MARKERS, {"entry": json.dumps(entry)}))


def _legs(response: str) -> Sample:
    return _sample(response, "How many legs have 3 ducks and 2 beetles in total?", "leg_counting", "18")


def _makes(response: str) -> Sample:
    return _sample(response, "Make 24 using 4, 8, 6, 2.", "puzzle24", "4*8 - 6 - 2", numbers=[4, 8, 6, 2])


def _backward(response: str) -> Sample:
    return _sample(response, "Spell this word backward: tolly", "spell_backward", "yllot")


PRESETS: dict[str, Preset] = {
    "procedural": Preset(
        title="Task's Own Verifier",
        function=procedural,
        category="answers",
        level="beginner",
        summary="The verifier of the procedural task calls the solution right.",
        judges_truth=True,
        tags=("procedural", "reasoning-gym", "puzzles", "verifier"),
        fields=("entry",),
        good=(
            _legs("3 x 2 + 2 x 6 <SOLUTION>18</SOLUTION>"),
            _makes("<SOLUTION>(8 - 6 + 4) * 2 * 2</SOLUTION> no, <SOLUTION>8 + 4 + 6 * 2</SOLUTION>"),
            _backward("<SOLUTION> yllot </SOLUTION>"),
        ),
        bad=(
            _legs("18 <SOLUTION>181</SOLUTION>"),
            _makes("<SOLUTION>24</SOLUTION>"),
            _makes("<SOLUTION>6 * 4 * 1 * 1</SOLUTION>"),
            _backward("<SOLUTION>tolly</SOLUTION>"),
        ),
        parameters=(
            Parameter(
                "least",
                1.0,
                "The least value of the verifier that counts. Below 1, tasks such as Sudoku also pay for a part of the "
                "solution, and some pay as much for a lucky guess.",
                minimum=0.1,
                maximum=1.0,
            ),
        ),
    )
}
