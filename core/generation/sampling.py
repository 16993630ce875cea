"""Sampling: how an answer is drawn; one schema for the test page, REST, batches and evaluations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import field_validator

from core.schema import Section, knob
from core.validation import shaped

MOST_TOKENS = 32_768
"""The longest answer that can be asked for."""
MOST_SEEDS = 2**31


class Sampling(Section):
    """How tokens are chosen and when an answer ends."""

    temperature: float = knob(0.7, ge=0, le=2.0, typical="0.2 to 1.0", tier="essential")
    """Randomness: 0 always takes the likeliest token, 1 samples as the model believes."""
    max_tokens: int = knob(256, ge=1, le=MOST_TOKENS, unit="tokens", typical="128 to 1024", tier="essential")
    """Longest answer; one that needs more is cut."""
    top_p: float = knob(1.0, gt=0, le=1.0, unit="fraction", typical="0.9 to 1.0", tier="essential")
    """Sample from the likeliest tokens that together reach this probability."""
    top_k: int = knob(0, ge=0, le=1_000_000, unit="tokens", typical="0, or 20 to 50")
    """Sample from this many likeliest tokens; 0 for all."""
    min_p: float = knob(0.0, ge=0, le=1.0, unit="fraction", typical="0 to 0.1")
    """Leave out tokens less likely than this fraction of the likeliest one."""
    repetition_penalty: float = knob(1.0, gt=0, le=2.0, typical="1.0 to 1.2")
    """Above 1 makes tokens that stand in the text already less likely."""
    seed: int | None = knob(None, ge=0, le=MOST_SEEDS - 1)
    """Fixes the random numbers, so that the same question gets the same answer; null draws a new seed."""
    stop: tuple[str, ...] = knob((), max_length=8)
    """Texts that end the answer; they are not part of it."""

    @field_validator("stop")
    @classmethod
    def stops_have_text(cls, stop: tuple[str, ...]) -> tuple[str, ...]:
        """An empty text is found in every answer, at its start."""
        if "" in stop:
            raise ValueError("an empty text would end every answer before it begins; leave it out")
        return stop


def sampling_from(values: Mapping[str, Any], default: Sampling = Sampling()) -> Sampling:  # noqa: B008 - frozen
    """`default` with the values of a request that are given; its other keys are passed over.

    Raises:
        InvalidInput: One is out of its bounds; `fields` names it.
    """
    given = {name: value for name, value in values.items() if value is not None and name in Sampling.model_fields}
    return shaped(Sampling, {**default.model_dump(), **given})
