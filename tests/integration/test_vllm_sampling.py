"""What vLLM is handed and how it is stopped, with a stand-in for its engine; bench/vllm_cpu.py runs the real one."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")

from core.errors import InvalidInput  # noqa: E402 - after torch is known to be there
from core.workers.train.vllm_sampling import (  # noqa: E402
    check_model,
    merged_weights,
    require_plain_weights,
    stop_between_tokens,
)
from tests.support.tiny_model import write_tiny_model  # noqa: E402

pytestmark = pytest.mark.real


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


TOO_LONG = (
    "1 validation error for ModelConfig\n  Value error, User-specified max_model_len (5000) is greater than the "
    "derived max_model_len (max_position_embeddings=4096.0 or model_max_length=None in model's config.json). To allow "
    "overriding this maximum, set the env var VLLM_ALLOW_LONG_MAX_MODEL_LEN=1. [type=value_error]"
)
ODD = (
    "1 validation error\n  Value error, Model architectures ['Odd'] are not supported for now. Supported: dict_keys([])"
)


@pytest.mark.parametrize(
    ("words", "reason"),
    [(TOO_LONG, "max_position_embeddings=4096.0 .* config.json\\)\\.$"), (ODD, "'Odd'.* not supported for now\\.$")],
    ids=["a sequence longer than the context", "an architecture that vLLM does not know"],
)
def test_what_vllm_says_of_a_model_is_passed_on_in_one_sentence(words, reason):
    def make():
        raise ValueError(words)

    with pytest.raises(InvalidInput, match=reason) as caught:
        check_model(make, "LlamaForCausalLM")
    assert "training.sampler" in caught.value.fields
    assert "training.sampler transformers" in caught.value.hint


def test_a_model_of_which_the_text_part_is_trained_is_refused():
    """vLLM would load all of it, and would know the weights of the text part by other names."""
    with pytest.raises(InvalidInput, match="as Gemma3ForConditionalGeneration; the part of it that is trained"):
        check_model(lambda: SimpleNamespace(architecture="Gemma3ForConditionalGeneration"), "Gemma3ForCausalLM")


def test_a_model_that_is_stored_quantised_is_refused(model):
    require_plain_weights(model.config)
    model.config.quantization_config = {"quant_method": "bitsandbytes", "load_in_4bit": True}
    with pytest.raises(InvalidInput, match="stored quantised"):
        require_plain_weights(model.config)


def test_a_model_that_vllm_takes_is_taken():
    check_model(lambda: SimpleNamespace(architecture="LlamaForCausalLM"), "LlamaForCausalLM")
