"""Whether the fast step computes for a model what TRL computes; asked before the first step of a run."""

from __future__ import annotations

from typing import Any

from core.workers.fast import prompts

TOLERANCE = {"float32": 0.001, "bfloat16": 0.25, "float16": 0.1}
"""Largest mean difference of a completion's log-probabilities, in nats, by the type of the frozen weights; rounding
stays far below."""
TOKENS = 8


def why_not(trainer: Any, prompt_ids: list[list[int]], dtype: str) -> str:
    """Why a run takes TRL's own step, in words; empty if the fast one gives the same.

    Args:
        trainer: A FastStep that is fast, before its first step.
        prompt_ids: Prompts of the run, best of different lengths.
        dtype: The type of the frozen weights.
    """
    model = trainer.model
    if trainer.accelerator.num_processes > 1:
        return "it is written for one process"
    if _drops_out(model):
        return "the model has dropout, which differs from one completion of a prompt to the next"
    if reason := prompts.why_not(model.get_base_model()):
        return reason
    difference = _difference(trainer, prompt_ids)
    if difference <= TOLERANCE[dtype]:
        return ""
    return f"it finds other probabilities than TRL for this model (mean difference {difference:.3g} nats)"


def _drops_out(model: Any) -> bool:
    import torch

    modules = (module for module in model.modules() if isinstance(module, torch.nn.Dropout))
    return any(module.p > 0 for module in modules) or bool(getattr(model.config, "attention_dropout", 0.0))


def _difference(trainer: Any, prompt_ids: list[list[int]]) -> float:
    """The largest mean difference of a completion's log-probabilities, in sampling or learning, from those of TRL
    without padding, in nats. No random number of the run is drawn."""
    import torch

    with torch.random.fork_rng(), torch.no_grad():
        sampled = trainer.sample([ids for ids in prompt_ids for _ in range(2)], TOKENS)
        learnt, _, _ = _log_probs(trainer, sampled.ids, sampled.mask, sampled.new)
        differences = []
        trainer.is_fast = False
        for row, mask in enumerate(sampled.mask.bool()):
            ids, new = sampled.ids[row, mask][None], int(mask[-sampled.new :].sum())
            of_trl, _, _ = _log_probs(trainer, ids, torch.ones_like(ids), new)
            found = (learnt[row, :new], sampled.log_probs[row, :new])
            differences += [(of_trl[0] - of_fast).abs().mean() for of_fast in found]
        trainer.is_fast = True
    return float(torch.stack(differences).nan_to_num(torch.inf).max())


def _log_probs(trainer: Any, *arguments: Any) -> Any:
    return trainer._get_per_token_logps_and_entropies(trainer.model, *arguments)
