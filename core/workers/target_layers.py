"""Whether the layers that a configuration names for the adapter are there, before PEFT is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.errors import InvalidInput

FIELD = "model.target_modules"
MOST_KINDS = 12


def require_targets(model: Any, targets: Sequence[str] | str) -> None:
    """See that at least one layer of the model gets an adapter.

    Args:
        model: A transformers model.
        targets: Layer names, whole or their last parts, or "all-linear".
    Raises:
        InvalidInput: None does; the hint names the kinds of layer the model has.
    """
    layers = _layers(model)
    wanted = () if isinstance(targets, str) else tuple(targets)
    suffixes = tuple(f".{name}" for name in wanted)
    if (isinstance(targets, str) and layers) or any(name in wanted or name.endswith(suffixes) for name in layers):
        return
    if not layers:
        raise InvalidInput(
            "The model has no linear layer for an adapter.", "Choose another model.", {FIELD: "no layer"}
        )
    kinds = sorted({name.rpartition(".")[2] for name in layers})
    hint = f"It has {', '.join(kinds[:MOST_KINDS])}. Name some of these, or use all-linear."
    message = f"The model has no layer named {' or '.join(wanted)}."
    raise InvalidInput(message, hint, {FIELD: f"the model has none of them; it has {', '.join(kinds[:MOST_KINDS])}"})


def _layers(model: Any) -> list[str]:
    """The names of all linear layers but the output, which stays frozen."""
    from torch.nn import Linear
    from transformers.pytorch_utils import Conv1D

    output = model.get_output_embeddings()
    return [
        name for name, layer in model.named_modules() if isinstance(layer, (Linear, Conv1D)) and layer is not output
    ]
