"""The model section: which weights are trained, and the adapter that is put on them."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from constants import EMBEDDED_MODEL
from core.schema import Section, knob

FORBIDDEN_TARGETS = ("lm_head", "embed_tokens")


class ModelConfig(Section):
    """The base model and its LoRA."""

    name: str = knob(EMBEDDED_MODEL, tier="essential", min_length=1, max_length=512)
    """A Hugging Face id, a local folder, or the embedded model, which needs no download."""
    lora_rank: int = knob(16, ge=1, le=512, unit="dimensions", typical="8 to 32", tier="essential")
    """Width of the adapter: more can learn more, and costs memory."""
    lora_alpha: int = knob(32, ge=1, le=2048, unit="weight", typical="twice the rank")
    """Scale of the adapter; its effect is alpha divided by rank."""
    lora_dropout: float = knob(0.0, ge=0.0, lt=1.0, unit="fraction", typical="0.0 to 0.1")
    """Fraction of adapter inputs dropped in training. Above 0, sampling and scoring see different noise."""
    target_modules: tuple[str, ...] | Literal["all-linear"] = knob("all-linear", tier="expert")
    """Which layers get an adapter: all linear layers but the output, or a list of layer names."""
    quantization: Literal["none", "4bit", "8bit"] = knob("none", tier="essential")
    """How the frozen weights are held; 4bit and 8bit need an NVIDIA GPU."""
    gradient_checkpointing: bool = knob(False, tier="advanced")
    """Recompute activations in the backward pass: about half as much again of work for much less memory."""

    @field_validator("target_modules")
    @classmethod
    def output_layers_stay_frozen(cls, modules: tuple[str, ...] | str) -> tuple[str, ...] | str:
        """TRL computes log-probabilities in the output layer itself and refuses an adapter there."""
        for name in modules if not isinstance(modules, str) else ():
            if name.split(".")[-1] in FORBIDDEN_TARGETS:
                raise ValueError(f"{name} can't carry a LoRA; name projection layers, or use 'all-linear'")
        if not modules:
            raise ValueError("name at least one layer, or use 'all-linear'")
        return modules
