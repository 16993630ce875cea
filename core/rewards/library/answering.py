"""Rewards for answers with some freedom: a number, keywords, a pattern."""

from __future__ import annotations

import math
import re

from core.rewards.base import (
    PATTERN,
    Component,
    Example,
    NotRun,
    Parameter,
    Preset,
    Score,
    excerpt,
    right,
    weighted,
    wrong,
)
from core.rewards.library.answering_samples import BAD, GOOD
from core.rewards.library.answers import LONGEST_ANSWER, MOST_MENTIONS, NO_SOLUTION
from core.rewards.text.prose import prose_problem

PATTERN_TIMEOUT_S = 0.05
LONGEST_MATCHED = 100_000

NUMBER = re.compile(
    r"(?<![\w.^])[-+−]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)*|\.[0-9]+)"
    r"(?:[eE][-+]?[0-9]+|\s?[x×*]\s?10\^?\{?[-+−]?[0-9]+\}?)?\s?%?"
)
TEN_TO = re.compile(r"\s?[x×*]\s?10\^?\{?([-+]?[0-9]+)\}?")
SENTENCE = re.compile(r"[.!?]+(?:\s+|$)|\n+")
NOT_WORD = re.compile(r"[^\w'-]+")

KEYWORDS = (
    Component("found", 1.0, "Share of the keywords that stand as whole words in real sentences."),
    Component("prose", 0.0, "The solution is real sentences, not a list, and not the instruction."),
)


def numeric(
    response: str,
    reference: str,
    example: Example,
    *,
    relative_tolerance: float = 0.0,
    absolute_tolerance: float = 1e-9,
    partial_reach: float = 0.0,
) -> Score:
    """1 when the one number of the solution is within the tolerance of the reference; less with growing error, or 0.

    Beyond the tolerance it earns half at most, falling to 0 at a relative error of `partial_reach` (0: no partial
    credit). Units, thousands separators, 1.2e3, 1.2 x 10^3 and % are read; where only one side has a %, both readings
    of it count. Several different numbers earn nothing.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    if len(solution.split()) > LONGEST_ANSWER:
        return wrong(f"the solution has {len(solution.split())} words; a number has at most {LONGEST_ANSWER}")
    given, wanted = numbers_in(solution), numbers_in(reference)
    if len(set(wanted)) != 1:
        raise NotRun(f"the reference {excerpt(reference)} holds {len(wanted)} numbers instead of one")
    if len(set(given)) != 1 or len(given) > MOST_MENTIONS:
        return wrong(f"{excerpt(solution)} holds {len(given)} numbers instead of one")
    error, target = _distance(given[0], wanted[0])
    if error <= max(absolute_tolerance, relative_tolerance * abs(target)):
        return right(f"{excerpt(solution)} is within the tolerance of {target:g}")
    relative = error / abs(target) if target else math.inf
    credit = 0.5 * (1 - relative / partial_reach) if relative < partial_reach else 0.0
    return Score(credit, f"{excerpt(solution)} is off {target:g} by {error:g}")


def numbers_in(text: str) -> list[tuple[float, bool]]:
    """The finite numbers in `text`, each with whether it is a percentage."""
    found = []
    for match in NUMBER.finditer(text):
        plain = match[0].replace("−", "-").replace(",", "")
        parts = TEN_TO.sub(r"e\1", plain.rstrip("% ")).split(".")
        value = float(".".join(parts)) if len(parts) < 3 else math.nan
        if math.isfinite(value):
            found.append((value, plain.endswith("%")))
    return found


def _distance(given: tuple[float, bool], wanted: tuple[float, bool]) -> tuple[float, float]:
    """The error of the kindest reading of a percent sign, and the number it was compared with."""
    readings = [given[0]] if given[1] == wanted[1] else [given[0], given[0] / 100 if given[1] else given[0] * 100]
    return min(abs(reading - wanted[0]) for reading in readings), wanted[0]


def keywords(response: str, reference: str, example: Example, *, keywords: str = "") -> Score:
    """The share of the keywords that occur as whole words in real sentences; lists of keywords earn nothing.

    The keywords are those of the parameter, or else of the reference, separated by commas. A keyword counts in a
    sentence of 5 words or more, half of which or more are no keywords, in a solution that is prose.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    wanted = [_spaced(word) for word in (keywords or reference).split(",") if word.strip()]
    if not wanted:
        raise NotRun("no keywords are given, neither as the parameter nor in the reference")
    if problem := prose_problem(solution, example.instruction):
        return Score(0.0, f"it is not prose: {problem}", {"found": 0.0, "prose": 0.0})
    found: set[str] = set()
    for sentence in map(_spaced, SENTENCE.split(solution)):
        here = [word for word in wanted if word in sentence]
        if len(sentence.split()) >= max(5, 2 * sum(len(word.split()) for word in here)):
            found.update(here)
    missing = [word.strip() for word in wanted if word not in found]
    parts = {"found": 1 - len(missing) / len(wanted), "prose": 1.0}
    return weighted(parts, KEYWORDS, f"missing: {', '.join(missing)}" if missing else "every keyword is there")


def _spaced(text: str) -> str:
    return f" {' '.join(NOT_WORD.split(text.casefold())).strip()} "


def pattern(response: str, reference: str, example: Example, *, pattern: str = "", ignore_case: bool = False) -> Score:
    """1 when the whole solution matches the regular expression, else 0.

    The expression is the parameter, or else the reference. One that takes over 50 ms is cut off, and digits of other
    scripts, which look like ours, match no expression that does not hold them.
    Raises:
        NotRun: The match took too long to judge.
        ValueError: It is no regular expression.
    """
    import regex

    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    if len(solution) > LONGEST_MATCHED:
        return wrong(f"the solution has {len(solution)} characters; {LONGEST_MATCHED} can be matched")
    wanted = pattern or reference
    if foreign := {sign for sign in solution if sign.isdecimal() and not sign.isascii()} - set(wanted):
        return wrong(f"{excerpt(solution)} holds digits of another script: {''.join(sorted(foreign))}")
    try:
        flags = regex.IGNORECASE if ignore_case else 0
        matched = regex.fullmatch(wanted, solution, flags=flags, timeout=PATTERN_TIMEOUT_S)
    except TimeoutError:
        raise NotRun(f"matching {excerpt(wanted)} took over {PATTERN_TIMEOUT_S:g} s; make it simpler") from None
    except regex.error as error:
        raise ValueError(f"{excerpt(wanted)} is no regular expression: {error}") from error
    if matched:
        return right(f"{excerpt(solution)} matches {excerpt(wanted)}")
    return wrong(f"{excerpt(solution)} does not match {excerpt(wanted)}")


PRESETS: dict[str, Preset] = {
    "numeric": Preset(
        title="Numeric Closeness",
        function=numeric,
        category="math",
        level="beginner",
        summary="The one number of the solution is within a tolerance of the reference.",
        judges_truth=True,
        good=GOOD["numeric"],
        bad=BAD["numeric"],
        tags=("number", "tolerance", "measurement", "estimate"),
        parameters=(
            Parameter("relative_tolerance", 0.0, "Error allowed, as a share of the reference.", 0.0, 1.0),
            Parameter("absolute_tolerance", 1e-9, "Error allowed, in the reference's unit.", 0.0),
            Parameter("partial_reach", 0.0, "Relative error at which partial credit ends; 0 for none.", 0.0, 1.0),
        ),
    ),
    "keywords": Preset(
        title="Contains Keywords",
        function=keywords,
        category="answers",
        level="beginner",
        summary="Every keyword stands in the solution, in real sentences.",
        judges_truth=False,
        good=GOOD["keywords"],
        bad=BAD["keywords"],
        tags=("contains", "coverage", "terms"),
        components=KEYWORDS,
        parameters=(Parameter("keywords", "", "Keywords, separated by commas; empty for the reference's."),),
    ),
    "pattern": Preset(
        title="Pattern",
        function=pattern,
        category="form",
        level="intermediate",
        summary="The whole solution matches a regular expression.",
        judges_truth=False,
        good=GOOD["pattern"],
        bad=BAD["pattern"],
        tags=("regex", "regular expression", "date", "identifier"),
        parameters=(
            Parameter("pattern", "", "The regular expression; empty for the reference.", unit=PATTERN),
            Parameter("ignore_case", False, "Whether small and capital letters are the same."),
        ),
    ),
}
