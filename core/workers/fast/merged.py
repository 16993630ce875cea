"""MergedWeights: a model whose adapter is added to its weights while it samples."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from core.workers.memory import free_bytes

SPARE = 4
"""A copy is made where so many times its size is free: learning, which comes later, needs some of that."""


class MergedWeights:
    """A second copy of the adapted weights, with the adapter added, that takes their place while the model samples.

    The weights themselves are never changed, so they are exact afterwards. Merging pays where weights are float32: in
    16 bits the sum would be rounded, and the sampled policy would not be the trained one.
    """

    def __init__(self, model: Any):
        self.seconds = 0.0
        """What the latest merging took."""
        self._model = model
        self._copies: list[Any] = []

    def merged(self) -> AbstractContextManager[None]:
        """A context in which the model computes without adapter layers what it computes with them outside; or, where
        layers or memory do not allow that, with them."""
        from peft.tuners.lora.layer import LoraLayer

        layers = [layer for layer in self._model.modules() if isinstance(layer, LoraLayer)]
        embedding = self._model.get_input_embeddings().weight
        can_merge = all(_can_merge(layer) and layer.get_base_layer().weight is not embedding for layer in layers)
        return self._swapped(layers) if layers and can_merge and self._has_room(layers) else nullcontext()

    def free(self) -> None:
        """Give the memory of the copy back, until the model samples again."""
        self._copies = []

    def _has_room(self, layers: list[Any]) -> bool:
        """Whether the copy is there, or its size is free SPARE times."""
        weights = [layer.get_base_layer().weight for layer in layers]
        needed = sum(weight.nbytes for weight in weights)
        return bool(self._copies) or SPARE * needed <= free_bytes(weights[0].device.type)

    @contextmanager
    def _swapped(self, layers: list[Any]) -> Iterator[None]:
        import torch

        started = time.perf_counter()
        weights = [layer.get_base_layer().weight for layer in layers]
        self._copies = self._copies or [torch.empty_like(weight) for weight in weights]
        originals = [weight.data for weight in weights]
        with torch.no_grad():
            for layer, copy in zip(layers, self._copies, strict=True):
                _write_sum(layer, copy)
        self.seconds = time.perf_counter() - started
        with self._model.disable_adapter():
            try:
                for weight, copy in zip(weights, self._copies, strict=True):
                    weight.data = copy
                yield
            finally:
                for weight, original in zip(weights, originals, strict=True):
                    weight.data = original


def _can_merge(layer: Any) -> bool:
    """Whether a layer's adapter is a plain product of two matrices on a matrix of float32."""
    import torch
    from peft.tuners.lora.layer import Linear

    if type(layer) is not Linear or type(layer.get_base_layer()) is not torch.nn.Linear:
        return False
    name = layer.active_adapters[0]
    return (
        layer.get_base_layer().weight.dtype == torch.float32
        and not layer.merged
        and len(layer.active_adapters) == 1
        and name not in layer.lora_variant
        and not layer.lora_bias.get(name)
        and layer.lora_A[name].weight.dtype == torch.float32
    )


def _write_sum(layer: Any, copy: Any) -> None:
    import torch

    name = layer.active_adapters[0]
    down, up = layer.lora_A[name].weight, layer.lora_B[name].weight
    torch.addmm(layer.get_base_layer().weight, up, down, alpha=layer.scaling[name], out=copy)
