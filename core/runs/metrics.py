"""One TRL log record to the documented metric names; unknown keys are kept, none is invented."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

PLAIN = {
    "loss": "loss",
    "reward": "reward",
    "reward_std": "reward_std",
    "kl": "kl",
    "grad_norm": "grad_norm",
    "learning_rate": "learning_rate",
    "epoch": "epoch",
    "entropy": "entropy",
    "step_time": "step_seconds",
    "completions/clipped_ratio": "truncated_fraction",
    "mean_token_accuracy": "token_accuracy",
    "num_tokens": "num_tokens",
}
NESTED = {
    "completions/mean_length": ("completion_length", "mean"),
    "completions/min_length": ("completion_length", "min"),
    "completions/max_length": ("completion_length", "max"),
    "clip_ratio/low_mean": ("clip_ratio", "low"),
    "clip_ratio/high_mean": ("clip_ratio", "high"),
    "clip_ratio/region_mean": ("clip_ratio", "region"),
    "sampling/sampling_logp_difference/mean": ("sampler_gap", "mean"),
    "sampling/sampling_logp_difference/max": ("sampler_gap", "max"),
    "sampling/importance_sampling_ratio/min": ("sampler_ratio", "min"),
    "sampling/importance_sampling_ratio/mean": ("sampler_ratio", "mean"),
    "sampling/importance_sampling_ratio/max": ("sampler_ratio", "max"),
}


def from_trl(logs: Mapping[str, Any], has_reference: bool) -> dict[str, Any]:
    """The metrics of one log record.

    Args:
        logs: TRL's record, or Unsloth's, which has a `kl` of 0 where there is no reference model and no `entropy`.
        has_reference: Whether the run has a reference model; without one there is no `kl`.

    Returns:
        The documented names; `kl` is always among them, None where there is none.

    `signal_fraction` is the share of groups whose completions differ in reward, 1 - frac_reward_zero_std: the others
    teach nothing. `sampler_gap` is how far vLLM's and the trainer's log-probabilities of a token lie apart, in nats,
    and `sampler_ratio` what a completion counts for it. Lengths are in tokens, times in seconds; NaN becomes None.
    """
    metrics: dict[str, Any] = {"rewards": {}, "other": {}}
    for key, raw in logs.items():
        value = _number(raw)
        if key in PLAIN:
            metrics[PLAIN[key]] = value
        elif key in NESTED:
            outer, inner = NESTED[key]
            metrics.setdefault(outer, {})[inner] = value
        elif key == "frac_reward_zero_std":
            metrics["signal_fraction"] = None if value is None else 1.0 - value
        elif key.startswith("rewards/") and key.count("/") == 2:
            _, name, statistic = key.split("/")
            metrics["rewards"].setdefault(name, {})[statistic] = value
        else:
            metrics["other"][key] = value if value is not None else _text(raw)
    known = {key: value for key, value in metrics.items() if value not in ({}, None)}
    return known | {"kl": metrics.get("kl") if has_reference else None}


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
