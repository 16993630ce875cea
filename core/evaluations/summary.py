"""Compares two models on the same held-out rows: means with intervals, pass@k, tests, and example rows; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from core.evaluations.results import (
    EvaluationAnswer,
    EvaluationRow,
    Findings,
    Interval,
    PassRates,
    RewardChange,
    ShownAnswer,
    ShownRow,
    SideSummary,
)
from core.evaluations.rows import reasons
from core.statistics import SIGNIFICANT, Comparison, bootstrap_interval, pass_at_k, wilson_interval

SAME = 1e-9
"""Rewards closer than this are equal."""
REGRESSIONS, IMPROVEMENTS = 10, 5
TEXT_CHARACTERS = 4000
"""Length of an answer in a summary; the rest is cut."""
MCNEMAR, SIGN = "exact McNemar test", "exact sign test over rows"
UNKNOWN: Interval = (None, None)


@dataclass(frozen=True)
class Pairs:
    """The rows of two sides, in order; a value that is not known is None.

    Attributes:
        rewards: Per side the mean reward of each row over its answers that could be scored.
        shares: Per side the share of right answers of each row, where a reward judges truth.
    """

    rewards: tuple[list[float | None], list[float | None]]
    shares: tuple[list[float | None], list[float | None]]

    @property
    def differences(self) -> list[float]:
        """Reward after less reward before, of the rows that have both."""
        return [after - before for before, after in _both(self.rewards)]

    @property
    def is_judged(self) -> bool:
        """Whether a reward judges right and wrong."""
        return bool(_both(self.shares))


def summarize(rows: Sequence[EvaluationRow], labels: Sequence[str], samples: int, most: float | None) -> Findings:
    """Compare two models on the same rows.

    Means, intervals and the comparison are of the rows that both sides have a reward for; a row's reward is the mean
    over its answers. Intervals are 95 % BCa bootstrap intervals over rows, those of the differences paired. Lengths
    are of the prompts that were answered, their change of the rows that both sides answered.

    Args:
        rows: Whole rows, at least one, as rows.evaluation_row makes them.
        labels: The two models, before and after.
        samples: Answers of each to each row.
        most: The highest reward an answer can get; None if it is not known.
    """
    pairs = pairs_of(rows)
    lengths = [after - before for before, after in _both((_lengths(rows, 0), _lengths(rows, 1)))]
    return {
        "rows": len(rows),
        "compared": len(pairs.differences),
        "samples": samples,
        "most": most,
        "is_judged": pairs.is_judged,
        "sides": [_side(rows, pairs, side, label, samples) for side, label in enumerate(labels)],
        "difference": difference(pairs, samples),
        "length_change": {"mean": _mean(lengths), "interval": bootstrap_interval(lengths) if lengths else UNKNOWN},
        "regressions": _examples(rows, pairs, REGRESSIONS, -1),
        "improvements": _examples(rows, pairs, IMPROVEMENTS, 1),
    }


def pairs_of(rows: Sequence[EvaluationRow]) -> Pairs:
    """The rewards and the shares of right answers of both sides."""
    columns = [[[a["reward"] for a in row["sides"][side]["answers"]] for row in rows] for side in (0, 1)]
    marks = [[[a["is_correct"] for a in row["sides"][side]["answers"]] for row in rows] for side in (0, 1)]
    return Pairs(
        (list(map(_mean_of_known, columns[0])), list(map(_mean_of_known, columns[1]))),
        (list(map(_mean_of_all, marks[0])), list(map(_mean_of_all, marks[1]))),
    )


def difference(pairs: Pairs, samples: int) -> RewardChange:
    """How the rewards differ, and how likely that is by chance.

    One answer a row, judged right or wrong: McNemar's exact test on the rows where the sides disagree. Otherwise an
    exact sign test on the rows whose mean reward differs.
    """
    is_mcnemar = pairs.is_judged and samples == 1
    compared = _both(pairs.shares if is_mcnemar else pairs.rewards)
    wins = sum(after > before + SAME for before, after in compared)
    losses = sum(before > after + SAME for before, after in compared)
    p_value = Comparison(wins, losses).p_value
    differences = pairs.differences
    return {
        "mean": _mean(differences),
        "interval": bootstrap_interval(differences) if differences else UNKNOWN,
        "p_value": p_value,
        "test": MCNEMAR if is_mcnemar else SIGN,
        "wins": wins,
        "losses": losses,
        "ties": len(compared) - wins - losses,
        "is_significant": p_value < SIGNIFICANT,
    }


def _side(rows: Sequence[EvaluationRow], pairs: Pairs, side: int, label: str, samples: int) -> SideSummary:
    answers = [answer for row in rows for answer in row["sides"][side]["answers"]]
    given = _given(answers)
    rewards = [both[side] for both in _both(pairs.rewards)]
    right = [round(share * samples) for share in pairs.shares[side] if share is not None]
    marks = [answer["is_correct"] for answer in answers if answer["is_correct"] is not None]
    return {
        "label": label,
        "mean": _mean(rewards),
        "interval": bootstrap_interval(rewards) if rewards else UNKNOWN,
        "k": samples,
        **_passes(right, samples),
        "correct": sum(marks) if marks else None,
        "judged": len(marks),
        "mean_tokens": _mean([answer["tokens"] for answer in given]),
        "truncated_fraction": _mean([answer["finish_reason"] == "length" for answer in given]),
        "refused": len(answers) - len(given),
        "unscored": sum(answer["reward"] is None for answer in answers),
    }


def _passes(right: Sequence[int], samples: int) -> PassRates:
    if not right:
        return {"pass_at_1": None, "pass_at_1_interval": UNKNOWN, "pass_at_k": None, "pass_curve": []}
    ks = [k for k in (1, 2, 4, 8, 16) if k < samples] + [samples]
    curve = [(k, fsum(pass_at_k(samples, count, k) for count in right) / len(right)) for k in ks]
    shares = [count / samples for count in right]
    interval = wilson_interval(sum(right), len(right)) if samples == 1 else bootstrap_interval(shares)
    return {
        "pass_at_1": curve[0][1],
        "pass_at_1_interval": interval,
        "pass_at_k": curve[-1][1],
        "pass_curve": [{"k": k, "value": value} for k, value in curve],
    }


def _examples(rows: Sequence[EvaluationRow], pairs: Pairs, count: int, sign: int) -> list[ShownRow]:
    """The rows that gained the most, or with sign -1 lost the most, with an answer of each side."""
    changes = [
        (after - before, row)
        for row, before, after in zip(rows, *pairs.rewards, strict=True)
        if before is not None and after is not None and sign * (after - before) > SAME
    ]
    ranked = sorted(changes, key=lambda change: (-sign * change[0], change[1]["index"]))
    return [
        {
            "index": row["index"],
            "instruction": row["instruction"],
            "reference": row["reference"],
            "before": _typical(row["sides"][0]["answers"]),
            "after": _typical(row["sides"][1]["answers"]),
        }
        for _, row in ranked[:count]
    ]


def _typical(answers: Sequence[EvaluationAnswer]) -> ShownAnswer:
    """The answer whose reward is nearest to the mean of all, the first of equals."""
    mean = _mean_of_known([answer["reward"] for answer in answers])
    distances = [
        (abs(answer["reward"] - mean), place)
        for place, answer in enumerate(answers)
        if answer["reward"] is not None and mean is not None
    ]
    chosen = answers[min(distances)[1] if distances else 0]
    text = chosen["text"]
    cut = text if len(text) <= TEXT_CHARACTERS else f"{text[:TEXT_CHARACTERS]}... ({len(text):,} characters)"
    return {"text": cut, "reward": chosen["reward"], "mean": mean, "reason": reasons(chosen["scores"])}


def _lengths(rows: Sequence[EvaluationRow], side: int) -> list[float | None]:
    answers = [_given(row["sides"][side]["answers"]) for row in rows]
    return [_mean([answer["tokens"] for answer in found]) for found in answers]


def _given(answers: Sequence[EvaluationAnswer]) -> list[EvaluationAnswer]:
    """The answers to prompts that the model took."""
    return [answer for answer in answers if answer["finish_reason"] != "refused"]


def _both(columns: tuple[list[float | None], list[float | None]]) -> list[tuple[float, float]]:
    return [(b, a) for b, a in zip(*columns, strict=True) if b is not None and a is not None]


def _mean(values: Sequence[float]) -> float | None:
    return fsum(values) / len(values) if values else None


def _mean_of_known(values: Sequence[float | None]) -> float | None:
    return _mean([value for value in values if value is not None])


def _mean_of_all(values: Sequence[bool | None]) -> float | None:
    """The share of true values; None where a value is not known."""
    known = [float(value) for value in values if value is not None]
    return _mean(known) if len(known) == len(values) else None
