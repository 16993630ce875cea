"""The dataset section: where examples come from, which columns matter, how many are held out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core.config.base import Section, knob

SourceKind = Literal["hub", "upload", "procedural", "builtin"]


class DatasetConfig(Section):
    """The examples of a run."""

    source: str = knob("arithmetic", tier="essential", min_length=1, max_length=512)
    """A Hugging Face dataset id, a file below uploads/, or the name of a built-in set."""
    kind: SourceKind | None = knob(None)
    """What `source` names; found out from its form when null."""
    subset: str | None = knob(None)
    """The configuration of a hub dataset, such as 'main' for openai/gsm8k."""
    split: str = knob("train", min_length=1)
    """The split of a hub dataset."""
    instruction_field: str = knob("instruction", tier="essential", min_length=1)
    """The column with the question; nested values by path, such as answers.text."""
    response_field: str = knob("response", tier="essential", min_length=1)
    """The column with the expected answer."""
    max_samples: int | None = knob(None, ge=1, unit="rows", tier="essential")
    """Use at most this many rows, chosen by the seed; null uses all."""
    validation_fraction: float = knob(0.1, ge=0.0, le=0.5, unit="fraction", typical="0.05 to 0.2")
    """Share of the rows held out from training, on which the model is scored before, between and after; 0 for none."""
    validation_samples: int = knob(100, ge=1, le=100_000, unit="rows", typical="100 to 500")
    """At most this many rows are held out: each is answered once per evaluation."""
    parameters: dict[str, int | float | str | bool] = Field(
        default_factory=dict, json_schema_extra={"unit": "", "typical": "", "tier": "expert"}
    )
    """Parameters of a built-in or procedural generator, such as {"largest": 99}."""
