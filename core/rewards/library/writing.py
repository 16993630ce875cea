"""Rewards that judge written text: the presets of the writing shelf."""

from __future__ import annotations

from core.rewards.base import Preset
from core.rewards.library import citations, creative_writing, language_match, summarization

PRESETS: dict[str, Preset] = {
    "creative-writing": creative_writing.PRESET,
    "concise-summarization": summarization.PRESET,
    "citation-format": citations.PRESET,
    "language": language_match.PRESET,
}
"""Canonical name -> preset."""
