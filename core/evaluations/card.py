"""Card: an evaluation on one page, as data; card_markdown.py and card_html.py write it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from core.evaluations.record import EvaluationRecord

SAMPLING_SHOWN = {
    "temperature": 0.0,
    "top_p": 1.0,
    "top_k": 0,
    "min_p": 0.0,
    "repetition_penalty": 1.0,
}
"""Sampling values and what each is when it does nothing."""


@dataclass(frozen=True)
class Figure:
    """One line of the table: what it is, and the value of each side; `change` is the second less the first."""

    name: str
    sides: tuple[str, str]
    change: str = ""


@dataclass(frozen=True)
class Bar:
    """A side's mean with its interval, as shares of the most possible reward, from 0 to 1."""

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
class Card:
    """An evaluation as both cards show it.

    Attributes:
        title: What was compared.
        verdict: What came out, in words.
        tone: good, bad or none: the direction of a significant change that nothing speaks against.
        facts: Name and value of what it was compared on.
        labels: The two sides.
        bars: Their means; empty where there are none.
        figures: The table.
        intervals: What kind the intervals are.
        notes: What a reader must know.
        regressions, improvements: Rows to look at, the clearest first.
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


def card_of(record: EvaluationRecord) -> Card:
    """The card of an evaluation that has a summary."""
    summary = record.summary or {}
    first, second = (side["label"] for side in summary["sides"])
    change = summary["difference"]
    is_better = change["wins"] > change["losses"]
    is_found = change["is_significant"] and not record.doubt
    return Card(
        title=f"{second} against {first}",
        verdict=summary["verdict"],
        tone=("good" if is_better else "bad") if is_found else "none",
        facts=tuple(_facts(record, summary)),
        labels=(first, second),
        bars=tuple(_bar(side, summary["most"]) for side in summary["sides"] if side["mean"] is not None),
        figures=tuple(_figures(summary)),
        intervals=_intervals(summary),
        notes=tuple(summary["notes"]),
        regressions=tuple(_example(one, (first, second)) for one in summary["regressions"]),
        improvements=tuple(_example(one, (first, second)) for one in summary["improvements"]),
    )


def _intervals(summary: Mapping) -> str:
    """What kind the intervals are, in a sentence."""
    wilson = ", that of pass@1 is Wilson's score interval" if summary["is_judged"] and summary["samples"] == 1 else ""
    return f"Intervals are 95 % bootstrap intervals over rows, those of changes paired{wilson}."


def _facts(record: EvaluationRecord, summary: Mapping) -> list[tuple[str, str]]:
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


def _bar(side: Mapping, most: float) -> Bar:
    low, high = side["interval"]
    scale = most or 1.0
    text = f"{_number(side['mean'])} ({_number(low)} to {_number(high)})"
    return Bar(side["label"], text, side["mean"] / scale, low / scale, high / scale)


def _figures(summary: Mapping) -> list[Figure]:
    before, after = summary["sides"]
    change, length = summary["difference"], summary["length_change"]
    cut = (_known(before["truncated_fraction"], ".1%"), _known(after["truncated_fraction"], ".1%"))
    figures = [
        Figure(
            f"Mean reward, of {_number(summary['most'])}",
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


def _judged(before: Mapping, after: Mapping) -> list[Figure]:
    """How many answers are right, and how likely one of k is."""

    def share(side: Mapping) -> str:
        low, high = side["pass_at_1_interval"]
        if side["pass_at_1"] is None:
            return "not judged"
        return f"{side['pass_at_1']:.1%} ({low:.1%} to {high:.1%})"

    def counted(side: Mapping) -> str:
        return f"{side['correct'] or 0} of {side['judged']}"

    figures = [
        Figure("Right answers", (counted(before), counted(after))),
        Figure("pass@1", (share(before), share(after))),
    ]
    curves = zip(before["pass_curve"][1:], after["pass_curve"][1:], strict=False)
    return figures + [Figure(f"pass@{b['k']}", (f"{b['value']:.1%}", f"{a['value']:.1%}")) for b, a in curves]


def _example(one: Mapping, labels: tuple[str, str]) -> Example:
    first, second = (
        Answer(label, one[side]["text"], _reward(one[side]), one[side]["reason"])
        for label, side in zip(labels, ("before", "after"), strict=True)
    )
    return Example(f"Row {one['index'] + 1}", one["instruction"], one["reference"] or "", (first, second))


def _reward(answer: Mapping) -> str:
    if answer["reward"] is None:
        return "no score"
    mean = "" if abs(answer["reward"] - answer["mean"]) < 1e-9 else f", mean of the row {_number(answer['mean'])}"
    return f"reward {_number(answer['reward'])}{mean}"


def _with_interval(value: float | None, interval: tuple[float, float]) -> str:
    if value is None:
        return "no score"
    return f"{_number(value)} ({_number(interval[0])} to {_number(interval[1])})"


def _change(value: float | None, interval: tuple[float, float]) -> str:
    if value is None:
        return ""
    return f"{value:+.3g} ({interval[0]:+.3g} to {interval[1]:+.3g})"


def _known(value: float | None, form: str) -> str:
    return "none answered" if value is None else f"{value:{form}}"


def _number(value: float) -> str:
    return f"{value:.3g}"
