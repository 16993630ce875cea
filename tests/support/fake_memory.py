"""The bytes that PyTorch would hold for a model of any size, counted on fake tensors: nothing is allocated."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from transformers import LlamaConfig, LlamaForCausalLM

from core.catalog.shapes import ModelShape
from core.runs.phases import BFLOAT16, FLOAT32

RANK = 16


class Counter(TorchDispatchMode):
    """Counts the bytes of the storages that are made while it is on; `peak` is the most at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.peak = 0
        self._sizes: dict[int, int] = {}

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        given = {
            leaf.untyped_storage()._cdata for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)
        }
        for leaf in tree_leaves(result):
            if isinstance(leaf, torch.Tensor) and leaf.untyped_storage()._cdata not in given | self._sizes.keys():
                self._add(leaf.untyped_storage())
        return result

    def _add(self, storage: torch.UntypedStorage) -> None:
        self._sizes[storage._cdata] = storage.nbytes()
        self.now += storage.nbytes()
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._drop, storage._cdata)

    def _drop(self, key: int) -> None:
        self.now -= self._sizes.pop(key, 0)


def _storages(tree: Any) -> dict[int, torch.UntypedStorage]:
    found = [leaf.untyped_storage() for leaf in tree_leaves(tree) if isinstance(leaf, torch.Tensor)]
    return {storage._cdata: storage for storage in found}


class Lora(nn.Module):
    """A frozen layer with a LoRA in float32, computed as PEFT does."""

    def __init__(self, base: nn.Linear):
        super().__init__()
        self.base = base
        self.down = nn.Linear(base.in_features, RANK, bias=False, dtype=torch.float32)
        self.up = nn.Linear(RANK, base.out_features, bias=False, dtype=torch.float32)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """The layer's output and the LoRA's."""
        return self.base(inputs) + self.up(self.down(inputs.float()))


@contextmanager
def faked(shape: ModelShape, layers: int, width: int, recompute: bool) -> Iterator[nn.Module]:
    """A model of that shape with fewer layers, as the plain engine trains it, in a world of fake tensors."""
    config = LlamaConfig(
        num_hidden_layers=layers,
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        vocab_size=shape.vocab,
        attn_implementation="sdpa",
    )
    with FakeTensorMode(allow_non_fake_inputs=True):
        model = LlamaForCausalLM._from_config(config, dtype=torch.bfloat16 if width == BFLOAT16 else torch.float32)
        model.requires_grad_(False)
        for layer in model.model.layers:
            for block in (layer.self_attn, layer.mlp):
                for name, child in list(block.named_children()):
                    if isinstance(child, nn.Linear):
                        setattr(block, name, Lora(child))
        if recompute:
            model.enable_input_require_grads()
            model.gradient_checkpointing_enable({"use_reentrant": False})
        yield model.train()


def peak_bytes(model: nn.Module, rows: int, tokens: int, scored: int, score: Callable[[Any, Any], Any]) -> int:
    """The most that a forward and a backward pass hold at once, beside the weights.

    Args:
        model: Of `faked`, within its world.
        rows: Sequences at once.
        tokens: Tokens of each.
        scored: How many of the last ones have logits.
        score: Called with (logits, ids of the scored tokens); what it gives is summed up and goes backward.
    """
    ids = torch.zeros(rows, tokens, dtype=torch.long)
    with Counter() as counter:
        logits = _logits(model, ids, scored)
        result = score(logits, ids[:, -scored:])
        del logits
        result.sum().backward()
    return counter.peak


def _logits(model: nn.Module, ids: torch.Tensor, scored: int) -> torch.Tensor:
    """As accelerate hands them to TRL: computed in the model's type, then float32."""
    half = next(model.parameters()).dtype == torch.bfloat16
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        logits = model(input_ids=ids, use_cache=False, logits_to_keep=scored + 1).logits
    return (logits.float() if half else logits)[:, :-1, :]


WIDTHS = {"trl": BFLOAT16, "cpu": FLOAT32}
"""Engine -> bytes of a value."""
