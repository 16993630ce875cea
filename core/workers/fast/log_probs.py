"""The log-probabilities of completions, with each different prompt computed once."""

from __future__ import annotations

from typing import Any

from core.workers.fast.prompts import compute


def log_probs_and_entropies(
    model: Any, ids: Any, mask: Any, completion: int, temperature: float, entropy_requires_grad: bool
) -> tuple[Any, Any]:
    """What TRL's trainer computes under this name, in the same shapes, with gradients through the shared prompts.

    Args:
        model: For which `prompts.why_not` is empty.
        ids: Prompts padded on the left and completions padded on the right; shape [rows, tokens].
        mask: 1 for a token, 0 for padding; of the same shape.
        completion: The number of columns that are completions.

    Returns:
        Log-probabilities of the completions' tokens, and entropies in nats; both [rows, completion], 0 for padding.
    """
    import torch
    from trl.trainer.utils import selective_log_softmax_and_entropy

    split = ids.shape[1] - completion
    longest = max(1, int(mask[:, split:].sum(1).max()))
    prompts = compute(model, ids[:, :split], mask[:, :split])
    tokens, is_token = ids[:, split : split + longest], mask[:, split : split + longest]

    def judged(logits: Any, part: slice) -> Any:
        return selective_log_softmax_and_entropy(
            logits,
            tokens[:, part],
            entropy_requires_grad=entropy_requires_grad,
            temperature=temperature,
            row_mask=is_token[:, part],
        )

    parts = [judged(prompts.logits[:, None], slice(0, 1))]
    if longest > 1:
        output = model(
            input_ids=tokens[:, :-1],
            attention_mask=torch.cat([prompts.mask, is_token[:, :-1]], dim=1),
            position_ids=prompts.positions(longest - 1),
            past_key_values=prompts.cache,
            use_cache=True,
        )
        parts.append(judged(output.logits, slice(1, longest)))
    missing = (0, completion - longest)
    log_probs, entropies = (torch.nn.functional.pad(torch.cat(each, 1), missing) for each in zip(*parts, strict=True))
    return log_probs, entropies
