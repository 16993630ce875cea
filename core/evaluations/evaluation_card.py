"""EvaluationCard: an evaluation on one page, as data; evaluation_card_markdown.py and _html.py write it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from core.evaluations.record import EvaluationRecord
from core.evaluations.results import EvaluationSummary, Interval, ShownAnswer, ShownRow, SideSummary

SAMPLING_SHOWN = {
    "temperature": 0.0,
    "top_p": 1.0,
    "top_k": 0,
    "min_p": 0.0,
    "repetition_penalty": 1.0,
}
"""The neutral value of each sampling setting; the card leaves it out."""


@dataclass(frozen=True)
class Figure:
    """One line of the table: its name, the value of each side, and the second less the first."""

    name: str
    sides: tuple[str, str]
    change: str = ""


@dataclass(frozen=True)
class Bar:
    """The mean of a side with its interval, as fractions of the highest possible reward."""

    label: str
    text: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Answer:
    """One side's answer to an example."""

    label: str
    text: str
    reward: str
    reason: str


@dataclass(frozen=True)
class Example:
    """A row on which the sides differ."""

    title: str
    instruction: str
    reference: str
    answers: tuple[Answer, Answer]


@dataclass(frozen=True)
class EvaluationCard:
    """The content of both card files.

    Attributes:
        title: What was compared.
        tone: good or bad for a significant change without doubt; none otherwise.
        facts: Name and value of each condition of the comparison.
        labels: The names of the two sides.
        bars: The means of the sides that have one.
        intervals: How the intervals were computed.
        notes: Remarks for the reader.
        regressions, improvements: The rows that changed most, the largest change first.
    """

    title: str
    verdict: str
    tone: str
    facts: tuple[tuple[str, str], ...]
    labels: tuple[str, str]
    bars: tuple[Bar, ...]
    figures: tuple[Figure, ...]
    intervals: str
    notes: tuple[str, ...]
    regressions: tuple[Example, ...]
    improvements: tuple[Example, ...]


def evaluation_card(record: EvaluationRecord, summary: EvaluationSummary) -> EvaluationCard:
    """The card of an evaluation that has ended with `summary`."""
    first, second = (side["label"] for side in summary["sides"])
    change = summary["difference"]
    is_better = change["wins"] > change["losses"]
    is_found = change["is_significant"] and not record.doubt
    return EvaluationCard(
        title=f"{second} against {first}",
        verdict=summary["verdict"],
        tone=("good" if is_better else "bad") if is_found else "none",
        facts=tuple(_facts(record, summary)),
        labels=(first, second),
        bars=tuple(_bars(summary)),
        figures=tuple(_figures(summary)),
        intervals=_intervals(summary),
        notes=tuple(summary["notes"]),
        regressions=tuple(_example(row, (first, second)) for row in summary["regressions"]),
        improvements=tuple(_example(row, (first, second)) for row in summary["improvements"]),
    )


def _intervals(summary: EvaluationSummary) -> str:
    """How the intervals were computed, in a sentence."""
    wilson = ", that of pass@1 is Wilson's score interval" if summary["is_judged"] and summary["samples"] == 1 else ""
    return f"Intervals are 95 % bootstrap intervals over rows, those of changes paired{wilson}."


def _facts(record: EvaluationRecord, summary: EvaluationSummary) -> list[tuple[str, str]]:
    drawn = {name: value for name, value in record.sampling.items() if SAMPLING_SHOWN.get(name, value) != value}
    sampling = ", ".join(f"{name} {value:g}" for name, value in drawn.items()) or "greedy (temperature 0)"
    sampling += "".join(f", up to {stop!r}" for stop in record.sampling["stop"])
    each = "1 answer each" if record.samples == 1 else f"{record.samples} answers each"
    rows = "rows of the changed data set" if record.doubt else "held-out rows"
    made = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(record.ended_at or record.created_at))
    return [
        *record.about.items(),
        ("Rows", f"{summary['rows']} {rows}, {each}, same seed for both ({record.sampling['seed']})"),
        ("Answers", f"{sampling}, at most {record.sampling['max_tokens']} tokens"),
        ("Made", f"{made} with LoRA Craft"),
    ]


def _bars(summary: EvaluationSummary) -> Iterator[Bar]:
    ends = [end for side in summary["sides"] for end in side["interval"] if end is not None]
    start = min(0.0, *ends) if ends else 0.0
    scale = (max([0.0, *ends]) if summary["most"] is None else summary["most"]) - start or 1.0
    for side in summary["sides"]:
        mean, (low, high) = side["mean"], side["interval"]
        if mean is not None and low is not None and high is not None:
            text = _with_interval(mean, side["interval"])
            yield Bar(side["label"], text, *((value - start) / scale for value in (mean, low, high)))


def _figures(summary: EvaluationSummary) -> list[Figure]:
    before, after = summary["sides"]
    change, length = summary["difference"], summary["length_change"]
    cut = (_known(before["truncated_fraction"], ".1%"), _known(after["truncated_fraction"], ".1%"))
    figures = [
        Figure(
            "Mean reward" if summary["most"] is None else f"Mean reward, of {summary['most']:.3g}",
            (_with_interval(before["mean"], before["interval"]), _with_interval(after["mean"], after["interval"])),
            _change(change["mean"], change["interval"]),
        )
    ]
    if summary["is_judged"]:
        figures += _judged(before, after)
    figures += [
        Figure("Rows that rose, fell, stayed", ("", ""), f"{change['wins']}, {change['losses']}, {change['ties']}"),
        Figure("p-value", ("", ""), f"{change['p_value']:.2g} ({change['test']})"),
        Figure(
            "Tokens an answer",
            (_known(before["mean_tokens"], ".1f"), _known(after["mean_tokens"], ".1f")),
            _change(length["mean"], length["interval"]),
        ),
        Figure("Cut at max_tokens", cut),
        Figure("Answers without a score", (str(before["unscored"]), str(after["unscored"]))),
    ]
    return figures


def _judged(before: SideSummary, after: SideSummary) -> list[Figure]:
    """The number of right answers, and pass@k."""

    def share(side: SideSummary) -> str:
        low, high = side["pass_at_1_interval"]
        if side["pass_at_1"] is None:
            return "not judged"
        return f"{side['pass_at_1']:.1%} ({low:.1%} to {high:.1%})"

    def counted(side: SideSummary) -> str:
        return f"{side['correct'] or 0} of {side['judged']}"

    figures = [
        Figure("Right answers", (counted(before), counted(after))),
        Figure("pass@1", (share(before), share(after))),
    ]
    curves = zip(before["pass_curve"][1:], after["pass_curve"][1:], strict=False)
    return figures + [Figure(f"pass@{b['k']}", (f"{b['value']:.1%}", f"{a['value']:.1%}")) for b, a in curves]


def _example(row: ShownRow, labels: tuple[str, str]) -> Example:
    answers = (_answer(labels[0], row["before"]), _answer(labels[1], row["after"]))
    return Example(f"Row {row['index'] + 1}", row["instruction"], row["reference"] or "", answers)


def _answer(label: str, answer: ShownAnswer) -> Answer:
    return Answer(label, answer["text"], _reward(answer["reward"], answer["mean"]), answer["reason"])


def _reward(reward: float | None, mean: float | None) -> str:
    if reward is None or mean is None:
        return "no score"
    return f"reward {reward:.3g}" + ("" if abs(reward - mean) < 1e-9 else f", mean of the row {mean:.3g}")


def _with_interval(value: float | None, interval: Interval) -> str:
    if value is None:
        return "no score"
    return f"{value:.3g} ({interval[0]:.3g} to {interval[1]:.3g})"


def _change(value: float | None, interval: Interval) -> str:
    if value is None:
        return ""
    return f"{value:+.3g} ({interval[0]:+.3g} to {interval[1]:+.3g})"


def _known(value: float | None, form: str) -> str:
    return "none answered" if value is None else f"{value:{form}}"
