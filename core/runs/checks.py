"""CheckReport of a data set before a run: how many rows are empty, repeated, contradictory, too long, or leak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from core.config import RunConfig
from core.data.lengths import AnswerLengths
from core.data.mapping import EMPTY, FILTERED, REPEATED, LeftOut, Row, same_question, usable_rows
from core.data.row import RawRow
from core.errors import InvalidInput
from core.runs.split import chosen, cut

SHOWN = 3
BATCH_ROWS = 500

Measure = Callable[[Sequence[Row]], list[int]]
"""Rows -> tokens of their rendered prompts."""


MEANINGS = {
    "empty": "the question or the answer is empty; these rows are left out",
    "repeated": "the question stands in an earlier row, but for case, spacing and punctuation; these rows are left out",
    "filtered": "a filter leaves these rows out",
    "too_long": "the prompt leaves no room for max_new_tokens within max_sequence_length; these rows are left out",
    "leakage": "a held-out question has the same words as a training question, in another order; its score says less",
}
"""Finding -> its consequence for a run."""


@dataclass
class Trouble:
    """One kind of problem: how many rows have it, its consequence, and some of these rows."""

    count: int = 0
    meaning: str = ""
    examples: list[str] = field(default_factory=list)

    def add(self, example: str) -> None:
        """Count one row."""
        self.count += 1
        if len(self.examples) < SHOWN:
            self.examples.append(example[:200])


@dataclass
class CheckReport:
    """The result of all checks: the rows that a run uses, and why others are left out.

    Attributes:
        mapped: Rows that are left before those are left out whose prompt is too long.
        longest_prompt: In tokens; null without a tokenizer.
        answers: The lengths of the perfect answers; null where they were not measured.
    """

    rows: int
    mapped: int
    usable: int
    train: int
    held_out: int
    warm_up: int
    longest_prompt: int | None
    findings: dict[str, Trouble]
    answers: AnswerLengths | None = None


def check_rows(
    raw: Iterable[RawRow], config: RunConfig, measure: Measure | None, report: Callable[[int], None]
) -> CheckReport:
    """Look at every row as a run would use it.

    Args:
        raw: Raw rows.
        config: Mapping, filters, split, lengths.
        measure: Counts the tokens of prompts; None leaves too_long out.
        report: Called with the count so far.
    """
    left_out: LeftOut = Counter()
    counted = _Counted(raw, report)
    rows = chosen(usable_rows(counted, config.dataset, config.reward.columns, left_out), config)
    split = cut(list(rows), config, left_out)
    findings = {"leakage": _leakage([*split.train, *split.warm_up], split.held_out)}
    longest, too_long = None, _TooLong()
    if measure is not None:
        longest = too_long.find(rows, config, measure)
        findings["too_long"] = too_long.finding
    for name, why in (("empty", EMPTY), ("repeated", REPEATED), ("filtered", FILTERED)):
        findings[name] = Trouble(left_out[why], MEANINGS[name])
    return CheckReport(
        rows=counted.count,
        mapped=len(rows),
        usable=too_long.fitting(rows),
        train=too_long.fitting(split.train),
        held_out=too_long.fitting(split.held_out),
        warm_up=too_long.fitting(split.warm_up),
        longest_prompt=longest,
        findings=findings,
    )


class _Counted:
    """An iterable that knows how far it is."""

    def __init__(self, rows: Iterable[RawRow], report: Callable[[int], None]):
        self._rows = rows
        self._report = report
        self.count = 0

    def __iter__(self) -> Iterator[RawRow]:
        for row in self._rows:
            self.count += 1
            if self.count % BATCH_ROWS == 0:
                self._report(self.count)
            yield row


def _leakage(train: Sequence[Row], held_out: Sequence[Row]) -> Trouble:
    known = {_bag(row) for row in train}
    finding = Trouble(meaning=MEANINGS["leakage"])
    for row in held_out:
        if _bag(row) in known:
            finding.add(row.instruction)
    return finding


def _bag(row: Row) -> tuple[str, ...]:
    return tuple(sorted(same_question(row.instruction).split()))


class _TooLong:
    """The rows whose prompt leaves no room for an answer."""

    def __init__(self) -> None:
        self.finding = Trouble(meaning=MEANINGS["too_long"])
        self._found: set[int] = set()

    def find(self, rows: Sequence[Row], config: RunConfig, measure: Measure) -> int:
        """Look at all rows; the tokens of the longest prompt.

        Raises:
            InvalidInput: There is no room for any prompt.
        """
        room = config.training.max_sequence_length - config.training.max_new_tokens
        if room < 1:
            problem = "leaves no room for a prompt within max_sequence_length"
            raise InvalidInput(f"max_new_tokens {problem}.", "Lower it.", {"training.max_new_tokens": problem})
        longest = 0
        for start in range(0, len(rows), BATCH_ROWS):
            batch = rows[start : start + BATCH_ROWS]
            for row, tokens in zip(batch, measure(batch), strict=True):
                longest = max(longest, tokens)
                if tokens > room:
                    self._found.add(id(row))
                    self.finding.add(f"{tokens} tokens: {row.instruction}")
        return longest

    def fitting(self, rows: Sequence[Row]) -> int:
        """How many of the rows are not among them."""
        return sum(id(row) not in self._found for row in rows)
