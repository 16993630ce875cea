"""The reward that compares short answers as texts, and what other rewards share with it."""

from __future__ import annotations

import re
from fractions import Fraction

from core.prompts.builtin import SOLUTION_ONLY
from core.rewards.base import Example, Preset, Sample, Score, excerpt, right, wrong
from core.rewards.text.normal import normal_form, ungrouped

NO_SOLUTION = "no solution between the markers"
MOST_MENTIONS = 2
"""How often a solution may repeat its answer, as in "56 (56.0)"."""

LONGEST_ANSWER = 30
"""Words; a choice or a number that needs more is not an answer but a text that mentions one."""

FRACTION = re.compile(r"([+-]?\d+(?:\.\d+)?)(?:/(\d+(?:\.\d+)?))?(%?)")
LATEX_FRACTION = re.compile(r"\\[dt]?frac\{(-?[\d.]+)\}\{([\d.]+)\}")


def exact_match(response: str, reference: str, example: Example) -> Score:
    """1 when the solution is the reference, ignoring case, spacing and how a plain number is written; else 0."""
    solution = example.markers.between_solution(response)
    if solution is None:
        return wrong(NO_SOLUTION)
    if not solution:
        return wrong("the solution is empty")
    if is_same(solution, reference):
        return right(f"{excerpt(solution)} is the reference")
    return wrong(f"{excerpt(solution)} is not {excerpt(reference)}")


def is_same(solution: str, reference: str) -> bool:
    """Whether both have one normal form; signs that only look like ASCII letters never equal them."""
    look_alike = not "".join(solution.split()).isascii() and reference.isascii()
    return not look_alike and normal_form(solution) == normal_form(reference)


def plain_value(text: str) -> Fraction | None:
    r"""The value of a number, fraction or percentage, also in simple LaTeX or after "x ="; None for anything else.

    Cheap (20 microseconds): \frac{1}{2}, 1/2, 0.5, 50% and $x = 0.5$ are equal.
    """
    if len(text) > 60 or not text.isascii():
        return None
    flat = ungrouped(text).strip().strip("$.").replace("\\%", "%").replace(" ", "")
    flat = LATEX_FRACTION.sub(r"\1/\2", flat)
    name, _, value = flat.rpartition("=")
    found = FRACTION.fullmatch(value)
    if not found or len(name) > 1:
        return None
    above, below, percent = found.groups("1")
    if not Fraction(below):
        return None
    return Fraction(above) / Fraction(below) / (100 if percent == "%" else 1)


def _terse(question: str, reference: str, response: str) -> Sample:
    return Sample(response, reference, Example(question, SOLUTION_ONLY.markers))


PRESETS: dict[str, Preset] = {
    "exact-match": Preset(
        title="Exact Match",
        function=exact_match,
        category="answers",
        level="beginner",
        summary="The solution is the reference, ignoring case, spacing and how a number is written.",
        judges_truth=True,
        good=(
            _terse("What is 10 x 100?", "1000", "<SOLUTION>1,000</SOLUTION>"),
            _terse("What is the capital of France?", "Paris", "<SOLUTION> paris </SOLUTION>"),
            _terse("What is 7 x 8?", "56", "<SOLUTION>54</SOLUTION> No: <SOLUTION>56.0</SOLUTION>"),
        ),
        bad=(
            _terse("What is 10 x 100?", "1000", "<SOLUTION>100</SOLUTION> 1000"),
            _terse("What is the capital of France?", "Paris", "<SOLUTION>Paris or Lyon</SOLUTION>"),
            _terse("What is 7 x 8?", "56", "It is 56."),
        ),
        tags=("correctness", "number", "short answer"),
    ),
}
