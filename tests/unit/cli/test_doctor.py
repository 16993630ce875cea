"""What doctor finds of the GPU, of attention and of the sandbox."""

import pytest

from cli.doctor import attention, gpu, python_sandbox
from core.cuda import Driver
from core.hardware import Gpu, Hardware
from tests.support.old_driver import machine as old_machine

CARD = Hardware((Gpu(0, "NVIDIA GeForce RTX 4090", 24.0),))
NEW = Driver("580.65.06", "13.0")


def test_a_gpu_that_works_is_named_with_its_driver():
    found = gpu(lambda: CARD, lambda: NEW, lambda: None)
    assert (found.is_well, found.seen) == (True, "NVIDIA GeForce RTX 4090 (24 GiB), the NVIDIA driver 580.65.06")


def test_a_driver_that_is_too_old_is_said_in_the_same_words_as_everywhere():
    found = gpu(old_machine, lambda: NEW, lambda: None)
    problem = old_machine().problem
    assert not found.is_well
    assert (found.seen, found.cure) == (f"NVIDIA GeForce RTX 4090 (24 GiB): {problem.cause}", problem.cure)


def test_a_gpu_that_torch_does_not_find_is_told_in_torchs_words():
    found = gpu(lambda: CARD, lambda: NEW, lambda: "no CUDA-capable device is detected")
    assert not found.is_well
    assert "torch" in found.seen and found.cure


def test_a_card_that_is_lost_is_told_beside_the_one_that_works():
    found = gpu(lambda: Hardware(CARD.gpus, lost=(1,)), lambda: NEW, lambda: None)
    assert not found.is_well
    assert "it counts GPU 1 and can't reach it" in found.seen and found.cure.startswith("Runs take the others.")


def test_the_owners_choice_of_the_cpu_is_no_problem_for_the_doctor(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert gpu(old_machine, lambda: NEW, lambda: "torch can't").is_well


def test_no_gpu_is_no_problem():
    assert gpu(Hardware, lambda: NEW, lambda: "none").is_well


@pytest.mark.parametrize(
    ("installed", "loads", "says"),
    [
        ({}, False, "PyTorch's own (SDPA); Unsloth is not installed"),
        ({"unsloth": "1"}, False, "PyTorch's own (SDPA); xformers is not installed, which Unsloth does not need"),
        ({"unsloth": "1", "xformers": "0.0.35"}, True, "xformers 0.0.35"),
        (
            {"unsloth": "1", "xformers": "0.0.35", "torch": "2.13.0"},
            False,
            "PyTorch's own (SDPA); xformers 0.0.35 can't load beside torch 2.13.0, and Unsloth goes on without it",
        ),
    ],
    ids=["no unsloth", "no xformers", "xformers", "xformers that can't load"],
)
def test_what_computes_attention_is_one_line_and_never_a_failure(installed, loads, says):
    found = attention(installed.get, lambda: loads)
    assert (found.is_well, found.seen) == (True, says)


def test_the_sandbox_of_this_machine_is_named_with_what_it_lacks():
    assert python_sandbox(lambda: None).seen.startswith("CPython in bubblewrap")
    found = python_sandbox(lambda: ("bubblewrap is not installed", "Install bubblewrap"))
    assert found.is_well
    assert found.seen == (
        "Monty, a safe subset of Python; bubblewrap is not installed. For all of Python: Install bubblewrap."
    )
