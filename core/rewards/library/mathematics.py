"""The reward that judges whether an answer is mathematically the reference."""

from __future__ import annotations

from core.prompts.builtin import GRPO_DEFAULT
from core.rewards.base import Example, NotRun, Preset, Sample, Score, excerpt, right, wrong
from core.rewards.library.answers import NO_SOLUTION
from core.rewards.library.maths.comparing import is_same
from core.rewards.library.maths.kinds import Value
from core.rewards.library.maths.numbers import NoReference, OutOfWork, Values
from core.rewards.library.maths.reading import readings
from core.rewards.library.maths.trees import Unreadable
from core.rewards.library.maths.writing import boxes, plain

LONGEST_ANSWER = 2000
"""Characters."""


def math_science(response: str, reference: str, example: Example) -> Score:
    """1 when the solution states what the reference states, however it is written; else 0.

    Only the text between the solution markers counts. Numbers are compared exactly, expressions to 60 digits at fixed
    values of their symbols; a decimal is not the root or fraction that it rounds. Units may be missing, never others.

    Raises:
        NotRun: The reference can't be read, or the comparison would take too long.
    """
    solution = example.markers.between_solution(response)
    if solution is None:
        return wrong(NO_SOLUTION)
    if not solution.strip():
        return wrong("the solution is empty")
    if len(solution) > LONGEST_ANSWER:
        return wrong(f"the solution has {len(solution)} characters; an answer has at most {LONGEST_ANSWER}")
    if _squeezed(solution) == _squeezed(reference):
        return right(f"{excerpt(solution)} is the reference")
    return _judged(solution, reference)


def _judged(solution: str, reference: str) -> Score:
    answer, wanted = _stated(solution, is_reference=False), _stated(reference, is_reference=True)
    if _squeezed(answer) == _squeezed(wanted):
        return right(f"{excerpt(solution)} is the reference")
    values = _reference_values(reference, wanted)
    try:
        given = readings(answer)
        equal = _any_same(values, given)
    except Unreadable as problem:
        return wrong(f"{excerpt(solution)} can't be read: {problem}")
    except NoReference as problem:
        raise NotRun(f"the reference {excerpt(reference)} can't be compared: {problem}") from None
    except OutOfWork:
        raise NotRun(f"comparing {excerpt(solution)} with {excerpt(reference)} takes too long") from None
    if equal:
        return right(f"{excerpt(solution)} equals {excerpt(reference)}")
    return wrong(f"{excerpt(solution)} does not equal {excerpt(reference)}")


def _reference_values(reference: str, wanted: str) -> list[Value]:
    if len(reference) > LONGEST_ANSWER:
        raise NotRun(f"the reference has {len(reference)} characters; an answer has at most {LONGEST_ANSWER}")
    try:
        return readings(wanted)
    except Unreadable as problem:
        raise NotRun(f"the reference {excerpt(reference)} can't be read: {problem}") from None


def _any_same(wanted: list[Value], given: list[Value]) -> bool:
    values = Values()
    return any(is_same(one, other, values) for one in wanted for other in given)


def _stated(text: str, is_reference: bool) -> str:
    r"""The answer in `text` in plain writing: what its \boxed{} hold; of a reference's solution text, the last one."""
    found = list(dict.fromkeys(map(plain, boxes(text))))
    if not found:
        return plain(text)
    return found[-1] if is_reference else ", ".join(found)


def _squeezed(text: str) -> str:
    return "".join(text.replace("$", "").split())


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
