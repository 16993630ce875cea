"""Whether a completion is in the form that its prompt asks for."""

from __future__ import annotations

from core.prompts.template import Markers


def problem_with_markers(text: str, markers: Markers) -> str:
    """What keeps `text` from having every marker once, in order, around text that can be seen; empty for nothing."""
    if not markers.given:
        return "the prompt template asks for no markers"
    parsed = markers.parse(text)
    if parsed.problems:
        return "; ".join(parsed.problems)
    if not is_visible(parsed.solution or "") or (markers.reasoning_start and not is_visible(parsed.reasoning)):
        return "what stands between two markers can't be seen"
    return ""


def is_visible(text: str) -> bool:
    """Whether `text` shows anything; zero-width characters and spaces don't."""
    return any(character.isprintable() and not character.isspace() for character in text)
