"""Why is the reward flat? An answer from the stored groups of a few steps; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from textwrap import shorten
from typing import Any

from typing_extensions import TypedDict

from core.rewards.record import Group
from core.runs.causes import CAUSES, Cause
from core.runs.groups import (
    AnnotatedCompletion,
    AnnotatedGroup,
    Judging,
    Match,
    annotated,
    is_flat,
    is_masked_out,
    problems_of,
)

EXAMPLES = 3
REASON_CHARACTERS = 160
HEALTHY_SIGNAL = 0.5
"""Share of groups that must teach something for a run to be called healthy."""


class Occurrence(Match):
    """The place of a group, or of one of its completions, in the run."""

    step: int


class Finding(TypedDict):
    """One finding: its `share` of the groups or completions, numbers as `evidence`, and at most three places."""

    code: str
    title: str
    evidence: str
    what_to_do: str
    share: float
    examples: list[Occurrence]


class Diagnosis(TypedDict):
    """Why some groups give no training signal.

    `steps` is [first, last], null without groups; `signal_fraction` is the share of groups whose rewards differ, null
    without groups; `verdict` is one sentence; `findings` begin with the one that explains most.
    """

    steps: list[int] | None
    groups: int
    completions: int
    signal_fraction: float | None
    verdict: str
    findings: list[Finding]


def diagnose(groups: Sequence[Group], judging: Judging) -> Diagnosis:
    """What keeps these groups from teaching anything.

    Args:
        groups: As they are stored, each with its step; in order.
        judging: How the run reads and weighs completions.
    """
    seen = [annotated(group, judging.markers) for group in groups]
    signal = sum(_teaches(group, judging) for group in seen) / len(seen) if seen else None
    found = [(cause, finding) for cause in CAUSES if (finding := _find(cause, seen, judging)) is not None]
    found.sort(key=lambda pair: -pair[0].explains * pair[1]["share"])
    findings = [finding for _, finding in found]
    if signal is not None and signal >= HEALTHY_SIGNAL and not _serious(found):
        findings.insert(0, _healthy(signal, len(seen)))
    return {
        "steps": [seen[0]["step"], seen[-1]["step"]] if seen else None,
        "groups": len(seen),
        "completions": sum(len(group["completions"]) for group in seen),
        "signal_fraction": signal,
        "verdict": _verdict(signal, found),
        "findings": findings,
    }


def _teaches(group: AnnotatedGroup, judging: Judging) -> bool:
    return not is_flat(group) and not is_masked_out(group, judging)


def _find(cause: Cause, groups: Sequence[AnnotatedGroup], judging: Judging) -> Finding | None:
    items = _items(cause.unit, groups)
    found = [(place, item) for place, item in items if cause.test(item, judging)]
    share = len(found) / len(items) if items else 0.0
    if not found or share < cause.least:
        return None
    evidence = f"{len(found)} of {len(items)} {cause.unit} ({share:.0%})"
    return {
        "code": cause.code,
        "title": cause.title.format(share=f"{share:.0%}", reason=_commonest_reason([item for _, item in found])),
        "evidence": evidence,
        "what_to_do": cause.what_to_do,
        "share": share,
        "examples": [place for place, _ in found[:EXAMPLES]],
    }


def _commonest_reason(items: Sequence[Any]) -> str:
    """The commonest reason of a missing score among completions; empty if there is none, or for groups."""
    counted = Counter(problem for item in items if "scores" in item for problem in problems_of(item))
    return shorten(counted.most_common(1)[0][0], REASON_CHARACTERS, placeholder="...") if counted else ""


def _items(
    unit: str, groups: Sequence[AnnotatedGroup]
) -> list[tuple[Occurrence, AnnotatedGroup | AnnotatedCompletion]]:
    """(place, group or completion) of each thing a cause is about; the group's number counts within its step."""
    items: list[tuple[Occurrence, AnnotatedGroup | AnnotatedCompletion]] = []
    numbers: dict[int, int] = {}
    for group in groups:
        number = numbers[group["step"]] = numbers.get(group["step"], -1) + 1
        place: Occurrence = {"step": group["step"], "group": number, "completion": None}
        if unit == "groups":
            items.append((place, group))
        else:
            items += [(place | {"completion": index}, one) for index, one in enumerate(group["completions"])]
    return items


def _healthy(signal: float, groups: int) -> Finding:
    evidence = f"{round(signal * groups)} of {groups} groups ({signal:.0%})"
    advice = "Nothing has to change; watch the held-out score (training.eval_steps) rather than the reward alone."
    return {
        "code": "healthy",
        "title": "Most groups teach something",
        "evidence": evidence,
        "what_to_do": advice,
        "share": signal,
        "examples": [],
    }


def _serious(found: list[tuple[Cause, Finding]]) -> list[tuple[Cause, Finding]]:
    return [(cause, finding) for cause, finding in found if finding["share"] >= cause.serious]


def _verdict(signal: float | None, found: list[tuple[Cause, Finding]]) -> str:
    if signal is None:
        return "No completions are stored yet, so nothing can be said."
    serious = _serious(found)
    if signal >= HEALTHY_SIGNAL and not serious:
        return f"The reward is not flat: {signal:.0%} of the groups carry a signal."
    cause, finding = (serious or found)[0]
    joint = "but" if signal >= HEALTHY_SIGNAL else "above all because"
    share = f"{'Only ' if signal < HEALTHY_SIGNAL else ''}{signal:.0%} of the groups carry a signal"
    lead = share if signal else "No group carries a signal"
    return f"{lead}, {joint} {cause.because}: {finding['evidence']}."
