"""The pre_training section: the supervised warm-up before GRPO."""

from __future__ import annotations

from core.schema import Section, knob


class PreTrainingConfig(Section):
    """The warm-up teaches the form of an answer, so that some completions can score at all."""

    enabled: bool = knob(False, tier="essential")
    """Whether to warm up."""
    epochs: float = knob(1.0, gt=0, le=1000, unit="passes", typical="1 to 2", tier="essential")
    """Passes over the warm-up rows."""
    max_samples: int | None = knob(100, ge=1, unit="rows", typical="50 to 500", tier="essential")
    """Warm up on at most this many training rows; GRPO then gets the rest. null warms up on all of them."""
    learning_rate: float = knob(5e-5, gt=0, le=1.0, unit="per step", typical="5e-5 to 2e-4", tier="essential")
    """Step size of the warm-up; it falls linearly to 0."""
    batch_size: int = knob(4, ge=1, le=1024, unit="rows", typical="1 to 8")
    """Rows per optimiser step of the warm-up."""
