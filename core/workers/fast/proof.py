"""Whether a model's prompts can be shared: asked once before a run, by comparing with the model without any sharing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from core.workers.fast import prompts
from core.workers.fast.adapter import SamplingAdapter
from core.workers.fast.decoding import Decoding
from core.workers.fast.log_probs import log_probs_and_entropies

TOLERANCE = {"float32": 0.001, "bfloat16": 0.05, "float16": 0.02}
"""Largest mean difference of a completion's log-probabilities, in nats, by the type of the frozen weights; rounding
stays below: 1e-5 and, in bfloat16, 0.015."""
TOKENS, COMPLETIONS = 8, 2
SHIFT = 0.02
"""An adapter that is new changes nothing, so it is moved by so much while it is compared."""


class Loaded(Protocol):
    """What is looked at of a loaded model."""

    model: Any
    tokenizer: Any
    dtype: str

    @property
    def has_plain_head(self) -> bool:
        """Whether it learns without keeping logits."""

    @property
    def sampling_adapter(self) -> SamplingAdapter:
        """What it samples with."""


def why_not(loaded: Loaded, prompt_ids: list[list[int]]) -> str:
    """Why a model samples and learns in the plain way, in words; empty if the fast way gives the same.

    Args:
        loaded: Before its first training step.
        prompt_ids: Prompts of the run, best of different lengths.
    """
    if reason := prompts.why_not(loaded.model.get_base_model()):
        return reason
    try:
        found = difference(loaded, prompt_ids)
    except Exception as error:  # noqa: BLE001 - whatever a model of a new kind can't do, it does in the plain way
        return f"it can't be computed so ({type(error).__name__}: {error})"
    if found is None:
        return "the model has dropout, which differs from one completion of a prompt to the next"
    if found <= TOLERANCE[loaded.dtype]:
        return ""
    return f"it finds other probabilities for this model than the plain way (mean difference {found:.3g} nats)"


def difference(loaded: Loaded, prompt_ids: list[list[int]]) -> float | None:
    """The largest mean difference of a completion's log-probabilities, in sampling or learning, from those of one plain
    forward pass, in nats; None where two plain passes differ, too. Nothing of the run is changed."""
    import torch

    model, tokenizer, decoding = loaded.model, loaded.tokenizer, Decoding()
    asked = {"input_ids": [ids for ids in prompt_ids for _ in range(COMPLETIONS)]}
    inputs = tokenizer.pad(asked, padding_side="left", return_tensors="pt").to(model.device)
    with _as_in_training(model), torch.random.fork_rng(), torch.no_grad():
        with loaded.sampling_adapter.applied():
            ids = model.generate(**inputs, **SETTINGS, pad_token_id=tokenizer.pad_token_id, custom_generate=decoding)
        mask = torch.cat([inputs["attention_mask"], decoding.is_token], dim=1)
        settings = decoding.is_token.shape[1], 1.0, False, loaded.has_plain_head
        learnt, _ = log_probs_and_entropies(model, ids, mask, *settings)
        differences = []
        for row, count in enumerate(decoding.is_token.sum(1).tolist()):
            alone = ids[row, mask[row].bool()][None]
            plain = _plain(model, alone, count)
            if not torch.equal(plain, _plain(model, alone, count)):
                return None
            found = (learnt[row, :count], decoding.log_probs[row, :count])
            differences += [(plain - of_fast).abs().mean() for of_fast in found]
    return float(torch.stack(differences).nan_to_num(torch.inf).max())


SETTINGS: dict[str, Any] = {
    "max_new_tokens": TOKENS,
    "do_sample": True,
    "temperature": 1.0,
    "top_k": 0,
    "top_p": 1.0,
}


def _plain(model: Any, ids: Any, count: int) -> Any:
    """The log-probabilities of the last `count` tokens of one sequence, by one forward pass; shape [count]."""
    logits = model(input_ids=ids, use_cache=False).logits[0, -count - 1 : -1].float()
    return logits.log_softmax(-1).gather(-1, ids[0, -count:, None])[:, 0]


@contextmanager
def _as_in_training(model: Any) -> Iterator[None]:
    """The model in training mode, with an adapter that changes something; afterwards as before."""
    import torch

    was_training = model.training
    ups = [weight for name, weight in model.named_parameters() if "lora_B" in name]
    before = [weight.detach().clone() for weight in ups]
    model.train()
    with torch.random.fork_rng(), torch.no_grad():
        for weight in ups:
            weight.add_(torch.randn_like(weight) * SHIFT)
    try:
        yield
    finally:
        model.train(was_training)
        with torch.no_grad():
            for weight, kept in zip(ups, before, strict=True):
                weight.copy_(kept)
