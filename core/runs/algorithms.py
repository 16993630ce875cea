"""What GRPO, GSPO, OR-GRPO, Dr. GRPO and DAPO change in TRL's arguments."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

Keywords = dict[str, Any]
"""Keyword arguments of a library's function."""

_COMMON: Keywords = {
    "loss_type": "dapo",
    "importance_sampling_level": "token",
    "epsilon": 0.2,
    "epsilon_high": None,
    "scale_rewards": "group",
    "mask_truncated_completions": False,
    "delta": None,
}

ALGORITHMS = MappingProxyType(
    {
        "grpo": _COMMON,
        "gspo": {
            **_COMMON,
            "loss_type": "grpo",
            "importance_sampling_level": "sequence",
            "epsilon": 3e-4,
            "epsilon_high": 4e-4,
        },
        "or_grpo": {**_COMMON, "mask_truncated_completions": True, "delta": 4.0},
        "dr_grpo": {**_COMMON, "loss_type": "dr_grpo", "scale_rewards": "none"},
        "dapo": {**_COMMON, "epsilon_high": 0.28, "mask_truncated_completions": True},
    }
)
"""Algorithm -> TRL arguments, every one given, since Unsloth fills absent ones with values of its own.

Sources: GRPO arXiv:2402.03300, but with the mean over all tokens of a step (loss_type dapo, TRL's default) instead of
the mean per completion, which favours long wrong answers; GSPO arXiv:2507.18071; Dr. GRPO arXiv:2503.20783; DAPO
arXiv:2503.14476; the bound delta from INTELLECT-2, arXiv:2505.07291. OR-GRPO's advantages are core/runs/robust.py.
"""


def algorithm_arguments(name: str) -> Keywords:
    """A fresh copy of the TRL arguments of one algorithm."""
    return dict(ALGORITHMS[name])


def uses_robust_advantages(name: str) -> bool:
    """Whether the algorithm replaces TRL's advantages by outlier-robust ones."""
    return name == "or_grpo"
