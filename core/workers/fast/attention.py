"""Attention on a CPU where torch's own is slow: for one new token a row, and in 16 bits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NAME = "lora_craft_cpu"
"""Under which transformers knows it."""
REPLACED = "sdpa"
"""What it takes the place of, and how it computes what it does not know better."""


@contextmanager
def on_cpu(model: Any) -> Iterator[None]:
    """A context in which a model on a CPU computes its attention as `attend` does."""
    if model.device.type != "cpu" or not _is_replaceable(model):
        yield
        return
    _register()
    model.set_attn_implementation(NAME)
    try:
        yield
    finally:
        model.set_attn_implementation(REPLACED)


def _is_replaceable(model: Any) -> bool:
    # private: there is no getter, and the setter only warns where it can't
    return bool(model.config._attn_implementation == REPLACED and model._can_set_attn_implementation())


def attend(
    module: Any, query: Any, key: Any, value: Any, attention_mask: Any, dropout: float = 0.0, **settings: Any
) -> tuple[Any, None]:
    """Scaled dot products as transformers' sdpa has them, in float32.

    Args:
        query: Shape [rows, heads, queries, width].
        key, value: Shape [rows, groups of heads, keys, width]; a value may have another width.
        attention_mask: What transformers makes for sdpa: of truth values, with which a query sees a key.

    Returns:
        Shape [rows, queries, heads, width], in the type of `query`; and None for the weights.
    """
    import torch
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    kind = query.dtype
    with torch.autocast("cpu", enabled=False):
        query, key, value = query.float(), key.float(), value.float()
        if query.shape[2] == 1 and not torch.is_grad_enabled() and _is_plain(attention_mask, settings):
            output = _one_query(query, key, value, attention_mask, settings.get("scaling"))
        else:
            output, _ = sdpa_attention_forward(module, query, key, value, attention_mask, dropout=dropout, **settings)
    return output.to(kind), None


def _one_query(query: Any, key: Any, value: Any, mask: Any, scaling: float | None) -> Any:
    """Every head of a group looks at the same keys, so no key is repeated."""
    rows, heads, _, width = query.shape
    groups = key.shape[1]
    scores = query.view(rows, groups, heads // groups, width) @ key.transpose(-1, -2)
    scores *= width**-0.5 if scaling is None else scaling
    if mask is not None:
        scores.masked_fill_(~mask[..., : key.shape[2]], -float("inf"))
    return (scores.softmax(-1) @ value).view(rows, 1, heads, -1)


def _is_plain(mask: Any, settings: dict[str, Any]) -> bool:
    """Whether nothing is asked for but scaled dot products with the keys that a mask lets through."""
    import torch

    is_known = mask is None or (mask.dtype == torch.bool and mask.shape[1] == 1)
    return is_known and all(settings.get(name) is None for name in ("softcap", "s_aux", "position_bias"))


def _register() -> None:
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register(NAME, attend)
    AttentionMaskInterface.register(NAME, sdpa_mask)
