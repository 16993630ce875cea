"""The verdict of an evaluation in plain found, and caveats on its figures."""

from __future__ import annotations

from core.evaluations.results import Findings, RewardChange
from core.evaluations.summary import MCNEMAR
from core.statistics import rows_needed, surplus_needed

LEAST_ROWS = 6
"""With fewer rows even a change in every row is not significant: 2 / 2**5 is more than 0.05."""
MANY_ROWS = 100_000
MANY_CUT = 0.1
"""From this share of cut answers on there is a caveat."""


def verdict(summary: Findings) -> str:
    """Better, worse, or no significant change, with the numbers; and how many rows a smaller change would need."""
    difference = summary["difference"]
    compared = difference["wins"] + difference["losses"] + difference["ties"]
    if not compared:
        return "Nothing can be said: no row has a score on both sides."
    found = f"{_head(difference)}: {_numbers(summary)}. {_chance(difference)}."
    doubts = [_doubt(summary), "" if difference["is_significant"] else _more_rows(difference, compared)]
    return " ".join([found, *filter(None, doubts)])


def _head(difference: RewardChange) -> str:
    if not difference["is_significant"]:
        return "No significant change"
    return "Better" if difference["wins"] > difference["losses"] else "Worse"


def _numbers(summary: Findings) -> str:
    before, after = summary["sides"]
    change = summary["difference"]
    if change["test"] == MCNEMAR:
        judged = change["wins"] + change["losses"] + change["ties"]
        points = 100 * (change["wins"] - change["losses"]) / judged
        return (
            f"{after['label']} answers {after['correct']} of {after['judged']} questions right, {before['label']} "
            f"{before['correct']} of {before['judged']} ({points:+.1f} percentage points)"
        )
    low, high = change["interval"]
    return (
        f"the mean reward of {after['label']} is {_number(after['mean'])}, that of {before['label']} "
        f"{_number(before['mean'])}{_most(summary)} ({change['mean']:+.3g}, 95 % interval {low:+.3g} to "
        f"{high:+.3g})"
    )


def _chance(difference: RewardChange) -> str:
    wins, losses, p_value = difference["wins"], difference["losses"], difference["p_value"]
    if difference["test"] == MCNEMAR:
        changes = f"{_count(wins, 'wrong answer')} turned right and {_count(losses, 'right one')} wrong"
    else:
        changes = f"{_count(wins, 'row')} rose and {_count(losses, 'row')} fell, {difference['ties']} stayed"
    p = "less than 0.0001" if p_value < 0.0001 else f"{p_value:.2g}"
    return f"{changes} ({difference['test']}, p {'is' if p_value < 0.0001 else '='} {p})"


def _doubt(summary: Findings) -> str:
    """A warning where the number of changed rows and the mean change disagree."""
    difference = summary["difference"]
    low, high = difference["interval"]
    if low is None or high is None:
        return ""
    if difference["test"] == MCNEMAR:
        if low <= 0 <= high or _is_truth_alone(summary):
            return ""
        change = f"{difference['mean']:+.3g} (95 % interval {low:+.3g} to {high:+.3g})"
        return f"The mean reward, which has other parts as well, changed by {change}."
    direction = difference["wins"] - difference["losses"]
    if difference["is_significant"] and (low > 0 if direction < 0 else high < 0):
        return "The mean reward moved the other way: a few rows changed by much."
    if difference["is_significant"] and low <= 0 <= high:
        return "The mean reward itself may not have moved: its interval holds 0."
    if not difference["is_significant"] and not low <= 0 <= high:
        return "The interval of the mean lies beside 0, so a few rows may have changed by much."
    return ""


def _is_truth_alone(summary: Findings) -> bool:
    """Whether the reward consists of right or wrong alone."""
    pairs = [(side["mean"], side["pass_at_1"]) for side in summary["sides"]]
    most = summary["most"]
    if most is None:
        return False
    return all(m is not None and p is not None and abs(m - most * p) < 1e-9 for m, p in pairs)


def _most(summary: Findings) -> str:
    """The highest reward, if it is known."""
    return "" if summary["most"] is None else f", of {_number(summary['most'])}"


def _more_rows(difference: RewardChange, compared: int) -> str:
    wins, losses = difference["wins"], difference["losses"]
    if compared < LEAST_ROWS:
        rows = _count(compared, "row")
        return (
            f"With {rows} not even a change in every one could be told from chance; take more rows, 30 or better 100."
        )
    if not wins + losses:
        unseen = min(100, round(300 / compared))
        return f"No row got better or worse; a change in fewer than about {unseen} of 100 rows can go unseen here."
    surplus = min(surplus_needed(wins + losses), compared)
    smallest = f"With {compared} rows, about {surplus} more would have to change one way than the other to be seen"
    if wins == losses:
        return f"{smallest}; more rows would show a smaller change."
    needed = _rounded_up(rows_needed(wins, losses, compared))
    how_many = f"about {needed:,}" if needed <= MANY_ROWS else f"more than {MANY_ROWS:,}"
    return f"{smallest}; to see a change as small as this one, {how_many} rows are needed."


def caveats(summary: Findings) -> list[str]:
    """Caveats on the figures, a sentence each."""
    found = []
    left_out = summary["rows"] - summary["compared"]
    if left_out:
        found.append(f"{_count(left_out, 'row')} could not be compared: a reward failed on every answer of a side.")
    for side in summary["sides"]:
        if side["refused"]:
            found.append(
                f"{side['label']} could not take {_count(side['refused'], 'prompt')}, mostly for their length."
            )
        if side["unscored"] > side["refused"]:
            failed = _count(side["unscored"] - side["refused"], "answer")
            found.append(f"{failed} of {side['label']} could not be scored and count neither as right nor as wrong.")
        if (side["truncated_fraction"] or 0.0) >= MANY_CUT:
            found.append(f"{side['truncated_fraction']:.0%} of the answers of {side['label']} were cut at max_tokens.")
        low, high = side["interval"]
        if summary["compared"] > 1 and low == high:
            found.append(f"{side['label']} got the same reward on every row, so its interval is a point, and no proof.")
    return found


def _rounded_up(rows: int) -> int:
    """To two digits: the figure is an estimate."""
    unit: int = 10 ** max(0, len(str(rows)) - 2)
    return -(-rows // unit) * unit


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3g}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
