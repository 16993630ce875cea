"""Rewards that judge whether the answer is correct."""

from __future__ import annotations

import re
from fractions import Fraction

from core.prompts.builtin import GRPO_DEFAULT, SOLUTION_ONLY
from core.rewards.base import Example, Preset, Sample, Score, excerpt, right, wrong
from core.rewards.text.normal import normal_form, ungrouped

NO_SOLUTION = "no solution between the markers"
LONGEST_MATHS = 2000
"""Characters; sympy takes minutes over longer texts."""
MOST_MENTIONS = 2
"""How often a solution may repeat its answer, as in "56 (56.0)"."""

LONGEST_ANSWER = 30
"""Words; a choice or a number that needs more is not an answer but a text that mentions one."""

FRACTION = re.compile(r"([+-]?\d+(?:\.\d+)?)(?:/(\d+(?:\.\d+)?))?(%?)")
LATEX_FRACTION = re.compile(r"\\[dt]?frac\{(-?[\d.]+)\}\{([\d.]+)\}")
AROUND_OPERATOR = re.compile(r"\s*([-+*/=^])\s*")


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

    Cheap (20 microseconds), where math-verify takes a millisecond: \frac{1}{2}, 1/2, 0.5, 50% and $x = 0.5$ are equal.
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


def math_science(response: str, reference: str, example: Example) -> Score:
    """1 when the solution is mathematically equal to the reference, judged by math-verify; else 0.

    Only the text between the solution markers counts. It may not have more numbers than the reference, so that lists of
    guesses earn nothing. math-verify's time limits use a signal, so this needs the main thread.
    """
    from math_verify import parse, verify

    solution = example.markers.between_solution(response)
    if solution is None:
        return wrong(NO_SOLUTION)
    if len(solution) > LONGEST_MATHS:
        return wrong(f"the solution has {len(solution)} characters; an answer has at most {LONGEST_MATHS}")
    stated, allowed = expressions(solution), max(1, len(set(expressions(reference))))
    if len(set(stated)) > allowed or len(stated) > MOST_MENTIONS * allowed or is_repeated(solution):
        return wrong(f"{excerpt(solution)} states several numbers, or one again and again, instead of one answer")
    parsed = parse(solution)
    if not parsed:
        return wrong(f"{excerpt(solution)} holds no mathematical answer")
    if verify(parse(reference), parsed):
        return right(f"{excerpt(solution)} equals {excerpt(reference)}")
    return wrong(f"{excerpt(solution)} does not equal {excerpt(reference)}")


def expressions(text: str) -> list[str]:
    """The expressions with a digit in plain text ("2+3 = 5" is one); none in LaTeX, which states its own."""
    if "$" in text or "\\" in text:
        return []
    parts = AROUND_OPERATOR.sub(r"\1", text).replace(", ", " ").split()
    return [part.strip(".,;:()") for part in parts if any(map(str.isdigit, part))]


def is_repeated(text: str) -> bool:
    """Whether `text` repeats one phrase more than twice, with or without commas."""
    parts = re.findall(r"[^\s,;]+", text)
    return any(parts[size:] == parts[:-size] for size in range(1, len(parts) // (MOST_MENTIONS + 1) + 1))


def _marked(question: str, reference: str, response: str) -> Sample:
    return Sample(response, reference, Example(question, GRPO_DEFAULT.markers))


def _terse(question: str, reference: str, response: str) -> Sample:
    return Sample(response, reference, Example(question, SOLUTION_ONLY.markers))


PRESETS: dict[str, Preset] = {
    "math-science": Preset(
        title="Math & Science",
        function=math_science,
        category="math",
        level="beginner",
        summary="The solution is mathematically equal to the reference, judged by math-verify.",
        judges_truth=True,
        good=(
            _marked(
                "What part of 4 is 2?",
                "0.5",
                "<start_working_out>2 of 4 parts<end_working_out><SOLUTION>\\frac{1}{2}</SOLUTION>",
            ),
            _marked("Solve 2x = 6.", "3", "<SOLUTION>$x = 3$</SOLUTION>"),
            _marked("What do 8 boxes of 125 screws hold?", "1000", "<SOLUTION>1,000 screws</SOLUTION>"),
        ),
        bad=(
            _marked("What part of 4 is 2?", "0.5", "The answer could be 0.5 or 5."),
            _marked("Solve 2x = 6.", "3", "<SOLUTION>1 or 2 or 3</SOLUTION>"),
            _marked("Solve 2x = 6.", "3", "<SOLUTION>$x = 4$</SOLUTION>"),
        ),
        tags=("maths", "physics", "equation", "latex", "correctness"),
    ),
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
