"""The reward that judges whether an answer is mathematically the reference."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.prompts.builtin import GRPO_DEFAULT
from core.rewards.base import Example, NotRun, Preset, Sample, Score, excerpt, right, wrong
from core.rewards.library.answers import NO_SOLUTION
from core.rewards.library.maths.amounts import read_joined
from core.rewards.library.maths.calculus import has_matrix, is_left_open, is_same_calculus, needs_math_verify
from core.rewards.library.maths.comparing import is_same
from core.rewards.library.maths.kinds import Value, shifted
from core.rewards.library.maths.numbers import NoReference, OutOfWork, Values
from core.rewards.library.maths.reading import readings
from core.rewards.library.maths.symbolic import inner
from core.rewards.library.maths.trees import Unreadable
from core.rewards.library.maths.writing import boxes, plain

SPACED_MINUS = re.compile(r"\s-\s")
LONGEST_ANSWER = 2000
"""Characters."""


def math_science(response: str, reference: str, example: Example) -> Score:
    """1 when the solution states what the reference states, however it is written; else 0.

    Only the text between the solution markers counts. Numbers are compared exactly, expressions to 60 digits at fixed
    values of their symbols; a decimal is not the root or fraction that it rounds. Units may be missing, never others.

    Raises:
        NotRun: The reference can't be read, or takes too long to compare. An answer that alone does is wrong.
    """
    solution = example.markers.between_solution(response)
    if solution is None:
        return wrong(NO_SOLUTION)
    if not solution.strip():
        return wrong("the solution is empty")
    if _squeezed(solution) == _squeezed(reference):
        return right(f"{excerpt(solution)} is the reference")
    return _judged(solution, reference)


def _judged(solution: str, reference: str) -> Score:
    try:
        wanted, answer = _stated_by_reference(reference), _stated(boxes(solution) or [solution])
        equal = _squeezed(answer) == _squeezed(wanted) or _is_same(wanted, answer)
    except Unreadable as problem:
        return wrong(f"{excerpt(solution)} can't be read: {problem}")
    except NoReference as problem:
        raise NotRun(f"the reference {excerpt(reference)} can't be read: {problem}") from None
    except OutOfWork:
        raise NotRun(f"comparing {excerpt(solution)} with {excerpt(reference)} takes too long") from None
    verb = "equals" if equal else "does not equal"
    return (right if equal else wrong)(f"{excerpt(solution)} {verb} {excerpt(reference)}")


def _is_same(reference: str, answer: str) -> bool:
    """Whether two plain texts state the same in one of the ways to read each."""
    try:
        wanted = _wanted(reference)
    except Unreadable as problem:
        if not needs_math_verify(reference):
            raise NoReference(str(problem)) from None
        return any(is_same_calculus(reference, answer, value) for value in _computable(answer))
    given = readings(answer)
    try:
        return _has_same(wanted, given)
    except OutOfWork:
        _has_same(wanted, list(map(shifted, wanted)))
        raise Unreadable("it takes too long to compute") from None


def _has_same(wanted: list[Value], given: list[Value]) -> bool:
    values = Values()
    return any(is_same(one, other, values) for one in wanted for other in given)


def _wanted(reference: str) -> list[Value]:
    """What a reference states; 10-20 and 2023-01-05 are a range and a date there, while an answer may compute."""
    found = readings(reference)
    as_written = read_joined(reference) if SPACED_MINUS.search(reference) is None else None
    return [as_written] if as_written else found


def _computable(answer: str) -> list[Value | str]:
    """What math-verify is given for an answer: each way to read it; the text only of a product of matrices.

    Raises:
        Unreadable: It leaves an operator open, or is no number, expression or matrix that can be computed here.
    """
    if is_left_open(answer):
        raise Unreadable("it leaves a sum, an integral or another operator open")
    try:
        return [inner(value) for value in readings(answer)]
    except OutOfWork:
        raise Unreadable("it takes too long to compute") from None
    except Unreadable:
        if not has_matrix(answer):
            raise
        return [answer]


def _stated_by_reference(text: str) -> str:
    r"""The answer of a reference in plain writing; of a solution's text, what its last \boxed{} holds."""
    try:
        return _stated((boxes(text) or [text])[-1:])
    except Unreadable as problem:
        raise NoReference(str(problem)) from None


def _stated(answers: Sequence[str]) -> str:
    """Several answers as one in plain writing, those that are the same once."""
    length = sum(map(len, answers))
    if length > LONGEST_ANSWER:
        raise Unreadable(f"it has {length} characters, and an answer has at most {LONGEST_ANSWER}")
    return ", ".join(dict.fromkeys(map(plain, answers)))


def _squeezed(text: str) -> str:
    """`text` without $ and spaces; a space between two numbers or words stays."""
    return re.sub(r"(?<!\w)\s+|\s+(?!\w)", "", " ".join(text.replace("$", "").split()))


def _marked(question: str, reference: str, response: str) -> Sample:
    return Sample(response, reference, Example(question, GRPO_DEFAULT.markers))


PRESET = Preset(
    title="Math & Science",
    function=math_science,
    category="math",
    level="beginner",
    summary="The solution states what the reference states: a number, formula, unit, interval, set, time or word.",
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
)
