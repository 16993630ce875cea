"""Prompts of a batch that are computed once each, and their keys and values repeated for every completion."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

REPEATABLE = ("DynamicLayer", "DynamicSlidingWindowLayer")
"""Layers of transformers' cache that hold nothing but keys and values, a row for each sequence."""
WORTH_SHARING = 8
"""Tokens that all prompts begin with, from which on they are computed apart."""
NEEDED = ("attention_mask", "position_ids", "past_key_values", "logits_to_keep")

BY_LENGTH = {"dynamic", "longrope"}
"""Kinds of RoPE whose frequencies depend on the longest text of a call; cached keys would keep those of a shorter."""


@dataclass
class Computed:
    """The prompts of a batch, computed; a row for each completion.

    Attributes:
        cache: transformers' cache, with the keys and values of each row's prompt.
        mask: 1 for a token of the prompt, 0 for padding on the left; shape [rows, tokens].
        logits: Those of the first token after the prompt; shape [rows, vocabulary].
    """

    cache: Any
    mask: Any
    logits: Any

    def positions(self, count: int) -> Any:
        """The positions of the next `count` tokens; shape [rows, count]."""
        import torch

        return self.mask.sum(1, keepdim=True) + torch.arange(count, device=self.mask.device)


def why_not(model: Any) -> str:
    """Why prompts of a model can't be computed once for several completions, in words; empty if they can."""
    from transformers import DynamicCache

    if model.config.is_encoder_decoder:
        return "it has an encoder"
    if (model.generation_config.num_beams or 1) > 1:
        return "its own settings ask for beams"
    if kinds := _rope_types(model.config) & BY_LENGTH:
        return f"its positions depend on the length of the text (RoPE of the type {min(kinds)})"
    lacking = [name for name in NEEDED if name not in inspect.signature(model.forward).parameters]
    if lacking:
        return f"its forward pass takes no {lacking[0]}"
    layers = [type(layer).__name__ for layer in DynamicCache(config=model.config).layers]
    other = [name for name in layers if name not in REPEATABLE]
    return f"its cache has layers of the kind {other[0]}" if other else ""


def _rope_types(config: Any) -> set[str]:
    """The kinds of RoPE of a model; some have one for each kind of layer."""
    said = getattr(config.get_text_config(decoder=True), "rope_parameters", None) or {}
    each = [said, *(value for value in said.values() if isinstance(value, dict))]
    return {str(values["rope_type"]) for values in each if "rope_type" in values}


def compute(model: Any, ids: Any, mask: Any) -> Computed:
    """Run the model once over each different prompt, and once over what all of them begin with.

    Args:
        model: For which `why_not` is empty.
        ids: Token ids with padding on the left; shape [rows, tokens].
        mask: 1 for a token, 0 for padding; of the same shape.
    """
    import torch

    whole = [tuple(row[is_token].tolist()) for row, is_token in zip(ids, mask.bool(), strict=True)]
    different = list(dict.fromkeys(whole))
    place = {prompt: at for at, prompt in enumerate(different)}
    row_of = torch.tensor([place[prompt] for prompt in whole], device=ids.device)
    shared = _common_start(different) if _sees_everything(model) else 0
    last = ids.new_tensor([-1])  # of a slice, a CPU in 16 bits copies the output layer for every row
    cache, masks = None, mask.new_zeros(len(different), 0)
    if shared >= WORTH_SHARING:
        output = model(input_ids=ids.new_tensor([different[0][:shared]]), use_cache=True, logits_to_keep=last)
        cache, masks = output.past_key_values, mask.new_ones(len(different), shared)
        cache.batch_repeat_interleave(len(different))
    rests = [prompt[masks.shape[1] :] for prompt in different]
    longest = max(map(len, rests))
    missing = [longest - len(rest) for rest in rests]
    padded = [[0] * lack + list(rest) for lack, rest in zip(missing, rests, strict=True)]
    own = mask.new_tensor([[0] * lack + [1] * (longest - lack) for lack in missing])
    masks = torch.cat([masks, own], dim=1)
    output = model(
        input_ids=ids.new_tensor(padded),
        attention_mask=masks,
        position_ids=(masks.cumsum(1) - 1).clamp(min=0)[:, -longest:],
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=last,
    )
    # not by [row_of], whose gradient torch adds up in an order that differs from run to run
    for layer in output.past_key_values.layers:
        layer.keys, layer.values = (part.index_select(0, row_of) for part in (layer.keys, layer.values))
    return Computed(output.past_key_values, masks[row_of], output.logits[:, -1].index_select(0, row_of))


def _common_start(prompts: list[tuple[int, ...]]) -> int:
    """How many tokens all prompts begin with; at least one of each is left over."""
    if len(prompts) == 1:
        return 0
    least, most = min(prompts), max(prompts)
    same = next((at for at, pair in enumerate(zip(least, most, strict=False)) if pair[0] != pair[1]), len(least))
    return min(same, min(map(len, prompts)) - 1)


def _sees_everything(model: Any) -> bool:
    """Whether each layer sees all tokens before; a window would count the padding after a common start as tokens."""
    from transformers.cache_utils import DynamicCache, DynamicLayer

    return all(type(layer) is DynamicLayer for layer in DynamicCache(config=model.config).layers)
