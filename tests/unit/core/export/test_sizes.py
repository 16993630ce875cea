"""Sizes of exports before they are made, against files that were."""

import pytest

from core.catalog.families import base_model
from core.export.sizes import expected_bytes, peak_bytes
from core.export.targets import TARGETS

ADAPTER_BYTES = 19_593_064
MEASURED = {
    "adapter": 23_120_000,
    "merged": 272_590_000,
    "adapter_gguf": 9_797_760,
    "f16": 270_886_208,
    "bf16": 270_886_208,
    "q8_0": 144_811_328,
    "q6_k": 138_383_168,
    "q5_k_m": 112_103_744,
    "q4_k_m": 105_454_400,
    "q3_k_m": 93_510_464,
    "q4_0": 91_727_168,
}
"""Of the embedded model with an adapter of rank 16, as this application exports it."""
EMBEDDED = base_model("SmolLM2-135M-Instruct")
LARGE = base_model("unsloth/Llama-3.1-8B-Instruct")


def size(name, model=EMBEDDED, shape=True):
    return expected_bytes(TARGETS[name], model.parameters, model.shape if shape else None, ADAPTER_BYTES)


def test_every_target_has_been_measured():
    assert list(MEASURED) == list(TARGETS)


@pytest.mark.parametrize("name", MEASURED)
def test_the_size_of_the_embedded_models_exports_is_known_beforehand(name):
    assert size(name) == pytest.approx(MEASURED[name], rel=0.03)


@pytest.mark.parametrize(("name", "gigabytes"), [("f16", 16.07), ("q8_0", 8.54), ("q5_k_m", 5.73), ("q4_k_m", 4.92)])
def test_so_is_that_of_a_large_model(name, gigabytes):
    assert size(name, LARGE) / 1e9 == pytest.approx(gigabytes, rel=0.01)
    assert size(name, LARGE, shape=False) / 1e9 == pytest.approx(gigabytes, rel=0.02)


def peak(*names):
    return peak_bytes([TARGETS[name] for name in names], EMBEDDED.parameters, EMBEDDED.shape, ADAPTER_BYTES)


def test_an_export_needs_room_for_what_it_makes_and_works_with():
    assert peak("adapter") == size("adapter")
    assert peak("merged") == size("merged")
    assert peak("q4_k_m") == size("q4_k_m") + size("merged") + size("f16")
    assert peak("f16", "q4_k_m") == size("f16") + size("q4_k_m") + size("merged")
    assert peak("adapter_gguf") == size("adapter_gguf") + size("f16")


def test_nothing_needs_no_room():
    assert peak() == 0
