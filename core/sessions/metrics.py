"""One TRL log record to the documented metric names; unknown keys are kept, none is invented."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from typing_extensions import NotRequired, TypedDict

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
    "sampling_seconds": "sampling_seconds",
    "completions/clipped_ratio": "truncated_fraction",
    "signal_fraction": "signal_fraction",
    "unscored_fraction": "unscored_fraction",
    "mean_token_accuracy": "token_accuracy",
    "num_tokens": "num_tokens",
}
NESTED = {
    "completions/mean_length": ("completion_length", "mean"),
    "completions/min_length": ("completion_length", "min"),
    "completions/max_length": ("completion_length", "max"),
    "groups/sampled": ("groups", "sampled"),
    "groups/kept": ("groups", "kept"),
    "clip_ratio/low_mean": ("clip_ratio", "low"),
    "clip_ratio/high_mean": ("clip_ratio", "high"),
    "clip_ratio/region_mean": ("clip_ratio", "region"),
    "sampling/sampling_logp_difference/mean": ("sampler_gap", "mean"),
    "sampling/sampling_logp_difference/max": ("sampler_gap", "max"),
    "sampling/importance_sampling_ratio/min": ("sampler_ratio", "min"),
    "sampling/importance_sampling_ratio/mean": ("sampler_ratio", "mean"),
    "sampling/importance_sampling_ratio/max": ("sampler_ratio", "max"),
}

UNTRUE = "frac_reward_zero_std"
"""Left out: TRL counts a group as one with a signal when too few of its completions are scored, or all are masked."""


class Spread(TypedDict, total=False):
    """A figure over the completions of a step; which of its sides are there depends on the figure; null for NaN."""

    mean: float | None
    std: float | None
    min: float | None
    max: float | None


class ClipRatio(TypedDict, total=False):
    """The share of tokens whose ratio was cut: below, above, and either."""

    low: float | None
    high: float | None
    region: float | None


class SampledGroups(TypedDict, total=False):
    """With dynamic sampling: the groups that a step has sampled, and those it has learnt from."""

    sampled: float | None
    kept: float | None


class StepMetrics(TypedDict):
    """The documented numbers of one step; a number that TRL did not log is absent or null.

    `signal_fraction` is the share of groups that teach something: at least two scored completions that differ in
    reward, and not all left out as cut. `unscored_fraction` is the share of completions without a score; `reward` and
    `rewards` are about the others. `sampler_gap` is the difference of vLLM's and the trainer's log-probabilities of a
    token, in nats, and `sampler_ratio` the weight of a completion because of it. Lengths are in tokens, times in
    seconds.
    """

    kl: NotRequired[float | None]
    loss: NotRequired[float | None]
    reward: NotRequired[float | None]
    reward_std: NotRequired[float | None]
    grad_norm: NotRequired[float | None]
    learning_rate: NotRequired[float | None]
    epoch: NotRequired[float | None]
    entropy: NotRequired[float | None]
    step_seconds: NotRequired[float | None]
    sampling_seconds: NotRequired[float | None]
    truncated_fraction: NotRequired[float | None]
    token_accuracy: NotRequired[float | None]
    num_tokens: NotRequired[float | None]
    signal_fraction: NotRequired[float | None]
    unscored_fraction: NotRequired[float | None]
    completion_length: NotRequired[Spread | None]
    clip_ratio: NotRequired[ClipRatio | None]
    groups: NotRequired[SampledGroups | None]
    sampler_gap: NotRequired[Spread | None]
    sampler_ratio: NotRequired[Spread | None]
    rewards: NotRequired[dict[str, Spread] | None]
    other: NotRequired[dict[str, float | str | None]]


def from_trl(logs: Mapping[str, Any], has_reference: bool) -> StepMetrics:
    """The metrics of one log record.

    Args:
        logs: TRL's record, or Unsloth's, which has a `kl` of 0 where there is no reference model and no `entropy`.
        has_reference: Whether the run has a reference model; without one there is no `kl`.

    Returns:
        The documented names; `kl` is always among them, None where there is none. NaN becomes None.
    """
    metrics: dict[str, Any] = {"rewards": {}, "other": {}}
    for key, raw in logs.items():
        value = _number(raw)
        if key in PLAIN:
            metrics[PLAIN[key]] = value
        elif key in NESTED:
            outer, inner = NESTED[key]
            metrics.setdefault(outer, {})[inner] = value
        elif key == UNTRUE:
            continue
        elif key.startswith("rewards/") and key.count("/") == 2:
            _, name, statistic = key.split("/")
            metrics["rewards"].setdefault(name, {})[statistic] = value
        else:
            metrics["other"][key] = value if value is not None else _text(raw)
    named: Any = {key: value for key, value in metrics.items() if value not in ({}, None)}
    known: StepMetrics = named | {"kl": metrics.get("kl") if has_reference else None}
    return known


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
