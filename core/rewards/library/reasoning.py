"""Rewards for a right answer that is reasoned out in view; a wrong answer earns nothing, however it is argued."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from core.prompts.template import Markers
from core.rewards.base import Component, Example, Parameter, Preset, Score, excerpt, weighted, wrong
from core.rewards.library.answers import LONGEST_ANSWER, MOST_MENTIONS, NO_SOLUTION, is_same, plain_value
from core.rewards.library.multiple_choice import (
    has_column,
    lists_letters,
    named_in,
    numbering_of,
    options_in,
    wanted_option,
)
from core.rewards.library.reasoning_samples import BAD, GOOD
from core.rewards.text.languages import LANGUAGES
from core.rewards.text.normal import normal_form
from core.rewards.text.prose import prose_problem

STEP_END = re.compile(r"(?<=[.!?;])\s+|\n+")
WORD = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)*")
THOUSANDS = re.compile(r"(?<=\d),(?=\d)")
LEAST_STEP_WORDS = 3
OPERATOR = re.compile(r"\s*([-+*/×÷=]|(?<=[\d ])x(?=[\d $]))\s*")
EQUATION = re.compile(
    r"(?<![\d.+*/x×÷=$-])\$?(\d+(?:\.\d+)?)([-+*/x×÷])\$?(\d+(?:\.\d+)?)=\$?(-?\d+(?:\.\d+)?)(?![\d%+*/x×÷^-]|\.\d)"
)
ROUNDING = Fraction(1, 100)
EMPTY_WORDS = LANGUAGES["en"].function_words
VERDICTS = {
    **dict.fromkeys(("yes", "true", "correct", "valid", "entailment", "entailed"), "yes"),
    **dict.fromkeys(("no", "false", "incorrect", "invalid", "contradiction", "contradicted"), "no"),
    **dict.fromkeys(("unknown", "uncertain", "neutral", "undetermined", "undecided"), "unknown"),
}

CHAIN = (
    Component("answer", 0.5, "The solution is right; when it is not, everything is 0."),
    Component("steps", 0.35, "Different steps that use what is given or found before and add something to it."),
    Component("conclusion", 0.15, "The last step holds the answer."),
)
LOGIC = (
    Component("answer", 0.5, "The solution is right; when it is not, everything is 0."),
    Component("premises", 0.3, "Share of the instruction's names and notions that the reasoning speaks of."),
    Component("conclusion", 0.2, "The reasoning ends by stating the answer, after at least one other sentence."),
)


def chain_of_thought(response: str, reference: str, example: Example, *, wanted_steps: int = 3) -> Score:
    """A right answer earns half; the other half is for steps that lead to it; a wrong answer earns exactly 0.

    Steps are judged by structure, not by words such as "therefore": a step counts when it has 3 words or numbers, uses
    something given or found before, adds something new, and states no false sum. The reasoning is what the reasoning
    markers enclose, or else all before the solution; a template without markers leaves none to judge.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    if not is_right(solution, reference, example):
        return _nothing(CHAIN, f"{excerpt(solution)} is not {excerpt(reference)}, so the reasoning does not count")
    every = steps_in(reasoning_of(response, example.markers))
    sound = sound_steps(every, example.instruction)
    parts = {
        "answer": 1.0,
        "steps": min(1.0, len(sound) / wanted_steps),
        "conclusion": float(bool(sound) and holds(every[-1], solution)),
    }
    return weighted(parts, CHAIN, f"the answer is right, after {len(sound)} sound steps of {len(every)}")


def reasoning(response: str, reference: str, example: Example, *, least_premises: float = 0.4) -> Score:
    """A right answer earns half; the rest is for reasoning from the instruction's premises to it; a wrong one earns 0.

    Right is the same text, number, option or verdict (yes and true are one, as in entailment data). The reasoning must
    be prose and no copy of the instruction; it earns in full for `least_premises` of the notions in the instruction.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    if not is_right(solution, reference, example):
        return _nothing(LOGIC, f"{excerpt(solution)} is not {excerpt(reference)}, so the reasoning does not count")
    thought = reasoning_of(response, example.markers)
    if problem := prose_problem(thought, example.instruction):
        return weighted({"answer": 1.0, "premises": 0.0, "conclusion": 0.0}, LOGIC, f"no reasoning: {problem}")
    notions = words_of(example.instruction) - EMPTY_WORDS
    used = notions & words_of(thought)
    every = steps_in(thought)
    parts = {
        "answer": 1.0,
        "premises": min(1.0, len(used) / (least_premises * len(notions))) if notions else 0.0,
        "conclusion": float(len(every) > 1 and bool(used) and concludes(every[-1], solution)),
    }
    return weighted(parts, LOGIC, f"the answer is right; the reasoning uses {len(used)} of {len(notions)} notions")


def _nothing(components: tuple[Component, ...], reason: str) -> Score:
    return Score(0.0, reason, {component.name: 0.0 for component in components})


def is_right(solution: str, reference: str, example: Example) -> bool:
    """Whether both are one text, number, verdict or option; cheap, without the reading of Math & Science.

    Raises:
        NotRun: The row has options in a column, and the reference is none of them.
    """
    if is_same(solution.rstrip("."), reference):
        return True
    options = options_in(example) if has_column(example) else []
    value = plain_value(solution)
    if value is not None and not options:
        return value == plain_value(reference)
    if normal_form(reference) in VERDICTS:
        return verdict_of(solution) == verdict_of(reference)
    if not options and not re.fullmatch(r"\(?[A-Z]\)?", reference.strip()):
        return False
    wanted = wanted_option(reference, options, numbering_of(example))
    short = len(solution.split()) <= LONGEST_ANSWER and not lists_letters(solution, options)
    return short and named_in(solution, options) == {wanted}


def verdict_of(text: str) -> str | None:
    """yes, no or unknown, when `text` is such a word alone or begins with it and a comma or full stop; else None."""
    first = re.split(r"[,.;:]", text.casefold().strip(), maxsplit=1)[0].strip()
    said = [VERDICTS[word] for word in WORD.findall(text.casefold()) if word in VERDICTS]
    is_one = len(set(said)) == 1 and len(said) <= MOST_MENTIONS and len(text.split()) <= LONGEST_ANSWER
    return VERDICTS.get(first) if is_one else None


def reasoning_of(response: str, markers: Markers) -> str:
    """The text that the reasoning markers enclose; without them, all before the solution; "" with no markers at all."""
    if not markers.solution_start:
        return ""
    before = response[: max(0, response.rfind(markers.solution_start))]
    if not markers.reasoning_start:
        return before.strip()
    _, found, inside = before.partition(markers.reasoning_start)
    return (inside if found else before).partition(markers.reasoning_end)[0].strip()


def steps_in(thought: str) -> list[str]:
    """The sentences and lines of a reasoning, in order."""
    return [step for step in STEP_END.split(thought) if step and not step.isspace()]


def sound_steps(every: Sequence[str], instruction: str) -> list[str]:
    """The steps that use a given or an earlier word or number, add a new one, and have no false sum."""
    known = words_of(instruction) - EMPTY_WORDS
    sound = []
    for step in every:
        here = words_of(step)
        content = here - EMPTY_WORDS
        if len(here) >= LEAST_STEP_WORDS and content & known and content - known and not false_sum(step):
            sound.append(step)
            known |= content
    return sound


def false_sum(step: str) -> str | None:
    """The first equation of two numbers in `step` that does not hold (rounding to 0.01 is allowed), or None."""
    for found in EQUATION.finditer(OPERATOR.sub(r"\1", step.replace(",", ""))):
        left, right, stated = Fraction(found[1]), Fraction(found[3]), Fraction(found[4])
        true = _result(left, found[2], right)
        if true is None or abs(true - stated) > ROUNDING:
            return found[0]
    return None


def _result(left: Fraction, operator: str, right: Fraction) -> Fraction | None:
    if operator in "/÷":
        return left / right if right else None
    return left + right if operator == "+" else left - right if operator == "-" else left * right


def words_of(text: str) -> set[str]:
    """The different words and numbers of `text`, in small letters, thousands separators removed."""
    return set(WORD.findall(THOUSANDS.sub("", text.casefold())))


def holds(step: str, solution: str) -> bool:
    """Whether `step` has every word and number of the solution."""
    wanted = words_of(solution)
    return bool(wanted) and wanted <= words_of(step)


def concludes(step: str, solution: str) -> bool:
    """Whether `step` states the solution, or, of a verdict, is a sentence that draws it."""
    return holds(step, solution) or (verdict_of(solution) is not None and len(step.split()) >= LEAST_STEP_WORDS)


PRESETS: dict[str, Preset] = {
    "chain-of-thought": Preset(
        title="Chain of Thought",
        function=chain_of_thought,
        category="reasoning",
        level="intermediate",
        summary="The answer is right, and different steps that build on each other lead to it; a wrong one earns 0.",
        judges_truth=False,
        good=GOOD["chain-of-thought"],
        bad=BAD["chain-of-thought"],
        tags=("step by step", "working", "maths", "gsm8k"),
        components=CHAIN,
        parameters=(
            Parameter("wanted_steps", 3, "Sound steps that earn in full.", minimum=1, maximum=20, unit="steps"),
        ),
        optional={"choices": "The options, where the questions have some."},
    ),
    "reasoning": Preset(
        title="Reasoning",
        function=reasoning,
        category="reasoning",
        level="intermediate",
        summary="The answer is right, and prose leads to it from what the instruction says; a wrong one earns 0.",
        judges_truth=False,
        good=GOOD["reasoning"],
        bad=BAD["reasoning"],
        tags=("logic", "inference", "entailment", "deduction", "premises"),
        components=LOGIC,
        parameters=(
            Parameter("least_premises", 0.4, "Share of the instruction's notions that earns in full.", 0.1, 1.0),
        ),
        optional={"choices": "The options, where the questions have some."},
    ),
}
