"""The output layer of a model in learning: a few tokens at a time, so that no logits are kept."""

from __future__ import annotations

from typing import Any

import torch

AT_ONCE = 512
"""Tokens whose logits are held together: 100 MB for 50,000 words. Fewer are multiplied more slowly."""
TRIED = 4
"""Tokens on which a model is asked what its output layer does."""


def is_plain(model: Any) -> bool:
    """Whether a model's logits are its last states times the weights of its output layer, unscaled and uncapped."""
    ids = torch.arange(TRIED, device=model.device)[None]
    base = model.get_base_model()
    head = base.get_output_embeddings()
    if base.base_model is base:
        return False
    if type(head) is not torch.nn.Linear or head.bias is not None or head.weight.requires_grad:
        return False
    with torch.no_grad():
        states = base.base_model(input_ids=ids, use_cache=False).last_hidden_state
        return torch.equal(model(input_ids=ids, use_cache=False).logits, head(states))


def log_probs_and_entropies(states: Any, head: Any, tokens: Any, is_token: Any, temperature: float) -> tuple[Any, Any]:
    """Log-probabilities of tokens, with a gradient, and entropies in nats, without; 0 for padding; [rows, tokens].

    Args:
        states: The last ones of the model, for which `is_plain`; shape [rows, tokens, width].
        head: Its output layer.
        tokens: The ids that follow each state; shape [rows, tokens].
        is_token: 1 for a token, 0 for padding; of the same shape.
    """
    kept = is_token.bool()
    found, measured = _LogProbs.apply(states[kept], head, tokens[kept], temperature)
    empty = torch.zeros(kept.shape, dtype=torch.float32, device=states.device)
    return empty.masked_scatter(kept, found), empty.masked_scatter(kept, measured)


class _LogProbs(torch.autograd.Function):
    """The gradient of a token's log-probability by its state is (d - p) W / temperature, where W are the weights, p are
    the probabilities, and d is 1 for the token and else 0. It is computed on the way, while the logits are there."""

    @staticmethod
    def forward(ctx: Any, states: Any, head: Any, tokens: Any, temperature: float) -> tuple[Any, Any]:
        """Log-probabilities and entropies, in float32; both of shape [tokens]."""
        needs_gradient = ctx.needs_input_grad[0]
        parts = [
            _part(some, head, chosen, temperature, needs_gradient)
            for some, chosen in zip(states.split(AT_ONCE), tokens.split(AT_ONCE), strict=True)
        ]
        log_probs, entropies, slopes = zip(*parts, strict=True)
        if needs_gradient:
            ctx.save_for_backward(torch.cat(slopes))
        measured = torch.cat(entropies)
        ctx.mark_non_differentiable(measured)
        return torch.cat(log_probs), measured

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Any, None, None, None]:
        """The gradient of the states."""
        (slopes,) = ctx.saved_tensors
        return (gradients[0][:, None] * slopes).to(slopes.dtype), None, None, None


def _part(states: Any, head: Any, tokens: Any, temperature: float, needs_gradient: bool) -> tuple[Any, Any, Any]:
    """Log-probabilities, entropies and gradients by the states of a few tokens."""
    logits = head(states).float()
    log_probs = (logits if temperature == 1 else logits / temperature).log_softmax(-1)
    chosen = log_probs.gather(-1, tokens[:, None])[:, 0]
    probabilities = log_probs.exp()
    entropies = -(log_probs.mul_(probabilities)).sum(-1)
    if not needs_gradient:
        return chosen, entropies, None
    weights = head.weight
    # 1 - p of the token before anything is rounded to 16 bits: of likely tokens little else would be left
    of_logits = probabilities.neg_().scatter_(-1, tokens[:, None], -chosen.expm1()[:, None])
    return chosen, entropies, (of_logits.to(weights.dtype) @ weights / temperature).to(states.dtype)
