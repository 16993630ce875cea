"""BenchReport: the Reward Bench's measurements of a reward, the rules that grade it, and the findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from core.rewards.base import Range

Grade = Literal["A", "B", "C", "D", "F"]

NONSENSE_MAY_EARN = 0.1
"""A score above this share of full marks counts as paid; a lower one can come from a word of the reference."""
SLOW_MS = 50.0
"""Per completion; 64 completions a step would then wait over three seconds for their scores."""


@dataclass(frozen=True)
class Rule:
    """A finding: the best grade that it allows, the problem, and the cure."""

    grade: Grade
    what: str
    what_to_do: str


RULES = {
    "nothing_scored": Rule("F", "It scored nothing.", "Mend the problem named, or map the columns it needs."),
    "constant": Rule("F", "Every completion earns the same: nothing to learn.", "Take a reward that fits this data."),
    "pays_nonsense": Rule("F", "It pays nonsense in most rows.", "Require an answer before anything is paid."),
    "right_never_wins": Rule("F", "Mostly, right earns no more than wrong.", "Compare the answer with the reference."),
    "wrong_wins": Rule("D", "In some rows wrong earns as much as right.", "Read them: are those answers different?"),
    "right_refused": Rule("D", "Most right answers miss full marks.", "Take a reward that understands these answers."),
    "unsteady": Rule("D", "The same completion earns different scores.", "Remove chance, clocks and kept state."),
    "order": Rule("D", "Scores depend on the order of completions.", "Score each completion by itself."),
    "judges_few": Rule("D", "Fewer than half of the completions got a score.", "Mend the problem named."),
    "fails": Rule("C", "It fails on some completions.", "Expect any text, the empty one too."),
    "pays_some_nonsense": Rule("C", "It pays nonsense in some rows.", "Require an answer before anything is paid."),
    "some_right_refused": Rule("C", "Some right answers miss full marks.", "Read the reasons; mend data or reward."),
    "pays_hedges": Rule("C", "Several answers at once earn what the right one does.", "Judge one answer: the last."),
    "pays_wrong_well": Rule("C", "Mostly, a wrong answer earns over half of full marks.", "Let truth weigh more."),
    "prefers_nonsense": Rule("C", "Mostly, nonsense or repetition earns more than right.", "Bound what length earns."),
    "pays_senseless": Rule("C", "Mostly, senseless text earns what the right answer does.", "Judge more than form."),
    "cut_short": Rule("C", "It was too slow to be tried on all rows.", "Make it cheaper, or bound what it does."),
    "not_run": Rule("B", "It could not judge some completions.", "Map the columns it needs, or clean those rows."),
    "slow": Rule("B", "It is slow.", "Expect longer steps, or make it cheaper."),
    "needs_partner": Rule("A", "It does not judge truth.", "Combine it with a reward that does, at a higher weight."),
}
"""Weakness -> rule. A reward's grade is the worst that its findings allow, and A without any.

The rules about right, wrong and senseless answers hold only for rewards that judge truth; the one about hedged ones
also for those that tell right from wrong in three rows of four, as custom rewards may. For rewards that do not judge
truth only blank text counts as nonsense, and `prefers_nonsense` requires that senseless text earns no more than the
right answer.
"""

SEVERITIES = {"A": "note", "B": "warning", "C": "serious", "D": "serious", "F": "fatal"}


@dataclass(frozen=True)
class Weakness:
    """One thing found: its key in RULES, how bad it is, and the numbers or words that show it."""

    code: str
    severity: str
    what: str
    evidence: str
    what_to_do: str


@dataclass(frozen=True)
class Witness:
    """One completion with its score and reason; `score` is None without one. Long texts are cut."""

    instruction: str
    response: str
    score: float | None
    reason: str


@dataclass(frozen=True)
class Tally:
    """The scores of one kind of completion; all numbers but `mean` and `highest` count rows.

    Attributes:
        name: A key of EXPLOITS, "right answer" or "wrong answer".
        kind: See core.rewards.bench.exploits.Kind; empty for the right and the wrong answer.
        rows: Rows in which it was scored.
        mean: Mean score; None without a score.
        highest: Highest score; None without a score.
        paid: Rows in which it earned more than nothing, and than NONSENSE_MAY_EARN of full marks.
        full: Rows in which it earned full marks.
        level: Rows in which it was paid and earned at least as much as the right answer.
        preferred: Rows in which it earned more than the right answer.
        example: The completion that earned most, or least if it is the right answer; None without a score.
    """

    name: str
    kind: str
    summary: str
    rows: int
    mean: float | None
    highest: float | None
    paid: int
    full: int
    level: int
    preferred: int
    example: Witness | None

    def most(self, count: int) -> bool:
        """Whether `count` is more than half of the rows."""
        return 2 * count > self.rows

    def in_words(self, count: int) -> str:
        """One clause of evidence: in how many rows, how much, and the scorer's own reason."""
        said = f", for example: {self.example.reason}" if self.example and self.example.reason else ""
        return f"{self.name}: {count} of {self.rows} rows, {self.mean or 0:.2f} on average{said}"


@dataclass(frozen=True)
class Violation:
    """A row in which the right answer does not earn more than the wrong one."""

    right: Witness
    wrong: Witness


@dataclass(frozen=True)
class BenchReport:
    """The results of the bench; `dataclasses.asdict` turns them into JSON values.

    Attributes:
        reward: The scorer's name.
        judges_truth: Whether the scorer claims to judge truth.
        rows: Rows used.
        rows_left: Rows that were left out because the reward is slow; the repeated scorings are then left out, too.
        completions: Completions tried, each scored three times.
        scored: Completions with a score.
        distinct_scores: The number of different scores.
        not_applicable: Completions to which the reward does not apply, as it says itself.
        declared: The least and the greatest score it may give; None if that is not known.
        seen: The least and the greatest score it gave; None without a score.
        most: Full marks: the greatest score it may give, or where that is not known, the greatest it gave.
        failed: Problem -> completions on which the reward broke or gave no finite score.
        not_run: Problem -> completions that could not be judged.
        right: The data's own answers.
        wrong: Answers of other rows, after the row's own reasoning.
        compared: Rows in which right and wrong were both scored; a row without a different answer is not.
        violations: Rows of those in which right does not beat wrong.
        exploits: One tally for each exploit.
        mean_ms: Milliseconds per completion.
        p95_ms: The same in the row at the 95th percentile.
        changed_again: Completions whose outcome changed when all were scored again.
        changed_in_reverse: Steady completions whose outcome changed when all were scored in reverse order.
        grade: A to F, by RULES.
        findings: The reasons for the grade, worst first.
    """

    reward: str
    judges_truth: bool
    rows: int
    rows_left: int
    completions: int
    scored: int
    distinct_scores: int
    not_applicable: int
    declared: Range | None
    seen: Range | None
    most: float
    failed: dict[str, int]
    not_run: dict[str, int]
    right: Tally
    wrong: Tally
    compared: int
    violations: list[Violation]
    exploits: list[Tally]
    mean_ms: float
    p95_ms: float
    changed_again: int
    changed_in_reverse: int
    grade: Grade = "A"
    findings: list[Weakness] = field(default_factory=list)


def graded(report: BenchReport) -> BenchReport:
    """`report` with the findings that its numbers give, and the grade."""
    found = sorted(_found(report), key=lambda pair: RULES[pair[0]].grade, reverse=True)
    findings = [_finding(code, evidence) for code, evidence in found]
    return replace(report, findings=findings, grade=max((RULES[code].grade for code, _ in found), default="A"))


def _finding(code: str, evidence: str) -> Weakness:
    rule = RULES[code]
    return Weakness(code, SEVERITIES[rule.grade], rule.what, evidence, rule.what_to_do)


def _found(report: BenchReport) -> Iterator[tuple[str, str]]:
    """(code, evidence) of all findings; where there is no score or one only, the rest would but repeat that."""
    yield from _broken(report)
    if report.distinct_scores > 1:
        yield from _nonsense(report)
        yield from _truth(report) if report.judges_truth else _form(report)
        yield from _conduct(report)


def _broken(report: BenchReport) -> Iterator[tuple[str, str]]:
    lost = _in_words({**report.failed, **report.not_run})
    if not report.scored:
        yield "nothing_scored", lost
        return
    if report.distinct_scores == 1:
        said = f"; of the right answer it says: {report.right.example.reason}" if report.right.example else ""
        yield "constant", f"one score for {report.scored} completions, right, wrong and empty ones alike{said}"
    if 2 * report.scored < report.completions - report.not_applicable:
        yield "judges_few", f"{report.scored} of {report.completions - report.not_applicable}; {lost}"
    if report.failed:
        yield "fails", _in_words(report.failed)
    if report.not_run:
        yield "not_run", _in_words(report.not_run)


def _nonsense(report: BenchReport) -> Iterator[tuple[str, str]]:
    blamed = ("blank", "senseless") if report.judges_truth else ("blank",)
    paid = [tally for tally in report.exploits if tally.kind in blamed and tally.paid]
    if paid:
        code = "pays_nonsense" if any(tally.most(tally.paid) for tally in paid) else "pays_some_nonsense"
        yield code, "; ".join(tally.in_words(tally.paid) for tally in paid)


def _truth(report: BenchReport) -> Iterator[tuple[str, str]]:
    right, wrong, lost = report.right, report.wrong, len(report.violations)
    if lost:
        shown = report.violations[0]
        yield (
            "right_never_wins" if 2 * lost > report.compared else "wrong_wins",
            f"{lost} of {report.compared} rows; in {shown.right.instruction!r} right earns {shown.right.score:.2f} "
            f"({shown.right.reason}) and wrong {shown.wrong.score:.2f} ({shown.wrong.reason})",
        )
    if missed := right.rows - right.full:
        yield "right_refused" if right.most(missed) else "some_right_refused", right.in_words(missed)
    if wrong.most(wrong.paid) and (wrong.mean or 0) > 0.5 * report.most:
        yield "pays_wrong_well", wrong.in_words(wrong.paid)
    yield from _hedges(report)


def _hedges(report: BenchReport) -> Iterator[tuple[str, str]]:
    if hedges := [tally for tally in report.exploits if tally.kind == "hedge" and tally.level]:
        yield "pays_hedges", "; ".join(tally.in_words(tally.level) for tally in hedges)


def _form(report: BenchReport) -> Iterator[tuple[str, str]]:
    if not report.compared or report.violations:  # a reward that separates right from wrong answers needs no other
        yield "needs_partner", report.wrong.in_words(report.wrong.level)
    if report.compared and 4 * len(report.violations) <= report.compared:
        yield from _hedges(report)
    swollen = [tally for tally in report.exploits if tally.kind in ("senseless", "padding")]
    preferred = [tally for tally in swollen if tally.most(tally.preferred)]
    if preferred:
        yield "prefers_nonsense", "; ".join(tally.in_words(tally.preferred) for tally in preferred)
    if level := [tally for tally in report.exploits if tally.kind == "senseless" and tally.most(tally.level)]:
        yield "pays_senseless", "; ".join(tally.in_words(tally.level) for tally in level)


def _conduct(report: BenchReport) -> Iterator[tuple[str, str]]:
    if report.changed_again:
        yield "unsteady", f"{report.changed_again} of {report.completions} changed when scored again"
    if report.changed_in_reverse:
        yield "order", f"{report.changed_in_reverse} of {report.completions} changed when scored in reverse order"
    if report.rows_left:
        yield (
            "cut_short",
            f"{report.rows_left} rows were left after {report.rows}, at {report.mean_ms:.0f} ms a completion",
        )
    if report.p95_ms > SLOW_MS:
        yield "slow", f"{report.mean_ms:.0f} ms a completion on average, {report.p95_ms:.0f} ms in the slowest rows"


def _in_words(problems: dict[str, int]) -> str:
    return "; ".join(f"{problem} ({count} times)" for problem, count in problems.items())
