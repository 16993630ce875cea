"""What the measured log-probabilities of a file say of it."""

import math
from dataclasses import replace

import pytest

from core.errors import WorkerFailed
from core.export.targets import TARGETS
from core.workers.export.probes import Probe, ProbeSet
from core.workers.export.proof import ProofFailed, judge, require_effect

ADAPTER, BASE = [-0.1, -0.2, -0.3, -0.4], [-1.1, -1.2, -1.3, -1.4]
PROBES = ProbeSet(
    {"Hi": [1]}, [Probe((1,), 2, a, b) for a, b in zip(ADAPTER, BASE, strict=True)], [{"content": "Hi"}], "Hi"
)
FAINT = replace(PROBES, probes=[Probe((1,), 2, a, a - 0.01) for a in ADAPTER])


def shifted(values, *by):
    return [value + by[place % len(by)] for place, value in enumerate(values)]


def test_a_file_close_to_the_adapter_passes_with_its_figures():
    proof = judge(TARGETS["q8_0"], PROBES, shifted(ADAPTER, 0.1))
    assert proof.values == {"probes": 4, "difference": 0.1, "base_difference": 1.1, "bound": 0.3}
    assert proof.notes == ()


def test_a_file_outside_its_bound_fails_with_the_figures():
    figures = r"model-f16\.gguf differs from the adapter by 0\.100 nats on average, over 0\.02"
    with pytest.raises(ProofFailed, match=figures):
        judge(TARGETS["f16"], PROBES, shifted(ADAPTER, 0.1))


@pytest.mark.parametrize(("name", "hint"), [("q4_k_m", "larger type"), ("q8_0", "again"), ("f16", "again")])
def test_a_larger_type_is_proposed_only_where_there_is_a_coarse_one(name, hint):
    with pytest.raises(ProofFailed) as refusal:
        judge(TARGETS[name], PROBES, shifted(ADAPTER, 3.0))
    assert hint in refusal.value.hint


@pytest.mark.parametrize("values", [[math.nan] * 4, [-0.1, math.nan, -0.3, -0.4]])
def test_a_file_whose_answers_are_no_numbers_fails(values):
    with pytest.raises(ProofFailed, match="nan nats"):
        judge(TARGETS["q8_0"], PROBES, values)


def test_a_bound_is_widened_by_what_the_probes_may_be_wrong_by():
    assert judge(TARGETS["f16"], replace(PROBES, noise=0.1), shifted(ADAPTER, 0.1)).values["bound"] == 0.12


def test_the_base_model_itself_is_found_out():
    with pytest.raises(ProofFailed, match=r"closer to the base model \(0.0000 nats\) than to the adapter"):
        judge(TARGETS["q4_k_m"], PROBES, BASE)


def test_a_rounding_larger_than_the_adapter_is_noted_and_no_failure():
    proof = judge(TARGETS["q4_k_m"], FAINT, shifted(ADAPTER, -0.2, 0.1))
    assert "covers what the adapter changes (0.010)" in proof.notes[0][1]


def test_an_adapter_that_changes_nothing_is_refused():
    require_effect(FAINT)
    with pytest.raises(WorkerFailed, match="changes nothing measurable"):
        require_effect(replace(PROBES, probes=[Probe((1,), 2, a, a) for a in ADAPTER]))
    with pytest.raises(WorkerFailed, match="no numbers"):
        require_effect(replace(PROBES, probes=[Probe((1,), 2, math.nan, a) for a in ADAPTER]))


def test_a_prompt_is_the_same_with_or_without_the_token_that_begins_it():
    probes = replace(PROBES, rendered="<s>user: Hi", bos="<s>")
    assert probes.is_prompt("user: Hi")
    assert probes.is_prompt("<s>user: Hi")
    assert not probes.is_prompt("User: Hi")
