"""The reward of procedural tasks: reasoning-gym's own verifiers, except those that would run text as Python.

Both the answer, which a model wrote, and the entry, a column of any uploaded file, may be hostile.
"""

from __future__ import annotations

import ast
import json
import math
import operator
import re
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from core.data.procedural import unpacked, verifier
from core.errors import InvalidInput
from core.jsonfile import JsonObject
from core.prompts.template import Markers
from core.rewards.base import Example, NotRun, Parameter, Preset, Sample, Score, excerpt, wrong

if TYPE_CHECKING:
    from sympy import Expr

REVIEWED = {
    "basic_arithmetic": "evaluates only what it makes itself, while making rows",
    "codeio": "runs only the programs it ships, while making rows",
    "gsm_symbolic": "evaluates only the fractions it ships, while making rows",
    "pool_matrix": "reads the lines of a text as numbers; a list of lines is never taken for a file name",
    "propositional_logic": "has a parser of its own, named as sympy's is",
}
"""Task -> why its verifier is safe although its module has a word such as eval, which can run text."""
CONNECTIVES = "()∧∨¬→↔"
REFUSED = {
    "countdown": re.compile(r"\*\*"),
    "puzzle24": re.compile(r"\*\*"),
    "complex_arithmetic": re.compile("nan", re.IGNORECASE),
    "propositional_logic": re.compile(rf"[^A-Z\s{CONNECTIVES}]|[A-Z]\s*[A-Z]"),
    "rubiks_cube": re.compile(r"\d{3}"),
    "rush_hour": re.compile(r"\d{3}"),
}
"""Task -> a pattern that no answer may match: NaN equals every number, powers are not an allowed operation, and a huge
count of moves or further names in a proof take for ever."""
LARGEST = {"cube_size": 20, "num_disks": 64, "num_pegs": 64}
MAX_NAMES = 12
CALLS = {"sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "log", "ln", "sqrt", "Abs"}
FORMULA = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Constant, ast.Name, ast.Call, ast.expr_context)
SIGNS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
MAX_FORMULA, MAX_NUMBER, MAX_EXPONENT = 600, 10**20, 3
MAX_FACTOR = 10**80
SHORT_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15}|/\d{1,15})?")
UNREADABLE = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
ROUNDING, TOLERANCE = 1e-9, 1e-4
POINTS, DIGITS = (0.2917, 0.7331, 1.6193), 20


def procedural(response: str, reference: str, example: Example, *, least: float = 1.0) -> Score:
    """The score of the solution by the task's own verifier; below `least` it counts as 0.

    Many verifiers pay 0.01 to 0.6 for any text, for an echo of the question or for a number that contains the right
    one. So by default only full marks of a verifier earn anything.

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


class Entry(TypedDict):
    """The task data of a row, and its verifier; see core/data/procedural.py."""

    task: str
    parameters: JsonObject
    answer: Any
    metadata: JsonObject
    verifier: Any


def _entry(example: Example) -> Entry:
    """The entry of the row, its verifier ready under "verifier"."""
    try:
        entry: Entry = json.loads(example.extras["entry"])
        entry["metadata"] = unpacked(entry["metadata"])
        _check_size(entry["task"], entry["metadata"])
        entry["verifier"] = verifier(entry["task"], json.dumps(entry["parameters"], sort_keys=True))
        entry["answer"] = entry["answer"] if entry["answer"] is None else str(entry["answer"])
    except InvalidInput as error:
        raise NotRun(error.message) from error
    except UNREADABLE as error:
        raise NotRun("the column entry holds no entry of a procedural task; use it with such a data set") from error
    return entry


def _check_size(task: str, metadata: JsonObject) -> None:
    """Raise ValueError where the puzzle alone would fill the memory or take for ever."""
    too_large = any(not 0 <= metadata.get(key, 0) <= largest for key, largest in LARGEST.items())
    if task == "rubiks_cube":
        too_large |= REFUSED[task].search(metadata["scramble_moves"]) is not None
    if task == "propositional_logic":
        names = re.findall(rf"[^\s{CONNECTIVES}]+", " ".join(metadata["premises"]))
        too_large |= len({*names, *metadata["variables"]}) > MAX_NAMES
    if too_large:
        raise ValueError(task)


def _judged(entry: Entry, solution: str) -> tuple[float, str]:
    """The verdict on a solution, 0 to 1, and why it was not judged, or empty."""
    task = entry["task"]
    if task in REFUSED and REFUSED[task].search(solution):
        return 0.0, f"{excerpt(solution)} is no answer to {task}"
    try:
        value = float(OURS[task](solution, entry)) if task in OURS else _asked(entry, solution)
    except UNREADABLE as error:
        return 0.0, f"{excerpt(solution)} can't be read as an answer to {task} ({type(error).__name__})"
    return (min(1.0, max(0.0, value)), "") if math.isfinite(value) else (0.0, "")


def _asked(entry: Entry, solution: str) -> float:
    # Answers come out of their markers stripped, but some verifiers compare every space.
    answer = entry["answer"]
    text = answer if answer is not None and answer.strip() == solution else solution
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(entry["verifier"].score_answer(text, entry))


def _is_allowed(solution: str, entry: Entry) -> bool:
    allowed = entry["metadata"].get("valid_answers") or [entry["answer"]]
    return any(same_answer(solution, answer) for answer in allowed)


def _is_the_integer(solution: str, entry: Entry) -> bool:
    return int(solution, 0) == int(entry["answer"], 0)


def _is_the_list(solution: str, entry: Entry) -> bool:
    given, wanted = (json.loads(text.replace("'", '"')) for text in (solution, entry["answer"]))
    if not isinstance(given, list) or len(given) != len(wanted):
        return False
    return all(abs(float(found) - float(right)) <= TOLERANCE for found, right in zip(given, wanted, strict=True))


def _makes_the_target(solution: str, entry: Entry) -> bool:
    """Whether a formula uses each given number once, and nothing else, and makes the target, in puzzle24 always 24."""
    value = expression(solution)
    leaves = [node for node in ast.walk(_parsed(solution)) if isinstance(node, (ast.Constant, ast.Name))]
    used = [leaf.value for leaf in leaves if isinstance(leaf, ast.Constant) and isinstance(leaf.value, int)]
    if len(used) < len(leaves):
        return False
    facts = entry["metadata"]
    return sorted(used) == sorted(facts["numbers"]) and bool(value == int(facts.get("target", 24)))


def _is_the_polynomial(solution: str, entry: Entry) -> bool:
    return bool(expression(solution) == expression(entry["answer"]))


def _is_the_integral(solution: str, entry: Entry) -> bool:
    import sympy

    derivative = sympy.diff(expression(solution), expression(entry["metadata"]["variable"]))
    integrand = expression(entry["metadata"]["integrand"])
    return all(_agree(derivative, integrand, point) for point in POINTS)


def _agree(found: Expr, other: Expr, point: float) -> bool:
    """Whether two formulas have one value at a point, to 12 digits; sympy's simplify can take hours instead."""
    names = sorted(found.free_symbols | other.free_symbols, key=str)
    values = {name: point + index / 7 for index, name in enumerate(names)}
    left, right = (complex(formula.evalf(DIGITS, subs=values)) for formula in (found, other))
    return abs(left - right) <= 1e-12 * abs(right)


OURS: dict[str, Callable[[str, Entry], bool]] = {
    "binary_matrix": _is_allowed,
    "bitwise_arithmetic": _is_the_integer,
    "coin_flip": _is_allowed,
    "countdown": _makes_the_target,
    "game_of_life_halting": _is_allowed,
    "intermediate_integration": _is_the_integral,
    "n_queens": _is_allowed,
    "number_sorting": _is_the_list,
    "polynomial_multiplication": _is_the_polynomial,
    "puzzle24": _makes_the_target,
    "simple_integration": _is_the_integral,
    "spiral_matrix": _is_allowed,
    "string_insertion": _is_allowed,
}
"""Task -> our own judge. Most of these tasks' verifiers run the answer or the entry as Python (eval, or sympy's
parse_expr, which uses eval) and are never asked; that of coin_flip takes 0 for 0.3, that of game_of_life_halting any
text."""


def same_answer(given: str, expected: str) -> bool:
    """Whether two answers are the same text, letter case and spacing aside, or numbers at most 0.0001 apart."""
    if SHORT_NUMBER.fullmatch(given) and SHORT_NUMBER.fullmatch(expected):
        try:
            return abs(Fraction(given) - Fraction(expected)) <= TOLERANCE
        except ZeroDivisionError:
            return False
    return given.split() == expected.split() or given.casefold() == expected.casefold()


def expression(text: str) -> Expr:
    """The sympy expression that a plain formula writes, built node by node, so that nothing is ever run.

    Raises:
        ValueError: `text` is no plain formula.
    """
    if not is_formula(text):
        raise ValueError("no plain formula")
    return _built(_parsed(text).body)


def _parsed(text: str) -> ast.Expression:
    return ast.parse(text.strip(), mode="eval")


def _built(node: ast.expr) -> Expr:
    import sympy

    if isinstance(node, ast.Constant):
        return sympy.Integer(node.value) if isinstance(node.value, int) else sympy.Float(node.value)
    if isinstance(node, ast.Name):
        return {"E": sympy.E, "I": sympy.I}.get(node.id) or sympy.Symbol(node.id)
    if isinstance(node, ast.UnaryOp):
        return SIGNS[type(node.op)](_built(node.operand))
    if isinstance(node, ast.BinOp):
        return _bounded(SIGNS[type(node.op)](_built(node.left), _built(node.right)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        return getattr(sympy, node.func.id)(_built(node.args[0]))
    raise ValueError(type(node).__name__)


def _bounded(value: Expr) -> Expr:
    """`value`, unless it is or begins with a number so large that a function of it would take for ever."""
    factor = value.as_coeff_Mul()[0]
    parts = (factor.p, factor.q) if factor.is_Rational else (factor,)
    if any(abs(part) >= MAX_FACTOR for part in parts):
        raise ValueError("too large a number")
    return value


def is_formula(text: str) -> bool:
    """Whether `text` is a plain formula, which is quick to build.

    Allowed are numbers, names of up to one letter, + - * / and **, and one level of functions such as sin. Attributes,
    other calls, towers of powers and huge numbers could run code or hang, and are refused.
    """
    if len(text) > MAX_FORMULA:
        return False
    try:
        nodes = list(ast.walk(_parsed(text)))
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
    return isinstance(node, (*FORMULA, *SIGNS))


def _holds(node: ast.AST, kind: type) -> bool:
    return any(isinstance(inner, kind) for inner in ast.walk(node))


def _is_small(value: object) -> bool:
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
