"""The program that samples completions: where vLLM can run, and what it changes."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
from dataclasses import dataclass

from core.config.run import RunConfig
from core.errors import InvalidInput

OLDEST_VLLM, NEWEST_VLLM = "0.20.0", "0.30.0"
"""The versions that the pinned TRL is written for (trl/import_utils.py, is_vllm_available); it only warns of others."""
INSTALL_VLLM = f"pip install vllm=={NEWEST_VLLM}"
PLUGIN_SINCE = (0, 28, 0)
"""The first vLLM whose 4-bit weights need a package of their own (unsloth_zoo 2026.10.9, vllm_utils.py)."""
LARGEST_RATIO = 3.0
"""TRL's own bound: a completion that the trainer finds more than this many times likelier than vLLM teaches nothing."""
GAIN = (
    "Where completions are long, most of a step is sampling, and vLLM should do that several times faster than "
    "transformers; less is to be gained over Unsloth, whose own decoding is fast. This is not measured yet."
)


@dataclass(frozen=True)
class Packages:
    """The optional packages: vLLM's version, None without it, and whether Unsloth and vLLM's 4-bit plugin exist."""

    vllm: str | None
    has_unsloth: bool
    has_plugin: bool = True


def installed_packages() -> Packages:
    """The packages of this Python; none is imported."""
    try:
        vllm = importlib.metadata.version("vllm")
    except importlib.metadata.PackageNotFoundError:
        vllm = None
    has_unsloth, has_plugin = (importlib.util.find_spec(name) is not None for name in ("unsloth", "vllm_bnb_plugin"))
    return Packages(vllm, has_unsloth, has_plugin)


def check_sampler(config: RunConfig, has_cuda: bool, packages: Packages) -> None:
    """Refuse vLLM where it can't sample for this run.

    Raises:
        InvalidInput: training.sampler is vllm, which can't run here; with the reason and a cure.
    """
    if config.training.sampler != "vllm":
        return
    obstacle = obstacle_to_vllm(config, has_cuda, packages)
    if obstacle is not None:
        reason, cure = obstacle
        raise refusal(reason, f"{cure}, or use training.sampler transformers.")


def refusal(reason: str, cure: str) -> InvalidInput:
    """The error of a run that vLLM can't sample for, at its field."""
    return InvalidInput(reason, cure, {"training.sampler": reason})


def obstacle_to_vllm(config: RunConfig, has_cuda: bool, packages: Packages) -> tuple[str, str] | None:
    """(reason, cure) if vLLM can't sample for this run on this machine, as far as is known without loading it."""
    if not has_cuda:
        return "vLLM needs an NVIDIA GPU, and this machine has none.", "Use a machine with one"
    if packages.vllm is None:
        return "vLLM is not installed.", f"Run {INSTALL_VLLM} in LoRA Craft's environment (Linux only)"
    if not is_supported(packages.vllm):
        reason = f"vLLM {packages.vllm} is installed; the pinned TRL works with {OLDEST_VLLM} to {NEWEST_VLLM}."
        return reason, f"Run {INSTALL_VLLM} in LoRA Craft's environment"
    if config.model.quantization == "8bit":
        return "vLLM can't sample from weights that are held in 8 bit.", "Use another model.quantization"
    if config.model.quantization == "4bit" and not packages.has_unsloth:
        reason = "Without Unsloth, the adapter would be merged into 4-bit weights for vLLM, and lost in their rounding."
        return reason, "Use model.quantization none"
    if config.model.quantization == "4bit" and not packages.has_plugin and _numbers(packages.vllm) >= PLUGIN_SINCE:
        reason = f"vLLM {packages.vllm} reads 4-bit weights with vllm-bnb-plugin, which is not installed."
        return reason, "Run pip install vllm-bnb-plugin in LoRA Craft's environment, or use model.quantization none"
    return None


def is_supported(version: str) -> bool:
    """Whether the pinned TRL supports a version of vLLM; a suffix of the version is ignored."""
    return _numbers(OLDEST_VLLM) <= _numbers(version) <= _numbers(NEWEST_VLLM)


def vllm_notice(config: RunConfig, has_cuda: bool, packages: Packages) -> str | None:
    """A notice on vLLM: what it changes if it samples, or that it could sample if no sampler was chosen; else None."""
    if config.training.sampler == "vllm":
        return _changes(config, packages)
    if config.training.sampler == "auto" and obstacle_to_vllm(config, has_cuda, packages) is None:
        return f"transformers samples. vLLM {packages.vllm} is installed: training.sampler vllm would use it. {GAIN}"
    return None


def _changes(config: RunConfig, packages: Packages) -> str:
    share = f"{config.training.vllm_memory_fraction:.0%} of the GPU's memory"
    memory = f"holds {share} for a second copy of the weights and its cache, and frees it while the adapter learns"
    if packages.has_unsloth:
        memory = f"holds {share} for its cache and the weights, which it shares with the trainer"
    return (
        f"vLLM {packages.vllm} samples; it {memory}. {GAIN} Its probabilities differ a little from the trainer's: each "
        f"completion counts by the ratio of the two, one above {LARGEST_RATIO:g} not at all, and sampler_gap and "
        "sampler_ratio tell how far they are apart. Held-out questions are still answered by transformers."
    )


def _numbers(version: str) -> tuple[int, ...]:
    """Major, minor and patch number; a text that is no version counts as the oldest."""
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", version)
    return tuple(int(part or 0) for part in found.groups()) if found else (-1,)
