"""The Reward Bench: scores right answers, wrong ones and exploits on real rows, and grades the reward by them."""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from core.data.mapping import Row
from core.errors import InvalidInput
from core.prompts.template import PromptTemplate
from core.rewards.base import Example, Range
from core.rewards.bench.exploits import EXPLOITS, STAND_IN_REASONING, different, exploits, in_format
from core.rewards.bench.report import NONSENSE_MAY_EARN, BenchReport, Tally, Violation, Witness, graded
from core.rewards.scoring import FAILURES, ROUNDING, Outcome, Scorer, checked

RIGHT, WRONG = "right answer", "wrong answer"
DIGITS = 9
"""Scores are compared to this many decimal places."""
SHOWN_CHARACTERS = 400


PATIENCE_S = 60.0
"""A reward that hangs on every completion would hold a bench of 50 rows up for a quarter of an hour."""


@dataclass(frozen=True)
class _Attempts:
    """The completions tried on one row: name -> text."""

    row: Row
    example: Example
    responses: dict[str, str]


_Outcomes = dict[str, Outcome]
"""What became of the completions of one row: name -> outcome."""


def bench(
    scorer: Scorer,
    rows: Sequence[Row],
    template: PromptTemplate,
    seed: int = 0,
    clock: Callable[[], float] = time.perf_counter,
) -> BenchReport:
    """Score about 20 completions a row and grade the reward by core.rewards.bench.report.RULES.

    Each row is one call of the scorer. All is scored three times: forwards twice, then backwards; once, and on fewer
    rows, where that takes over PATIENCE_S. A call of one completion comes first and is not timed, since it may import
    libraries or start workers.

    Args:
        rows: Examples of the data set; those without an answer are passed over. Wrong answers are those of other rows.
        seed: Draws the exploits and the wrong answers.
        clock: Seconds, from any start.
    Raises:
        InvalidInput: No row has an answer.
    """
    references = [row.reference for row in rows if row.reference.strip()]
    if not references:
        raise InvalidInput("There is no row with an answer to bench the reward on.", "Map the answer column.")
    tried = [_attempts(row, references, template, seed) for row in rows if row.reference.strip()]
    _score(scorer, _Attempts(tried[0].row, tried[0].example, {RIGHT: tried[0].responses[RIGHT]}))
    first, times = _timed(scorer, tried, clock)
    left = len(tried) - len(first)
    tried = tried[: len(first)]
    report = replace(_report(scorer, tried, first, times), rows_left=left)
    again = first if left else [_score(scorer, attempts) for attempts in tried]
    backwards = first if left else [_score(scorer, attempts, backwards=True) for attempts in reversed(tried)][::-1]
    changed, reversed_changed = _changes(first, again), _changes(first, again, backwards)
    return graded(replace(report, changed_again=changed, changed_in_reverse=reversed_changed))


def _report(scorer: Scorer, tried: list[_Attempts], first: list[_Outcomes], times: list[float]) -> BenchReport:
    """What the first scores say; the rows that were left and what changed with another call are still missing."""
    flat = [outcome for outcomes in first for outcome in outcomes.values()]
    scores = [value for value in map(_value, flat) if value is not None]
    compared, violations = _compare(tried, first)
    most = _most(scorer.range, scores)
    names = {name: None for attempts in tried for name in attempts.responses}
    return BenchReport(
        reward=scorer.name,
        judges_truth=scorer.judges_truth,
        rows=len(tried),
        rows_left=0,
        completions=len(flat),
        scored=len(scores),
        distinct_scores=len(set(scores)),
        not_applicable=sum(outcome.kind == "not_applicable" for outcome in flat),
        declared=scorer.range,
        seen=(min(scores), max(scores)) if scores else None,
        most=most,
        failed=_problems(flat, "failed"),
        not_run=_problems(flat, "not_run"),
        right=_tally(RIGHT, tried, first, most),
        wrong=_tally(WRONG, tried, first, most),
        compared=compared,
        violations=violations,
        exploits=[_tally(name, tried, first, most) for name in EXPLOITS if name in names],
        mean_ms=sum(times) / len(times),
        p95_ms=sorted(times)[math.ceil(0.95 * len(times)) - 1],
        changed_again=0,
        changed_in_reverse=0,
    )


def _attempts(row: Row, references: list[str], template: PromptTemplate, seed: int) -> _Attempts:
    example = Example(row.instruction, template.markers, row.extras)
    reasoning = row.reasoning or STAND_IN_REASONING
    responses = {RIGHT: in_format(template, row.reference, reasoning)}
    if others := different(row.reference, references):
        # same reasoning, so that the two differ in the answer only
        responses[WRONG] = in_format(template, random.Random(f"{seed}\n{row.instruction}").choice(others), reasoning)
    made = exploits(example, row.reference, template, references, seed)
    responses |= {exploit.name: exploit.response for exploit in made}
    return _Attempts(row, example, responses)


def _timed(scorer: Scorer, tried: list[_Attempts], clock: Callable[[], float]) -> tuple[list[_Outcomes], list[float]]:
    """The outcomes, and for each row the milliseconds that a completion took; no more rows begin after PATIENCE_S."""
    outcomes: list[_Outcomes] = []
    times: list[float] = []
    began = clock()
    for attempts in tried:
        started = clock()
        if outcomes and started - began > PATIENCE_S:
            break
        outcomes.append(_score(scorer, attempts))
        times.append((clock() - started) * 1000 / len(attempts.responses))
    return outcomes, times


def _score(scorer: Scorer, attempts: _Attempts, backwards: bool = False) -> _Outcomes:
    """The outcomes of one row; a scorer that raises or miscounts has failed on all of them."""
    names = list(attempts.responses)[:: -1 if backwards else 1]
    responses, count = [attempts.responses[name] for name in names], len(names)
    try:
        outcomes = scorer.score_all(responses, [attempts.row.reference] * count, [attempts.example] * count)
        outcomes = [
            checked(given.score, given.prints, scorer.range) if given.kind == "scored" else given for given in outcomes
        ]
    except (*FAILURES, OSError) as error:
        outcomes = [Outcome("failed", problem=f"{type(error).__name__}: {error}")] * count
    if len(outcomes) != count:
        outcomes = [Outcome("failed", problem=f"gave {len(outcomes)} outcomes for {count} completions")] * count
    return dict(zip(names, outcomes, strict=True))


def _value(outcome: Outcome | None) -> float | None:
    """The score that there is, rounded so that equal scores compare equal."""
    return round(outcome.score.value, DIGITS) if outcome is not None and outcome.score is not None else None


def _changes(*runs: list[_Outcomes]) -> int:
    """How many completions had one outcome in all runs but the last, and another in that."""
    changed = 0
    for same_row in zip(*runs, strict=True):
        for name in same_row[0]:
            seen = [(outcomes[name].kind, _value(outcomes[name])) for outcomes in same_row]
            changed += len(set(seen[:-1])) == 1 and seen[-1] != seen[0]
    return changed


def _problems(outcomes: list[Outcome], kind: str) -> dict[str, int]:
    return dict(Counter(outcome.problem for outcome in outcomes if outcome.kind == kind).most_common())


def _compare(tried: list[_Attempts], outcomes: list[_Outcomes]) -> tuple[int, list[Violation]]:
    """How many rows have a score for right and for wrong, and those in which right does not earn more."""
    compared, violations = 0, []
    for attempts, of_row in zip(tried, outcomes, strict=True):
        right, wrong = _value(of_row[RIGHT]), _value(of_row.get(WRONG))
        if right is None or wrong is None:
            continue
        compared += 1
        if right <= wrong:
            violations.append(Violation(_witness(attempts, of_row, RIGHT), _witness(attempts, of_row, WRONG)))
    return compared, violations


def _most(range: Range | None, scores: Sequence[float]) -> float:
    """The greatest score that can be had; the greatest that was seen where that is not known."""
    return range[1] if range else max(scores, default=0.0)


def _tally(name: str, tried: list[_Attempts], outcomes: list[_Outcomes], most: float) -> Tally:
    """The tally of the completions called `name` over all rows; `most` is full marks."""
    scored = [
        (value, _value(of_row[RIGHT]), row)
        for row, of_row in enumerate(outcomes)
        if (value := _value(of_row.get(name))) is not None
    ]
    values = [value for value, _, _ in scored]
    compared = [(value, right) for value, right, _ in scored if right is not None]
    chosen = (min if name == RIGHT else max)(scored, key=lambda entry: entry[0], default=None)
    kind, summary = EXPLOITS.get(name, ("", name))
    bound = max(0.0, NONSENSE_MAY_EARN * most)  # what is not above 0 is a penalty, and no pay
    return Tally(
        name=name,
        kind=kind,
        summary=summary,
        rows=len(scored),
        mean=sum(values) / len(values) if values else None,
        highest=max(values, default=None),
        paid=sum(value > bound for value in values),
        full=sum(value >= most - ROUNDING for value in values),
        level=sum(value > bound and value >= right for value, right in compared),
        preferred=sum(value > right for value, right in compared),
        example=_witness(tried[chosen[2]], outcomes[chosen[2]], name) if chosen else None,
    )


def _witness(attempts: _Attempts, outcomes: _Outcomes, name: str) -> Witness:
    outcome = outcomes[name]
    reason = outcome.score.reason if outcome.score else outcome.problem
    return Witness(_shown(attempts.row.instruction), _shown(attempts.responses[name]), _value(outcome), reason)


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
