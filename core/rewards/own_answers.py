"""OwnAnswers: what a reward gives the data set's own answers, in the template's perfect format."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from textwrap import indent
from typing import TypedDict

from core.data.mapping import Row
from core.prompts.template import PromptTemplate
from core.rewards.base import Example
from core.rewards.exploits import STAND_IN_REASONING, in_format
from core.rewards.scoring import FAILURES, Outcome, Scorer
from core.rewards.total import total

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


class OwnAnswers(TypedDict):
    """What the rows' own answers earn, as a share of the most that one can earn.

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
    shares: list[float | None] = []
    failing: FailingRow | None = None
    for number, row in enumerate(rows):
        if shares and clock() - started > PATIENCE_S:
            break
        if not row.reference:
            continue
        answer = in_format(template, _whole(row), row.reasoning or STAND_IN_REASONING)
        outcomes = _outcomes(used, answer, row, template)
        share = _share(outcomes, weights)
        shares.append(share)
        if failing is None and share != 1.0:
            failing = _failing(number, row, answer, share, outcomes)
    scored = [share for share in shares if share is not None]
    return {
        "rows": len(shares),
        "scored": len(scored),
        "mean": sum(scored) / len(scored) if scored else None,
        "full": scored.count(1.0) / len(shares) if shares else 0.0,
        "failing": failing,
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


def _share(outcomes: Mapping[str, Outcome], weights: Mapping[str, float]) -> float | None:
    """What a row earns of the most there is; None where a part has no score."""
    earned_here = total(
        (weights[name], outcome.score.value if outcome.score else None) for name, outcome in outcomes.items()
    )
    most = sum(weight for weight in weights.values() if weight > 0)
    return None if earned_here is None or not most else round(earned_here / most, DIGITS)


def _failing(number: int, row: Row, answer: str, share: float | None, outcomes: Mapping[str, Outcome]) -> FailingRow:
    short = {
        name: outcome.score.reason if outcome.score else f"{outcome.kind.replace('_', ' ')}: {outcome.problem}"
        for name, outcome in outcomes.items()
        if outcome.score is None or outcome.score.value < 1.0
    }
    reason = "; ".join(f"{name}: {why}" if len(outcomes) > 1 else why for name, why in short.items())
    return {
        "row": number + 1,
        "instruction": row.instruction[:SHOWN_CHARACTERS],
        "answer": answer[:SHOWN_CHARACTERS],
        "score": share,
        "reason": reason,
    }
