"""PythonReward: a user's Python as a Scorer, run in the sandbox, for one completion or for all those of a question."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from core.rewards import sandbox
from core.rewards.base import Example, Range, Score
from core.rewards.custom.recipe import reasoning_in
from core.rewards.custom.returned import RETURNS_LIST, read_score
from core.rewards.custom.signature import QUESTION_NAMES, REFERENCE_NAMES, UNREADABLE, Signature, signatures, unreadable
from core.rewards.custom.stand_ins import ASKED, may_help, with_stand_ins
from core.rewards.custom.training_code import without_training
from core.rewards.scoring import Outcome

LIMITS = sandbox.Limits(seconds=1.0, memory_mib=64)
MOST_TIMES = 10
"""All completions of a question have as many times the limit of one, at most so many."""
PRINT_CHARACTERS = 2000
DOES_NOT_APPLY = "it does not apply: it returned None"
PLAIN = """

def _without_numpy(value):
    try:
        return value.tolist()
    except AttributeError:
        return value

def _as_plain(value):
    value = _without_numpy(value)
    if isinstance(value, dict):
        return {key: _without_numpy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_numpy(item) for item in value]
    return value

def _finished(waiting):
    import asyncio
    return asyncio.run(waiting)
"""
"""numpy's numbers and arrays as plain ones, tuples as lists; and the wait for an async function."""
WORD = re.compile(r"\w+|[^\w\s]")

RowToScore = tuple[str, str, Example]
"""Response, reference, example."""
TRIAL: list[RowToScore] = [(text, "4", Example("How much is 2 + 2?")) for text in ("Two and two make 4.", "Five.")]
"""What new source is tried on."""


class PythonReward:
    """A Scorer that runs a user's source in a new sandbox, for every completion or for all completions of a question.

    A reward that keeps state would depend on the order of completions. A new sandbox costs 0.1 ms more than a loaded
    session, and a time-out or a crash affects nothing else. See core.rewards.custom.signature for the two signatures.

    Args:
        name: The metric key; unique in a run.
        source: Python; `example` is a dict with "instruction", "reasoning" and "solution" ("" without the markers), and
            the further columns under their names.
        limits: The limits for one completion.
        chosen: Which of its functions count; their scores are added. Empty for all.
        bounds: The least and the greatest score it may give; None for any.
    """

    judges_truth = False

    def __init__(
        self,
        name: str,
        source: str,
        limits: sandbox.Limits = LIMITS,
        chosen: tuple[str, ...] = (),
        bounds: Range | None = None,
    ):
        self.name = name
        self.range = bounds
        self._limits = limits
        self._chosen = chosen
        self._own = without_training(source)
        self._source, self._lines_before = self._own, 0
        self._written = source

    def score_all(
        self, responses: Sequence[str], references: Sequence[str], examples: Sequence[Example]
    ) -> list[Outcome]:
        """One outcome per completion; a raise, a hang or a nonsense value is "failed" with the line or the cure.

        Completions of one question that stand together are scored together where the signature asks for that.
        """
        try:
            found = signatures(self._written, self._chosen)
        except UNREADABLE as error:
            return [Outcome("failed", problem=unreadable(error))] * len(responses)
        rows = list(zip(responses, references, examples, strict=True))
        if not any(signature.for_groups for signature in found):
            return [outcome for row in rows for outcome in self._scored([row], found)]
        grouped = groupby(rows, key=lambda row: (row[2].instruction, row[1]))
        return [outcome for _, group in grouped for outcome in self._scored(list(group), found)]

    def problem_with_source(self) -> str:
        """What keeps the source from ever scoring, found by reading it and by trying it; empty for nothing.

        An exception that may come from the sample passes, as does a column that the sample lacks.
        """
        found: Sequence[Signature] = ()
        problem = ""
        try:
            found = signatures(self._written, self._chosen)
        except UNREADABLE as error:
            problem = unreadable(error)
            if isinstance(error, SyntaxError):
                return str(sandbox.run(self._own, limits=self._limits).problem or problem)
        loading = self._ran("", {}, 1).problem
        if loading is not None or problem:
            return str(loading or problem)
        if _lacking(TRIAL[0], found):
            return ""
        rows = TRIAL if any(signature.for_groups for signature in found) else TRIAL[:1]
        ran = self._ran(_calls(found), _inputs(rows, found), len(rows))
        if ran.problem is not None:
            return _hopeless(ran.problem, found)
        outcomes = self._read(ran.value, [signature.name for signature in found], len(rows))
        return next((outcome.problem for outcome in outcomes if outcome.kind == "failed"), "")

    def _scored(self, rows: list[RowToScore], found: Sequence[Signature]) -> list[Outcome]:
        """The outcomes of rows that belong together; one that fails by itself does not spoil the others."""
        lacking = [_lacking(row, found) for row in rows]
        usable = [row for row, problem in zip(rows, lacking, strict=True) if not problem]
        scored = iter(self._together(usable, found) if usable else ())
        return [Outcome("not_run", problem=problem) if problem else next(scored) for problem in lacking]

    def _together(self, rows: list[RowToScore], found: Sequence[Signature]) -> list[Outcome]:
        outcomes = self._run(rows, found)
        if len(rows) == 1 or outcomes[0].kind != "failed" or len({outcome.problem for outcome in outcomes}) > 1:
            return outcomes
        alone = [self._run([row], found)[0] for row in rows]
        rest = [row for row, outcome in zip(rows, alone, strict=True) if outcome.kind != "failed"]
        if not rest or len(rest) == len(rows):
            return outcomes if rest else alone
        again = iter(self._run(rest, found))
        return [outcome if outcome.kind == "failed" else next(again) for outcome in alone]

    def _run(self, rows: list[RowToScore], found: Sequence[Signature]) -> list[Outcome]:
        ran = self._ran(_calls(found), _inputs(rows, found), len(rows))
        prints = ran.prints[:PRINT_CHARACTERS]
        if ran.problem is not None:
            outcomes = [Outcome("failed", problem=str(ran.problem))] * len(rows)
        else:
            outcomes = self._read(ran.value, [signature.name for signature in found], len(rows))
        return [replace(outcomes[0], prints=prints), *outcomes[1:]]

    def _ran(self, then: str, inputs: dict[str, Any], rows: int) -> sandbox.Ran:
        """What became of the source; stand-ins take the place of modules once the sandbox turns out to lack one."""
        limits = replace(self._limits, seconds=self._limits.seconds * min(rows, MOST_TIMES))
        ran = sandbox.run(self._source + PLAIN, then, inputs, HOST, limits)
        if ran.problem is None:
            return ran
        if may_help(ran.problem.raised) and self._source is self._own:
            source, lines = with_stand_ins(self._own)
            if lines:
                self._source, self._lines_before = source, lines
                return self._ran(then, inputs, rows)
        return replace(ran, problem=_moved(ran.problem, self._lines_before))

    def _read(self, columns: Any, names: list[str], count: int) -> list[Outcome]:
        """The outcome of each completion, from what each function returned."""
        for name, values in zip(names, columns, strict=True):
            problem = ""
            if not isinstance(values, (list, tuple)):
                problem = f"{name} returned {sandbox.shown(values)}; {RETURNS_LIST}"
            elif len(values) != count:
                problem = f"{name} returned {len(values)} scores for {count} completions; {RETURNS_LIST}"
            if problem:
                return [Outcome("failed", problem=problem)] * count
        return [self._added(dict(zip(names, values, strict=True))) for values in zip(*columns, strict=True)]

    def _added(self, values: dict[str, Any]) -> Outcome:
        """The sum of what each function returned for one completion; those that do not apply add nothing."""
        try:
            scores = {name: score for name, value in values.items() if (score := read_score(value)) is not None}
        except ValueError as error:
            return Outcome("failed", problem=str(error))
        if not scores:
            return Outcome("not_applicable", problem=DOES_NOT_APPLY)
        score = next(iter(scores.values()))
        if len(values) > 1:
            parts = {name: score.value for name, score in scores.items()}
            reason = "; ".join(f"{name} {score.value:g} {score.reason}".strip() for name, score in scores.items())
            score = Score(sum(parts.values()), reason, parts)
        if self.range and not self.range[0] <= score.value <= self.range[1]:
            low, high = self.range
            return Outcome("failed", problem=f"returned {score.value:g}, outside its range of {low:g} to {high:g}")
        return Outcome("scored", score)


def _log(*_: object) -> None:
    """Takes what TRL's log_metric and log_extra take; nothing is kept."""


HOST = {**ASKED, "log_metric": _log, "log_extra": _log}


def _moved(problem: sandbox.Problem, lines: int) -> sandbox.Problem:
    """A problem at the line of the user's own source."""
    return replace(problem, line=problem.line - lines if problem.line and problem.line > lines else None)


def _hopeless(problem: sandbox.Problem, found: Sequence[Signature]) -> str:
    """A problem that no other row would spare the source; empty for one that the sample may have caused."""
    names = " or ".join(f"{signature.name}()" for signature in found)
    miscalled = isinstance(problem.raised, TypeError) and problem.message.startswith(
        tuple(f"TypeError: {signature.name}() " for signature in found)
    )
    if problem.kind == "error" and (problem.line is None or miscalled):
        return f"{names} can't be called: {problem.message}"
    lost = problem.kind != "error" or isinstance(problem.raised, (NameError, ImportError))
    return str(problem) if lost else ""


def _inputs(rows: list[RowToScore], found: Sequence[Signature]) -> dict[str, Any]:
    """What the calls read: the arguments of each row, and for TRL's signature those of all rows."""
    inputs: dict[str, Any] = {"_rows": [_own_arguments(row, found) for row in rows]}
    groups = ((place, signature) for place, signature in enumerate(found) if signature.for_groups)
    return inputs | {f"_given_{place}": _given(signature, rows) for place, signature in groups}


def _calls(found: Sequence[Signature]) -> str:
    return f"[{', '.join(_call(signature, place) for place, signature in enumerate(found))}]"


def _call(signature: Signature, place: int) -> str:
    """The Python of a call that gives one value per row."""
    logs = "".join(f"{name}={name}, " for name in ("log_metric", "log_extra") if name in signature.takes)
    given = f"{logs}**_given_{place}" if signature.for_groups else f"*_row[{place}]"
    call = f"{signature.expression}({given})"
    if signature.is_async:
        call = f"_finished({call})"
    return f"_as_plain({call})" if signature.for_groups else f"[_as_plain({call}) for _row in _rows]"


def _own_arguments(row: RowToScore, found: Sequence[Signature]) -> list[Any]:
    """For each function in our signature the response, the reference and `example`; nothing for the others."""
    response, reference, example = row
    seen = {
        **example.extras,
        "instruction": example.instruction,
        "reasoning": reasoning_in(response, example),
        "solution": example.markers.between_solution(response) or "",
    }
    return [
        None
        if signature.for_groups
        else (response, reference, {name: value for name in signature.needed for value in _column(name, row)} | seen)
        for signature in found
    ]


def _given(signature: Signature, rows: list[RowToScore]) -> dict[str, Any]:
    """The arguments of TRL's signature, each a list of one value per row."""
    given: dict[str, Any] = {
        "prompts": [_as_message(signature, "user", example.instruction) for _, _, example in rows],
        "completions": [_as_message(signature, "assistant", response) for response, _, _ in rows],
        "completion_ids": [list(example.token_ids) or _ids_without_tokens(response) for response, _, example in rows],
    }
    wanted = dict.fromkeys((*signature.needed, *signature.optional))
    if signature.takes_all:
        wanted |= dict.fromkeys(name for _, _, example in rows for name in example.extras)
    for name in wanted:
        values = [_column(name, row) for row in rows]
        if any(values):
            given[name] = [value[0] if value else None for value in values]
    if not signature.takes_all:
        given = {name: value for name, value in given.items() if name in signature.takes}
    return given | {name: None for name in ("trainer_state", "environments") if name in signature.takes}


def _column(name: str, row: RowToScore) -> list[Any]:
    """The value of a column in a list, or what stands in for it; an empty list without either."""
    _, reference, example = row
    if name in example.extras:
        return [example.extras[name]]
    if name in REFERENCE_NAMES:
        return [reference]
    return [example.instruction] if name in QUESTION_NAMES else []


def _lacking(row: RowToScore, found: Sequence[Signature]) -> str:
    """What keeps a row from being scored: a column that is not there; empty for nothing."""
    for signature in found:
        for name in signature.needed:
            if not _column(name, row):
                return f"{signature.name} reads the column {name!r}, which the row lacks; map it in reward.fields"
    return ""


def _as_message(signature: Signature, role: str, text: str) -> str | list[dict[str, str]]:
    return [{"role": role, "content": text}] if signature.reads_messages else text


def _ids_without_tokens(text: str) -> list[int]:
    """One number for each word and sign, where a text was not made of tokens."""
    return [zlib.crc32(word.encode()) % 50_000 for word in WORD.findall(text)]
