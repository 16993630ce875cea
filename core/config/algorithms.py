"""The algorithms: their texts, their arguments of TRL, and the settings that contradict them.

To add one, add a row to ALGORITHMS: the schema, the page, the plan and TRL's arguments read it from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

if TYPE_CHECKING:
    from core.config.grpo import GrpoConfig
    from core.config.run import RunConfig

Keywords = dict[str, Any]
"""Keyword arguments of a library's function."""

COMMON: Keywords = {
    "loss_type": "dapo",
    "importance_sampling_level": "token",
    "epsilon": 0.2,
    "epsilon_high": None,
    "scale_rewards": "group",
    "mask_truncated_completions": False,
    "delta": None,
}
"""TRL's arguments of GRPO; every one is given, since Unsloth fills absent ones with values of its own."""


class AlgorithmWords(TypedDict):
    """An algorithm as the page offers it; `value` is that of grpo.algorithm, `settings` name those it depends on."""

    value: str
    title: str
    text: str
    when: str
    settings: list[str]


def _nothing(_: Any) -> str:
    return ""


@dataclass(frozen=True)
class Algorithm:
    """One algorithm.

    Attributes:
        text: What it does, in a sentence.
        when: What it is for.
        changes: Arguments of TRL that differ from GRPO's.
        settings: The settings, by dotted name, without which it is no different from GRPO.
        on_policy: The words after "training is on-policy".
        is_robust: Whether core/runs/robust.py computes the advantages.
        refusal: Why a grpo section contradicts the algorithm; empty if it does not.
        note: Which part of the algorithm a configuration disables, and how to enable it; empty for none.
    """

    title: str
    text: str
    when: str
    changes: Keywords = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    on_policy: str = ""
    is_robust: bool = False
    refusal: Callable[[GrpoConfig], str] = _nothing
    note: Callable[[RunConfig], str] = _nothing

    @property
    def arguments(self) -> Keywords:
        """A fresh copy of its keyword arguments of trl.GRPOConfig."""
        return {**COMMON, **self.changes}


def words() -> list[AlgorithmWords]:
    """Every algorithm as the page offers it."""
    return [
        {"value": name, "title": row.title, "text": row.text, "when": row.when, "settings": list(row.settings)}
        for name, row in ALGORITHMS.items()
    ]


def _off_policy(config: RunConfig) -> str:
    return (
        "set passes over the same answers (num iterations) to 2, or steps per generation above "
        f"{config.training.gradient_accumulation_steps}."
    )


def _gspo_refusal(grpo: GrpoConfig) -> str:
    """GSPO is nothing but the ratio per completion; with one per token it would be another algorithm."""
    is_other = grpo.importance_sampling_level == "token"
    return "algorithm gspo needs importance_sampling_level 'sequence' or null" if is_other else ""


def _gspo_note(config: RunConfig) -> str:
    if not config.is_on_policy:
        return ""
    return (
        "With the present settings this is GRPO: every batch of answers is used for one step, so all ratios are 1. "
        f"To change that, {_off_policy(config)}"
    )


def _or_grpo_refusal(grpo: GrpoConfig) -> str:
    """OR-GRPO replaces the advantages that scale_rewards would shape."""
    return "algorithm or_grpo has its own scale; leave scale_rewards null" if grpo.scale_rewards is not None else ""


def _dr_grpo_note(config: RunConfig) -> str:
    scale, loss = config.grpo.scale_rewards, config.grpo.loss_type
    undone = []
    if scale not in (None, "none"):
        undone.append(f"scale rewards is set to {scale}, which divides by the spread after all")
    if loss not in (None, "dr_grpo"):
        undone.append(f"loss type is set to {loss}, which averages over tokens again")
    return f"In the configuration {', and '.join(undone)}. Leave it automatic to get Dr. GRPO." if undone else ""


def _dapo_note(config: RunConfig) -> str:
    is_masked = config.grpo.mask_truncated is not False
    if config.is_on_policy and not is_masked:
        return (
            "With the present settings this is GRPO: nothing is clipped on-policy, and mask truncated is off. "
            f"To change that, {_off_policy(config)}"
        )
    if config.is_on_policy:
        return (
            "While training is on-policy nothing is clipped; what remains of DAPO is that cut answers are left out. "
            f"For the rest, {_off_policy(config)}"
        )
    return "" if is_masked else "Mask truncated is off in the configuration, so cut answers count after all."


ALGORITHMS: dict[str, Algorithm] = {
    # arXiv:2402.03300, but with the mean over all tokens of a step (loss_type dapo, TRL's default) instead of the mean
    # per completion, which favours long wrong answers
    "grpo": Algorithm(
        title="GRPO",
        text="Compares the answers to one question with their mean, in units of their spread.",
        when="The place to start.",
    ),
    # arXiv:2507.18071
    "gspo": Algorithm(
        title="GSPO",
        text="Weighs a whole answer by one ratio instead of each token by its own.",
        when="For several passes over the same answers. On-policy it equals GRPO.",
        changes={
            "loss_type": "grpo",
            "importance_sampling_level": "sequence",
            "epsilon": 3e-4,
            "epsilon_high": 4e-4,
        },
        settings=("grpo.num_iterations", "grpo.steps_per_generation"),
        on_policy="GSPO then equals GRPO; set steps_per_generation or num_iterations to make a difference.",
        refusal=_gspo_refusal,
        note=_gspo_note,
    ),
    # our own; the bound delta is from INTELLECT-2, arXiv:2505.07291
    "or_grpo": Algorithm(
        title="OR-GRPO",
        text="Our own: measures from the group’s median, caps what one answer can pull at ±3, and leaves cut answers "
        "out.",
        when="For graded scores that are sometimes wrong, such as a judge’s. With right-or-wrong scores it mostly "
        "equals GRPO.",
        changes={"mask_truncated_completions": True, "delta": 4.0},
        is_robust=True,
        refusal=_or_grpo_refusal,
    ),
    # arXiv:2503.20783
    "dr_grpo": Algorithm(
        title="Dr. GRPO",
        text="Subtracts the mean without dividing by the spread, and makes no difference by length.",
        when="If answers grow longer without getting better, or nearly solved questions pull too hard.",
        changes={"loss_type": "dr_grpo", "scale_rewards": "none"},
        note=_dr_grpo_note,
    ),
    # arXiv:2503.14476
    "dapo": Algorithm(
        title="DAPO",
        text="Lets unlikely tokens rise further before they are clipped, and leaves cut answers out.",
        when="For long answers that hit the limit.",
        changes={"epsilon_high": 0.28, "mask_truncated_completions": True},
        note=_dapo_note,
    ),
}
"""Value of grpo.algorithm -> algorithm, in the order of the page; above each row is its source."""
