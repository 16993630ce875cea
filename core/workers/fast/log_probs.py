"""The log-probabilities of completions, with each different prompt computed once."""

from __future__ import annotations

from typing import Any

from core.workers.fast.attention import on_cpu
from core.workers.fast.prompts import Computed, compute


def log_probs_and_entropies(
    model: Any,
    ids: Any,
    mask: Any,
    completion: int,
    temperature: float,
    entropy_requires_grad: bool,
    has_plain_head: bool = False,
) -> tuple[Any, Any]:
    """What TRL's trainer computes under this name, in the same shapes, with gradients through the shared prompts.

    Args:
        model: For which `prompts.why_not` is empty.
        ids: Prompts padded on the left and completions padded on the right; shape [rows, tokens].
        mask: 1 for a token, 0 for padding; of the same shape.
        completion: The number of columns that are completions.
        has_plain_head: Whether `head.is_plain`.

    Returns:
        Log-probabilities of the completions' tokens, and entropies in nats; both [rows, completion], 0 for padding.
    """
    import torch

    split = ids.shape[1] - completion
    longest = max(1, int(mask[:, split:].sum(1).max()))
    tokens, is_token = ids[:, split : split + longest], mask[:, split : split + longest]
    with on_cpu(model):
        prompts = compute(model, ids[:, :split], mask[:, :split])
        parts = [
            _of_logits(prompts.logits[:, None], tokens[:, :1], is_token[:, :1], temperature, entropy_requires_grad)
        ]
        if longest > 1:
            inputs = _after(prompts, tokens[:, :-1], is_token[:, :-1])
            rest = tokens[:, 1:], is_token[:, 1:], temperature
            if has_plain_head and not entropy_requires_grad:
                parts.append(_of_states(model, inputs, *rest))
            else:
                parts.append(_of_logits(model(**inputs).logits, *rest, entropy_requires_grad))
    missing = (0, completion - longest)
    log_probs, entropies = (torch.nn.functional.pad(torch.cat(each, 1), missing) for each in zip(*parts, strict=True))
    return log_probs, entropies


def _after(prompts: Computed, tokens: Any, is_token: Any) -> dict[str, Any]:
    """Inputs of a forward pass over what follows the prompts."""
    import torch

    return {
        "input_ids": tokens,
        "attention_mask": torch.cat([prompts.mask, is_token], dim=1),
        "position_ids": prompts.positions(tokens.shape[1]),
        "past_key_values": prompts.cache,
        "use_cache": True,
    }


def _of_logits(logits: Any, tokens: Any, is_token: Any, temperature: float, requires_grad: bool) -> tuple[Any, Any]:
    from trl.trainer.utils import selective_log_softmax_and_entropy

    return selective_log_softmax_and_entropy(
        logits, tokens, entropy_requires_grad=requires_grad, temperature=temperature, row_mask=is_token
    )


def _of_states(model: Any, inputs: dict[str, Any], tokens: Any, is_token: Any, temperature: float) -> tuple[Any, Any]:
    from core.workers.fast import head

    base = model.get_base_model()
    states = base.base_model(**inputs).last_hidden_state
    return head.log_probs_and_entropies(states, base.get_output_embeddings(), tokens, is_token, temperature)
