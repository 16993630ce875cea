"""OwnAnswers: what a reward gives the data set's own answers, in the template's perfect format."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import indent

from typing_extensions import TypedDict

from core.data.mapping import Row
from core.prompts.template import PromptTemplate
from core.rewards.base import Example
from core.rewards.bench.exploits import STAND_IN_REASONING, in_format
from core.rewards.scoring import FAILURES, Outcome, Scorer
from core.rewards.total import total, weighed_range

OWN_ROWS = 20
"""Rows that are scored unless said otherwise."""
PATIENCE_S = 10.0
SHOWN_CHARACTERS = 400
ENOUGH = 0.9
"""The share of own answers that should have a full score; of rewards that judge no truth, what they should earn."""
DIGITS = 9
INDENT = "    "
DEFINES = re.compile(r"^\s*(?:async )?(?:def|class) ", re.MULTILINE)


class FailingRow(TypedDict):
    """A row whose own answer does not get all there is; `score` is null without one, `reason` says why."""

    row: int
    instruction: str
    answer: str
    score: float | None
    reason: str


@dataclass(frozen=True)
class _Tried:
    """A row's own answer, and what each scorer made of it."""

    number: int
    row: Row
    answer: str
    outcomes: Mapping[str, Outcome]


class OwnAnswers(TypedDict):
    """What the rows' own answers earn, as a share of the way from the least that one can earn to the most.

    `rows` were tried, `scored` of them have a score; `mean` is over the scored ones and null without any, `full` is the
    share of the tried rows with a full score; `failing` is the first row without, null if there is none.
    """

    rows: int
    scored: int
    mean: float | None
    full: float
    failing: FailingRow | None


def own_answers(
    used: Sequence[Scorer],
    weights: Mapping[str, float],
    rows: Sequence[Row],
    template: PromptTemplate,
    clock: Callable[[], float] = time.perf_counter,
) -> OwnAnswers:
    """Score each row's own answer, in perfect format; rows without an answer are passed over.

    Args:
        used: The scorers of a reward section, and `weights` their weights by name.
        rows: Usable rows; after PATIENCE_S no further one is begun.
        clock: Seconds, from any start.
    """
    started = clock()
    tried: list[_Tried] = []
    for number, row in enumerate(rows):
        if tried and clock() - started > PATIENCE_S:
            break
        if row.reference:
            answer = in_format(template, _whole(row), row.reasoning or STAND_IN_REASONING)
            tried.append(_Tried(number, row, answer, _outcomes(used, answer, row, template)))
    totals = [_total(attempt.outcomes, weights) for attempt in tried]
    least, most = _ends(used, weights, totals)
    shares = [_share(earned_here, least, most) for earned_here in totals]
    short = next((pair for pair in zip(tried, shares, strict=True) if pair[1] != 1.0), None)
    scored = [share for share in shares if share is not None]
    return {
        "rows": len(shares),
        "scored": len(scored),
        "mean": sum(scored) / len(scored) if scored else None,
        "full": scored.count(1.0) / len(shares) if shares else 0.0,
        "failing": short and _failing(*short, {scorer.name: _best(scorer, weights) for scorer in used}),
    }


def earned(found: OwnAnswers) -> float:
    """The mean over all tried rows, where one without a score earns nothing."""
    return (found["mean"] or 0.0) * found["scored"] / found["rows"] if found["rows"] else 0.0


def in_words(found: OwnAnswers) -> str:
    """The figure in words, and why the first row fails."""
    if not found["rows"]:
        return "The data have no answers of their own to score."
    unscored = found["rows"] - found["scored"]
    left = f", {unscored} of them could not be scored" if unscored else ""
    full = f"{round(found['full'] * found['rows'])} of {found['rows']} rows get all of it{left}"
    figure = f"The data's own answers earn {earned(found):.0%} of this reward: {full}."
    failing = found["failing"]
    return f"{figure} Row {failing['row']} falls short: {failing['reason']}." if failing else figure


def _whole(row: Row) -> str:
    """The answer of a row; with the question where that is the head of a function whose body is the answer."""
    if "tests" not in row.extras or DEFINES.search(row.reference) or not DEFINES.search(row.instruction):
        return row.reference
    return f"{row.instruction}\n{indent(row.reference, INDENT, lambda line: not line.startswith(INDENT))}"


def _outcomes(used: Sequence[Scorer], answer: str, row: Row, template: PromptTemplate) -> dict[str, Outcome]:
    example = Example(row.instruction, template.markers, row.extras)
    outcomes = {}
    for scorer in used:
        try:
            (outcomes[scorer.name],) = scorer.score_all([answer], [row.reference], [example])
        except (*FAILURES, OSError) as error:
            outcomes[scorer.name] = Outcome("failed", problem=f"{type(error).__name__}: {error}")
    return outcomes


def _total(outcomes: Mapping[str, Outcome], weights: Mapping[str, float]) -> float | None:
    """What a row earns; None where a part that applies has no score."""
    counted = {name: outcome for name, outcome in outcomes.items() if outcome.kind != "not_applicable"}
    return total((weights[name], outcome.score.value if outcome.score else None) for name, outcome in counted.items())


def _ends(used: Sequence[Scorer], weights: Mapping[str, float], totals: Sequence[float | None]) -> tuple[float, float]:
    """The least and the most that a row can earn; where that is not known, nothing and the most that one earns."""
    whole = weighed_range([(weights[scorer.name], scorer.range) for scorer in used])
    return whole or (0.0, max((earned_here for earned_here in totals if earned_here is not None), default=0.0))


def _best(scorer: Scorer, weights: Mapping[str, float]) -> tuple[float, float] | None:
    """(the score that earns the most, the sign of its weight); None where it is not known."""
    sign = math.copysign(1.0, weights[scorer.name])
    return scorer.range and (scorer.range[1] if sign > 0 else scorer.range[0], sign)


def _share(earned_here: float | None, least: float, most: float) -> float | None:
    """Where a row stands between the least and the most; 1 or 0 where these are one."""
    if earned_here is None:
        return None
    return round((earned_here - least) / (most - least), DIGITS) if most > least else float(earned_here >= most)


def _falls_short(value: float, best: tuple[float, float] | None) -> bool:
    """Whether a score earns less than the best one; a score whose range is not known does."""
    return best is None or value * best[1] < best[0] * best[1]


def _failing(tried: _Tried, share: float | None, best: Mapping[str, tuple[float, float] | None]) -> FailingRow:
    short = {
        name: outcome.score.reason if outcome.score else f"{outcome.kind.replace('_', ' ')}: {outcome.problem}"
        for name, outcome in tried.outcomes.items()
        if outcome.score is None or _falls_short(outcome.score.value, best[name])
    }
    reason = "; ".join(f"{name}: {why}" if len(tried.outcomes) > 1 else why for name, why in short.items())
    return {
        "row": tried.number + 1,
        "instruction": tried.row.instruction[:SHOWN_CHARACTERS],
        "answer": tried.answer[:SHOWN_CHARACTERS],
        "score": share,
        "reason": reason,
    }
