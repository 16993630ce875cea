"""Resolves a configuration for a machine: replaces settings that the machine can't run, with a notice for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from constants import EMBEDDED_MODEL
from core.catalog.families import base_model
from core.catalog.model_config import quantised_text, whole_name
from core.config.algorithms import ALGORITHMS
from core.config.run import RunConfig
from core.config.sampler import Packages, check_sampler, installed_packages, vllm_notice
from core.errors import InvalidInput
from core.hardware import Hardware
from core.rewards import sandbox

CUDA_OPTIMISERS = ("adamw_8bit", "paged_adamw_32bit", "paged_adamw_8bit")
HIGH_LEARNING_RATE, HIGH_FOR_EMBEDDED = 1e-4, 1.5e-4
"""Above this GRPO tends to collapse; the small embedded model tolerates more in short runs (see DECISIONS.md)."""


THINKING_TOKENS = 2048
"""Room for an answer that begins with thinking."""

Changes = dict[str, dict[str, str]]
"""Section -> setting -> the value that replaces the one given."""


@dataclass(frozen=True)
class Notice:
    """Something the user should know about a setting: `level` is info or warning."""

    level: str
    field: str
    message: str


def resolve(
    config: RunConfig,
    hardware: Hardware,
    packages: Packages | None = None,
    obstacle: Callable[[], tuple[str, str] | None] = sandbox.obstacle,
) -> tuple[RunConfig, list[Notice]]:
    """The configuration as it will run on `hardware`, and notices of changes and warnings.

    Args:
        packages: The optional packages; None looks them up.
        obstacle: Gives (reason, cure) when the machine can't have the sandbox `system`.
    Raises:
        InvalidInput: The machine does not have the requested GPU, sampler, sandbox or 4-bit weights.
    """
    packages = packages or installed_packages()
    _check_gpus(config, hardware)
    _check_weights(config, hardware)
    check_sampler(config, hardware.has_cuda, packages)
    changes, notices = _for_cpu(config) if not hardware.has_cuda else ({}, [])
    if hardware.problem is not None:
        notices.append(Notice("warning", "resources.gpus", hardware.problem.text))
    if config.training.warmup_steps and config.training.lr_scheduler_type == "constant":
        changes["training"] = changes.get("training", {}) | {"lr_scheduler_type": "constant_with_warmup"}
        message = "constant knows no warm-up steps; constant_with_warmup is used."
        notices.append(Notice("info", "training.lr_scheduler_type", message))
    lane, said_of_lane = _lane(config, obstacle)
    changes |= lane
    notices += said_of_lane
    resolved = config.model_copy(
        update={name: getattr(config, name).model_copy(update=update) for name, update in changes.items()}
    )
    if (said := vllm_notice(resolved, hardware.has_cuda, packages)) is not None:
        notices.append(Notice("info", "training.sampler", said))
    return resolved, notices + _advice(resolved)


def _check_gpus(config: RunConfig, hardware: Hardware) -> None:
    wanted = config.resources.gpus or ()
    present = {gpu.index for gpu in hardware.gpus}
    missing = [index for index in wanted if index not in present]
    if missing:
        has = f"This machine has {sorted(present)}." if present else "This machine has no NVIDIA GPU."
        problem = f"there is no GPU {missing[0]}"
        raise InvalidInput(f"{has} GPU {missing[0]} was asked for.", "Use null.", {"resources.gpus": problem})


def as_stored(config: RunConfig) -> tuple[RunConfig, list[Notice]]:
    """The configuration with the quantisation in the model's name, and a notice if that differs from the setting."""
    if whole_name(config.model.name) is None or config.model.quantization == "4bit":
        return config, []
    message = f"4bit: the weights of {config.model.name} are stored in 4 bit."
    model = config.model.model_copy(update={"quantization": "4bit"})
    return config.model_copy(update={"model": model}), [Notice("info", "model.quantization", message)]


def _check_weights(config: RunConfig, hardware: Hardware) -> None:
    whole = whole_name(config.model.name)
    if whole is not None and not hardware.has_cuda:
        message = f"The weights of {config.model.name} are stored in 4 bit, which needs an NVIDIA GPU."
        raise InvalidInput(message, f"Use {whole}.", {"model.name": f"its 4-bit weights need a GPU; use {whole}"})


def _lane(config: RunConfig, obstacle: Callable[[], tuple[str, str] | None]) -> tuple[Changes, list[Notice]]:
    """Where the reward's Python runs: decided now and written down, so that a resumed run takes the same."""
    wanted = config.reward.sandbox
    if wanted == "monty" or not config.reward.runs_python:
        return {}, []
    found = obstacle()
    if found is None:
        message = "The reward's Python runs in CPython, isolated by bubblewrap."
        return {"reward": {"sandbox": "system"}}, [Notice("info", "reward.sandbox", message)]
    reason, cure = found
    if wanted == "system":
        hint = f"{cure}, or use reward.sandbox monty."
        raise InvalidInput(f"The system sandbox can't run here: {reason}.", hint, {"reward.sandbox": reason})
    message = (
        "The reward's Python runs in Monty, a safe subset of Python: what needs more of it is not run, and counts as "
        f"unscored. CPython can't be had: {reason}. {cure}."
    )
    return {"reward": {"sandbox": "monty"}}, [Notice("warning", "reward.sandbox", message)]


def _for_cpu(config: RunConfig) -> tuple[Changes, list[Notice]]:
    changes: Changes = {}
    notices = []
    if config.training.optim in CUDA_OPTIMISERS:
        changes["training"] = {"optim": "adamw_torch_fused"}
        message = f"{config.training.optim} needs an NVIDIA GPU; adamw_torch_fused is used."
        notices.append(Notice("warning", "training.optim", message))
    if config.model.quantization != "none":
        changes["model"] = {"quantization": "none"}
        message = f"{config.model.quantization} needs an NVIDIA GPU; the weights are held unquantised."
        notices.append(Notice("warning", "model.quantization", message))
    return changes, notices


def _about_thinking(config: RunConfig) -> list[Notice]:
    """What thinking costs, where it is on or the model's own default."""
    thinking, room = config.prompt.thinking, config.training.max_new_tokens
    known = base_model(whole_name(config.model.name) or config.model.name)
    is_own = thinking == "default" and known is not None and known.thinks
    if room >= THINKING_TOKENS or not (thinking == "on" or is_own):
        return []
    why = "This model thinks before it answers" if is_own else "The model is to think before it answers"
    message = (
        f"{why}, and thinking costs tokens: {room:,} may cut many answers. Give max_new_tokens {THINKING_TOKENS:,} or "
        "more, or set prompt.thinking to off."
    )
    return [Notice("info" if is_own else "warning", "training.max_new_tokens", message)]


def _advice(config: RunConfig) -> list[Notice]:
    notices = _about_thinking(config)
    most = HIGH_FOR_EMBEDDED if config.model.name == EMBEDDED_MODEL else HIGH_LEARNING_RATE
    if config.training.learning_rate > most:
        message = (
            f"{config.training.learning_rate:g} is a supervised learning rate. LoRA GRPO usually wants 5e-6 to 5e-5; "
            "above 1e-4 the model tends to collapse."
        )
        notices.append(Notice("warning", "training.learning_rate", message))
    if whole_name(config.model.name):
        message = quantised_text(config.model.name, "bitsandbytes")
        notices.append(Notice("warning", "model.name", message))
    if config.model.lora_dropout > 0:
        message = "With dropout, completions are sampled and scored under different noise; 0 is exact."
        notices.append(Notice("warning", "model.lora_dropout", message))
    if config.is_on_policy:
        message = "Training is on-policy: every ratio is 1, so nothing is clipped and the clip ratios stay at 0."
        more = ALGORITHMS[config.grpo.algorithm].on_policy
        notices.append(Notice("info", "grpo.num_iterations", f"{message} {more}".strip()))
    if config.dataset.validation_fraction == 0:
        message = "No rows are held out, so the run can't show whether it got better on questions it has not seen."
        notices.append(Notice("warning", "dataset.validation_fraction", message))
        if config.training.eval_steps:
            message = "Nothing is held out, so there is nothing to score on the way."
            notices.append(Notice("warning", "training.eval_steps", message))
    return notices
