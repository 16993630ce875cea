"""The grpo section: the algorithm and its trust region."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from core.config.algorithms import ALGORITHMS
from core.schema import Section, knob


def _known(name: str) -> str:
    if name not in ALGORITHMS:
        raise ValueError(f"is one of {', '.join(ALGORITHMS)}")
    return name


class _Choices:
    """Puts the names of the algorithms into the JSON Schema."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "enum": list(ALGORITHMS)}


AlgorithmName = Annotated[str, AfterValidator(_known), _Choices()]


class GrpoConfig(Section):
    """What makes a completion's advantage, and how far one step may move the policy."""

    algorithm: AlgorithmName = knob("grpo", tier="essential")
    """How the scores of one prompt's completions become advantages, and what bounds a step."""
    kl_penalty: float = knob(0.0, ge=0, le=10, unit="weight", typical="0, or 0.001 to 0.04")
    """Weight of the term that keeps the policy near its start; 0 drops the reference model and logs no KL."""
    clip_range: float | None = knob(None, gt=0, lt=1, unit="fraction", typical="0.2; GSPO 0.0003")
    """How far the ratio of new to old probability may fall below 1; null takes the algorithm's. Nothing is clipped
    while training is on-policy."""
    epsilon_high: float | None = knob(None, gt=0, le=100, unit="fraction", typical="0.2 to 0.28")
    """How far that ratio may rise above 1; null takes the algorithm's own, or clip_range."""
    importance_sampling_level: Literal["token", "sequence"] | None = knob(None)
    """Ratio per token, or one per completion, which is what GSPO does; null takes the algorithm's own."""
    num_iterations: int = knob(1, ge=1, le=64, unit="passes", typical="1")
    """Optimiser passes over the same completions; above 1 the ratios and the clipping come to life."""
    steps_per_generation: int | None = knob(None, ge=1, le=4096, unit="batches", tier="expert")
    """Batches sampled at once; null takes gradient_accumulation_steps, more makes training off-policy."""
    loss_type: Literal["grpo", "dapo", "dr_grpo", "bnpo"] | None = knob(None, tier="expert")
    """How token losses are averaged; null takes the algorithm's own."""
    scale_rewards: Literal["group", "batch", "none"] | None = knob(None, tier="expert")
    """Divide advantages by the deviation of the group, of the batch, or not; null takes the algorithm's own."""
    mask_truncated: bool | None = knob(None, tier="expert")
    """Leave cut completions out of the loss; null takes the algorithm's own."""

    dynamic_sampling: Literal["off", "on"] = knob("off", tier="advanced")
    """Replace prompts whose answers all score the same by other prompts, twice at most, and ask those again more often
    whose answers differ."""

    @model_validator(mode="after")
    def fits_the_algorithm(self) -> "GrpoConfig":
        """Some settings would make another algorithm of the chosen one."""
        refusal = ALGORITHMS[self.algorithm].refusal(self)
        if refusal:
            raise ValueError(refusal)
        return self
