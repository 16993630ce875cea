"""What vLLM is handed and how it is stopped, with a stand-in for its engine; bench/vllm_cpu.py runs the real one."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")

from core.config import parse_config  # noqa: E402 - after torch is known to be there
from core.errors import InvalidInput  # noqa: E402
from core.workers.vllm_sampling import check_model, merged_weights, stop_between_tokens  # noqa: E402
from tests.support.tiny_model import write_tiny_model  # noqa: E402


@pytest.fixture
def model(tmp_path):
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(write_tiny_model(tmp_path / "tiny"), dtype=torch.bfloat16)
    made = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", r=4, lora_alpha=8, target_modules="all-linear"))
    for name, weights in made.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.02, generator=torch.Generator().manual_seed(1))
    return made


def handed(model, dtype=torch.float32, seed=1):
    return dict(merged_weights(model, dtype, torch.Generator().manual_seed(seed)))


def trls_own(model):
    """What TRL would hand over; it merges in place, so the values are copied as they come."""
    from trl.generation.vllm_generation import VLLMGeneration

    alone = SimpleNamespace(gather_params=lambda _: nullcontext(), is_fsdp=False)
    generation = VLLMGeneration.__new__(VLLMGeneration)
    generation.model, generation._dist = model, alone
    return {name: weights.clone() for name, weights in generation._iter_named_params()}


def test_vllm_gets_the_names_and_weights_that_trl_would_hand_it(model):
    ours, theirs = handed(model), trls_own(model)
    assert ours.keys() == theirs.keys()
    for name, weights in theirs.items():
        torch.testing.assert_close(ours[name].to(weights.dtype), weights, rtol=0.01, atol=1e-3)


def test_the_trainers_own_weights_stay_as_they_are(model):
    before = {name: weights.detach().clone() for name, weights in model.named_parameters()}
    handed(model, torch.bfloat16)
    assert all(torch.equal(weights, before[name]) for name, weights in model.named_parameters())


def test_trls_own_way_would_change_them(model):
    """The reason for ours: when this fails, TRL has mended it."""
    before = {name: weights.detach().clone() for name, weights in model.named_parameters()}
    trls_own(model)
    assert not all(torch.equal(weights, before[name]) for name, weights in model.named_parameters())


def test_a_seed_rounds_the_same_each_time(model):
    first, again, other = (handed(model, torch.bfloat16, seed) for seed in (1, 1, 2))
    name = "model.layers.0.self_attn.q_proj.weight"
    assert first[name].dtype == torch.bfloat16
    assert torch.equal(first[name], again[name]) and not torch.equal(first[name], other[name])


def test_a_stop_is_seen_before_the_next_token():
    written, asked = [], iter([False, False, True])

    def check_stop():
        if next(asked):
            raise KeyboardInterrupt

    llm = SimpleNamespace(llm_engine=SimpleNamespace(step=lambda: written.append("token") or []))
    stop_between_tokens(llm, check_stop)
    with pytest.raises(KeyboardInterrupt):
        while True:
            llm.llm_engine.step()
    assert len(written) == 2


@pytest.mark.parametrize(
    ("architecture", "length", "reason"),
    [("LlamaForCausalLM", 5000, "context is 4096"), ("OddForCausalLM", 1024, "does not know the architecture")],
)
def test_a_model_that_vllm_can_not_take_is_refused(model, architecture, length, reason):
    config = parse_config({"training": {"max_sequence_length": length}})
    model.config.architectures = [architecture]
    with pytest.raises(InvalidInput, match=reason) as caught:
        check_model(model.config, ["LlamaForCausalLM"], config)
    assert "training.sampler" in caught.value.fields


def test_a_model_that_vllm_knows_is_taken(model):
    model.config.architectures = ["LlamaForCausalLM"]
    check_model(model.config, ["LlamaForCausalLM"], parse_config({}))
