"""Why is the reward flat? An answer from the stored groups of a few steps; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.runs.causes import RULES, Rule
from core.runs.groups import Judging, annotated, is_flat, is_masked_out

EXAMPLES = 3
HEALTHY_SIGNAL = 0.5
"""Share of groups that must teach something for a run to be called healthy."""


@dataclass(frozen=True)
class Finding:
    """What was found: `share` of the groups or completions, numbers as `evidence`, and at most three places."""

    code: str
    title: str
    evidence: str
    what_to_do: str
    share: float
    examples: list[dict]


def diagnose(groups: Sequence[dict], judging: Judging) -> dict[str, Any]:
    """What keeps these groups from teaching anything.

    Args:
        groups: As they are stored, each with its step; in order.
        judging: How the run reads and weighs completions.
    Returns:
        steps ([first, last], null without groups), groups, completions, signal_fraction (share of groups whose rewards
        differ and are learnt from; null without groups), verdict (one sentence) and findings, those that explain most
        first.
    """
    seen = [annotated(group, judging.markers) for group in groups]
    signal = sum(_teaches(group, judging) for group in seen) / len(seen) if seen else None
    found = [(rule, finding) for rule in RULES if (finding := _find(rule, seen, judging)) is not None]
    found.sort(key=lambda pair: -pair[0].explains * pair[1].share)
    findings = [finding for _, finding in found]
    if signal is not None and signal >= HEALTHY_SIGNAL and not _serious(found):
        findings.insert(0, _healthy(signal, len(seen)))
    return {
        "steps": [seen[0]["step"], seen[-1]["step"]] if seen else None,
        "groups": len(seen),
        "completions": sum(len(group["completions"]) for group in seen),
        "signal_fraction": signal,
        "verdict": _verdict(signal, found),
        "findings": [asdict(finding) for finding in findings],
    }


def _teaches(group: dict, judging: Judging) -> bool:
    return not is_flat(group) and not is_masked_out(group, judging)


def _find(rule: Rule, groups: Sequence[dict], judging: Judging) -> Finding | None:
    places = [place for place, item in _items(rule.unit, groups) if rule.test(item, judging)]
    total = sum(1 for _ in _items(rule.unit, groups))
    share = len(places) / total if total else 0.0
    if not places or share < rule.least:
        return None
    evidence = f"{len(places)} of {total} {rule.unit} ({share:.0%})"
    return Finding(rule.code, rule.title, evidence, rule.what_to_do, share, places[:EXAMPLES])


def _items(unit: str, groups: Sequence[dict]) -> list[tuple[dict, dict]]:
    """(place, group or completion) of each thing a rule looks at; the group's number counts within its step."""
    items: list[tuple[dict, dict]] = []
    numbers: dict[int, int] = {}
    for group in groups:
        number = numbers[group["step"]] = numbers.get(group["step"], -1) + 1
        place = {"step": group["step"], "group": number}
        if unit == "groups":
            items.append((place | {"completion": None}, group))
        else:
            items += [(place | {"completion": index}, one) for index, one in enumerate(group["completions"])]
    return items


def _healthy(signal: float, groups: int) -> Finding:
    evidence = f"{round(signal * groups)} of {groups} groups ({signal:.0%})"
    advice = "Nothing has to change; watch the held-out score (training.eval_steps) rather than the reward alone."
    return Finding("healthy", "Most groups teach something", evidence, advice, signal, [])


def _serious(found: list[tuple[Rule, Finding]]) -> list[tuple[Rule, Finding]]:
    return [(rule, finding) for rule, finding in found if finding.share >= rule.serious]


def _verdict(signal: float | None, found: list[tuple[Rule, Finding]]) -> str:
    if signal is None:
        return "No completions are stored yet, so nothing can be said."
    serious = _serious(found)
    if signal >= HEALTHY_SIGNAL and not serious:
        return f"The reward is not flat: {signal:.0%} of the groups carry a signal."
    rule, finding = (serious or found)[0]
    joint = "but" if signal >= HEALTHY_SIGNAL else "above all because"
    share = f"{'Only ' if signal < HEALTHY_SIGNAL else ''}{signal:.0%} of the groups carry a signal"
    lead = share if signal else "No group carries a signal"
    return f"{lead}, {joint} {rule.because}: {finding.evidence}."
