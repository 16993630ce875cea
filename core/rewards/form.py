"""Rewards that judge the form of an answer, not its truth."""

from __future__ import annotations

from core.rewards.base import Example, Score, right, wrong


def solution_format(response: str, reference: str, example: Example) -> Score:
    """1 when every marker stands once, in order, around text, with nothing after the last; else 0."""
    marks = example.markers
    wanted = [m for m in (marks.reasoning_start, marks.reasoning_end, marks.solution_start, marks.solution_end) if m]
    if not wanted:
        return wrong("the prompt template asks for no markers")
    places = []
    for marker in wanted:
        if response.count(marker) != 1:
            return wrong(f"{marker} stands {response.count(marker)} times instead of once")
        places.append(response.index(marker))
    if places != sorted(places):
        return wrong("the markers are out of order")
    if not response.rstrip().endswith(wanted[-1]):
        return wrong(f"text follows {wanted[-1]}")
    for start, end in zip(wanted[::2], wanted[1::2], strict=True):
        if not response[response.index(start) + len(start) : response.index(end)].strip():
            return wrong(f"nothing stands between {start} and {end}")
    return right("every marker stands once, in order")
