"""SamplingAdapter: the adapter of a model while it samples, added to the weights or computed beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from core.workers.fast.attention import on_cpu
from core.workers.memory import free_bytes

SPARE = 4
"""A copy is made where so many times its size is free: learning, which comes later, needs some of that."""


class SamplingAdapter:
    """A cheaper way to the same outputs, while no gradient is wanted.

    To weights in float32 the adapter is added, in a second copy that takes their place; they are never changed, so they
    are exact afterwards. Weights in 16 bits would round such a sum, and most of a small adapter with it; the adapter is
    computed beside those.
    """

    def __init__(self, model: Any):
        self.seconds = 0.0
        """What the latest merging took."""
        self._model = model
        self._copies: list[Any] = []

    @contextmanager
    def applied(self) -> Iterator[None]:
        """A context in which the model computes what it computes outside, faster where layers and memory allow it."""
        with on_cpu(self._model), self._placed():
            yield

    def _placed(self) -> AbstractContextManager[None]:
        from peft.tuners.lora.layer import LoraLayer

        layers = [layer for layer in self._model.modules() if isinstance(layer, LoraLayer)]
        embedding = self._model.get_input_embeddings().weight
        if not layers or not all(
            _is_plain(layer) and layer.get_base_layer().weight is not embedding for layer in layers
        ):
            return nullcontext()
        if any(layer.get_base_layer().weight.dtype.itemsize == 2 for layer in layers):
            return _joined(layers)
        return self._merged(layers) if self._has_room(layers) else nullcontext()

    def free(self) -> None:
        """Give the memory of the copy back, until the model samples again."""
        self._copies = []

    def _has_room(self, layers: list[Any]) -> bool:
        """Whether the copy is there, or its size is free SPARE times."""
        weights = [layer.get_base_layer().weight for layer in layers]
        needed = sum(weight.nbytes for weight in weights)
        return bool(self._copies) or SPARE * needed <= free_bytes(weights[0].device.type)

    @contextmanager
    def _merged(self, layers: list[Any]) -> Iterator[None]:
        import torch

        started = time.perf_counter()
        weights = [layer.get_base_layer().weight for layer in layers]
        self._copies = self._copies or [torch.empty_like(weight) for weight in weights]
        originals = [weight.data for weight in weights]
        with torch.no_grad():
            for layer, copy in zip(layers, self._copies, strict=True):
                down, up, scale = _matrices(layer)
                torch.addmm(layer.get_base_layer().weight, up, down, alpha=scale, out=copy)
        self.seconds = time.perf_counter() - started
        with self._model.disable_adapter():
            try:
                for weight, copy in zip(weights, self._copies, strict=True):
                    weight.data = copy
                yield
            finally:
                for weight, original in zip(weights, originals, strict=True):
                    weight.data = original


def _is_plain(layer: Any) -> bool:
    """Whether a layer's adapter is one plain product of two float32 matrices, on a matrix that is not quantised."""
    import torch
    from peft.tuners.lora.layer import Linear

    from core.workers.fast.linear import BFloat16Linear

    if type(layer) is not Linear or type(layer.get_base_layer()) not in (torch.nn.Linear, BFloat16Linear):
        return False
    name = layer.active_adapters[0]
    return (
        not layer.merged
        and len(layer.active_adapters) == 1
        and name not in layer.lora_variant
        and not layer.lora_bias.get(name)
        and layer.lora_A[name].weight.dtype == torch.float32
    )


def _matrices(layer: Any) -> tuple[Any, Any, float]:
    """A layer's matrices, [rank, inputs] and [outputs, rank], and what their product is multiplied by."""
    name = layer.active_adapters[0]
    return layer.lora_A[name].weight, layer.lora_B[name].weight, layer.scaling[name]


@contextmanager
def _joined(layers: list[Any]) -> Iterator[None]:
    """Layers with an adapter of three products and no more; PEFT converts, scales and adds in steps of their own."""
    try:
        for layer in layers:
            layer.forward = _three_products(layer)
        yield
    finally:
        for layer in layers:
            vars(layer).pop("forward", None)


def _three_products(layer: Any) -> Callable[[Any], Any]:
    import torch

    from core.workers.fast.linear import BFloat16Linear

    base = layer.get_base_layer()
    kind = torch.float32 if isinstance(base, BFloat16Linear) else base.weight.dtype
    with torch.no_grad():
        down, up, scale = _matrices(layer)
        down, up = down.to(kind), (up * scale).to(kind).T

    def forward(x: Any) -> Any:
        x = x.to(kind)
        output = base(x)
        output.flatten(0, -2).addmm_(torch.nn.functional.linear(x, down).flatten(0, -2), up)
        return output

    return forward
