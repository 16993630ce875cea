"""Whether the layers that a configuration names for the adapter are there, before PEFT is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.errors import InvalidInput

FIELD = "model.target_modules"
MOST_KINDS = 12


def require_targets(model: Any, targets: Sequence[str] | str) -> None:
    """See that every name is that of a layer of the model; PEFT passes over one that is not, if another is.

    Args:
        model: A transformers model.
        targets: Layer names, whole or their last parts, or "all-linear".
    Raises:
        InvalidInput: One is not; the hint names the kinds of layer the model has.
    """
    layers = _layers(model)
    wanted = () if isinstance(targets, str) else tuple(targets)
    unknown = [name for name in wanted if not any(layer == name or layer.endswith(f".{name}") for layer in layers)]
    if layers and not unknown:
        return
    if not layers:
        raise InvalidInput(
            "The model has no linear layer for an adapter.", "Choose another model.", {FIELD: "no layer"}
        )
    kinds = sorted({name.rpartition(".")[2] for name in layers})
    hint = f"It has {', '.join(kinds[:MOST_KINDS])}. Name some of these, or use all-linear."
    problem = f"the model has no layer named {' or '.join(unknown)}"
    raise InvalidInput(f"T{problem[1:]}.", hint, {FIELD: f"{problem}; it has {', '.join(kinds[:MOST_KINDS])}"})


def _layers(model: Any) -> list[str]:
    """The names of all linear layers but the output, which stays frozen."""
    from torch.nn import Linear
    from transformers.pytorch_utils import Conv1D

    output = model.get_output_embeddings()
    return [
        name for name, layer in model.named_modules() if isinstance(layer, (Linear, Conv1D)) and layer is not output
    ]
