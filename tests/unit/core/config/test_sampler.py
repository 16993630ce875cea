"""Where vLLM can sample, why not elsewhere, and what is said of it."""

import pytest

from core.config import parse_config
from core.config.resolve import resolve
from core.config.sampler import INSTALL_VLLM, Packages, is_supported
from core.errors import InvalidInput
from core.hardware import Gpu, Hardware

CPU = Hardware()
GPU = Hardware((Gpu(0, "A card", 24.0),))
PLAIN = Packages("0.30.0", has_unsloth=False)
UNSLOTH = Packages("0.30.0", has_unsloth=True)
NO_VLLM = Packages(None, has_unsloth=True)


def asking(sampler="vllm", quantization="none"):
    return parse_config({"training": {"sampler": sampler}, "model": {"quantization": quantization}})


def said(config, hardware, packages):
    notices = resolve(config, hardware, packages)[1]
    return " ".join(notice.message for notice in notices if notice.field == "training.sampler")


@pytest.mark.parametrize(
    ("quantization", "hardware", "packages", "reason", "cure"),
    [
        ("none", CPU, PLAIN, "needs an NVIDIA GPU", "Use a machine with one"),
        ("none", GPU, NO_VLLM, "not installed", INSTALL_VLLM),
        ("none", GPU, Packages("0.33.0", True), "vLLM 0.33.0 is installed; the pinned TRL works with", INSTALL_VLLM),
        ("none", GPU, Packages("0.19.1", True), "0.20.0 to 0.30.0", INSTALL_VLLM),
        ("8bit", GPU, UNSLOTH, "8 bit", "model.quantization"),
        ("4bit", GPU, PLAIN, "4-bit weights", "model.quantization none"),
        ("4bit", GPU, Packages("0.30.0", True, has_plugin=False), "vllm-bnb-plugin", "pip install vllm-bnb-plugin"),
    ],
    ids=["no GPU", "not installed", "too new", "too old", "8 bit", "4 bit without Unsloth", "4 bit without its plugin"],
)
def test_vllm_is_refused_where_it_can_not_sample(quantization, hardware, packages, reason, cure):
    with pytest.raises(InvalidInput, match=reason) as caught:
        resolve(asking(quantization=quantization), hardware, packages)
    assert "training.sampler" in caught.value.fields
    assert cure in caught.value.hint
    assert "training.sampler transformers" in caught.value.hint


@pytest.mark.parametrize(("quantization", "packages"), [("none", PLAIN), ("none", UNSLOTH), ("4bit", UNSLOTH)], ids=str)
def test_vllm_is_taken_where_it_can_sample_and_what_it_changes_is_said(quantization, packages):
    words = said(asking(quantization=quantization), GPU, packages)
    assert "vLLM 0.30.0 samples" in words and "40%" in words and "sampler_gap" in words
    assert ("shares with the trainer" in words) == packages.has_unsloth


@pytest.mark.parametrize(("hardware", "packages"), [(CPU, NO_VLLM), (CPU, PLAIN), (GPU, NO_VLLM)], ids=str)
@pytest.mark.parametrize("sampler", ["auto", "transformers"])
def test_nothing_is_said_of_vllm_where_nobody_asked_and_it_could_not(sampler, hardware, packages):
    assert said(asking(sampler), hardware, packages) == ""


def test_auto_is_transformers_and_says_where_vllm_could():
    resolved, _ = resolve(asking("auto"), GPU, UNSLOTH)
    assert resolved.training.sampler == "auto"
    assert "transformers samples. vLLM 0.30.0 is installed" in said(asking("auto"), GPU, UNSLOTH)
    assert said(asking("transformers"), GPU, UNSLOTH) == ""


@pytest.mark.parametrize(
    ("version", "is_in"),
    [("0.20.0", True), ("0.30.0+cu130", True), ("0.30.1", False), ("0.9.2", False), ("1.0.0", False), ("dev", False)],
)
def test_versions_are_compared_as_numbers(version, is_in):
    assert is_supported(version) is is_in
