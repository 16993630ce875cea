"""CheckReport of a data set before a run: how many rows are empty, repeated, too long, or leak."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from core.config import RunConfig
from core.data.lengths import AnswerLengths
from core.data.mapping import EMPTY, FILTERED, REPEATED, LeftOut, Row, usable_rows
from core.data.row import RawRow
from core.errors import InvalidInput
from core.runs.split import chosen, cut

SHOWN = 3
BATCH_ROWS = 500
WORD = re.compile(r"(?:[\w+\-*/^=<>%]|\.(?=\d))+")
"""A word, a number or a sign of mathematics; other punctuation does not make a question another one's equal."""


@dataclass(frozen=True)
class Measured:
    """A row by the model's tokenizer: the tokens of its rendered prompt, and the special tokens that it holds."""

    tokens: int
    special: Sequence[str] = ()


Measure = Callable[[Sequence[Row]], list[Measured]]
"""Rows -> each by the model's tokenizer."""


MEANINGS = {
    "empty": "the question or the answer is empty; these rows are left out (Question Answering alone takes an empty "
    "list of answers, as unanswerable)",
    "repeated": "the question stands in an earlier row, but for case and spaces; these rows are left out",
    "filtered": "a filter leaves these rows out",
    "too_long": "the prompt leaves no room for max_new_tokens within max_sequence_length; these rows are left out",
    "special_tokens": "the row holds text that is a special token of the model; it is put to the model as plain text",
    "leakage": "a held-out question has the same words as a training question, but for order and punctuation; its "
    "score says less",
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
    left_out = LeftOut()
    counted = _Counted(raw, report)
    rows = chosen(usable_rows(counted, config.dataset, config.columns, left_out), config)
    split = cut(list(rows), config, left_out)
    findings = {"leakage": _leakage([*split.train, *split.warm_up], split.held_out)}
    longest, by_tokenizer = None, _ByTokenizer()
    if measure is not None:
        longest = by_tokenizer.look(rows, config, measure)
        findings["too_long"], findings["special_tokens"] = by_tokenizer.too_long, by_tokenizer.special
    for name, why in (("empty", EMPTY), ("repeated", REPEATED), ("filtered", FILTERED)):
        shown = [left_out.examples[why]] if why in left_out.examples else []
        findings[name] = Trouble(left_out[why], MEANINGS[name], shown)
    return CheckReport(
        rows=counted.count,
        mapped=len(rows),
        usable=by_tokenizer.fitting(rows),
        train=by_tokenizer.fitting(split.train),
        held_out=by_tokenizer.fitting(split.held_out),
        warm_up=by_tokenizer.fitting(split.warm_up),
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
    return tuple(sorted(WORD.findall(row.instruction.casefold())))


class _ByTokenizer:
    """What only the model's tokenizer tells of rows: whose prompt is too long, and which hold special tokens."""

    def __init__(self) -> None:
        self.too_long, self.special = (Trouble(meaning=MEANINGS[name]) for name in ("too_long", "special_tokens"))
        self._without_room: set[int] = set()

    def look(self, rows: Sequence[Row], config: RunConfig, measure: Measure) -> int:
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
            for row, measured in zip(batch, measure(batch), strict=True):
                longest = max(longest, measured.tokens)
                if measured.tokens > room:
                    self._without_room.add(id(row))
                    self.too_long.add(f"{measured.tokens} tokens: {row.instruction}")
                if measured.special:
                    self.special.add(f"{', '.join(measured.special)}: {row.instruction}")
        return longest

    def fitting(self, rows: Sequence[Row]) -> int:
        """How many of the rows have room for an answer."""
        return sum(id(row) not in self._without_room for row in rows)
