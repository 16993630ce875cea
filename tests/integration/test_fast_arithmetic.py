"""What makes the fast step fast on a CPU computes what the plain way computes, rounded where it is said to be."""

import pytest
import torch
from torch import nn
from transformers import AutoModelForCausalLM

from core.config import parse_config
from core.workers.fast import adapter, attention, head, prompts, proof
from core.workers.fast.linear import BFloat16Linear, multiply_in_bfloat16
from core.workers.loading import may_round
from tests.support.fast_trainer import ROWS, learn, micro_batches, trainer_of, write_family
from tests.support.tiny_model import write_tiny_model

pytestmark = pytest.mark.real
EXACT, ROUNDED = 1e-5, 0.01
"""Relative to the largest value; bfloat16 has 8 digits, so a product of two rounded numbers is off by up to 0.008."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("tiny"), pad="<|pad|>")


def off_by(found, right):
    return float((found - right).detach().abs().max() / right.detach().abs().max())


@pytest.mark.parametrize("bias", [True, False])
def test_a_product_in_bfloat16_and_its_gradient_are_those_of_float32_but_for_rounding(bias):
    torch.manual_seed(1)
    plain = nn.Linear(64, 32, bias=bias)
    x, outer = torch.randn(2, 5, 64), torch.randn(2, 5, 32)
    found = []
    for layer in (plain, BFloat16Linear(plain)):
        of_x = x.clone().requires_grad_()
        output = layer(of_x)
        (output * outer).sum().backward()
        found.append((output.detach(), of_x.grad))
    (exact, exact_gradient), (output, gradient) = found
    assert output.dtype == gradient.dtype == torch.float32
    assert 0 < off_by(output, exact) < ROUNDED
    assert 0 < off_by(gradient, exact_gradient) < ROUNDED


def test_the_output_layer_and_the_embedding_stay_exact(tiny):
    model = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32)
    kinds = {name: type(layer) for name, layer in model.named_modules() if isinstance(layer, nn.Linear)}
    multiply_in_bfloat16(model)
    after = {name: type(layer) for name, layer in model.named_modules() if isinstance(layer, nn.Linear)}
    assert set(after) == set(kinds)
    assert {name for name, kind in after.items() if kind is nn.Linear} == {"lm_head"}
    types = {name: weight.dtype for name, weight in model.named_parameters()}
    assert {name for name, dtype in types.items() if dtype == torch.bfloat16} == {
        f"{name}.weight" for name, kind in after.items() if kind is BFloat16Linear
    }


@pytest.mark.parametrize(
    ("changed", "rounds"),
    [
        ({}, True),
        ({"training": {"engine_step": "trl"}}, False),
        ({"grpo": {"num_iterations": 2}}, False),
        ({"grpo": {"kl_penalty": 0.1}}, False),
    ],
)
def test_a_run_rounds_only_where_no_probabilities_are_compared(changed, rounds):
    assert may_round(parse_config(changed)) is rounds


def test_in_bfloat16_a_step_learns_what_trl_learns_with_the_same_products(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path, dtype="bfloat16")
    batches = micro_batches(trainer)
    of_trl, fast = (learn(trainer, batches, is_fast) for is_fast in (False, True))
    assert off_by(fast.gradient, of_trl.gradient) < 2 * ROUNDED
    assert fast.loss == pytest.approx(of_trl.loss, abs=0.01)


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_a_gradient_through_shared_prompts_is_the_same_bits_each_time(tiny, tmp_path, two_threads):
    trainer = trainer_of(tiny, tmp_path)
    asked = [trainer._tokenizer(row["prompt"][0]["content"])["input_ids"] for row in ROWS[-3:]]
    rows = [asked[place] for place, count in enumerate((5, 190, 5)) for _ in range(count)]
    inputs = trainer._tokenizer.pad({"input_ids": rows}, padding_side="left", return_tensors="pt")
    found = []
    for _ in range(6):
        trainer.model.zero_grad()
        (layer, *_) = prompts.compute(trainer.model, inputs["input_ids"], inputs["attention_mask"]).cache.layers
        outer = torch.linspace(-1, 1, layer.keys.numel()).view_as(layer.keys)
        (layer.keys * outer).sum().backward()
        found.append([p.grad for p in trainer.model.parameters() if p.grad is not None and p.grad.any()])
    assert found[0]
    assert all(torch.equal(*pair) for other in found[1:] for pair in zip(found[0], other, strict=True))


def test_in_bfloat16_a_small_adapter_is_in_what_is_sampled(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path, dtype="bfloat16")
    ids = torch.tensor([trainer._tokenizer("What is 3?")["input_ids"]])
    ups = [weight for name, weight in trainer.model.named_parameters() if "lora_B" in name]
    with torch.no_grad():
        for weight in ups:
            weight.mul_(0.003)
        with_adapter = trainer.model(ids).logits
        with trainer.sampling_adapter.applied():
            sampled = trainer.model(ids).logits
        with trainer.model.disable_adapter():
            without = trainer.model(ids).logits
    effect = (with_adapter - without).abs().mean()
    assert effect > 0
    assert (sampled - with_adapter).abs().mean() < effect / 2


def test_a_failure_on_the_way_to_sampling_leaves_no_layer_without_its_gradient(tiny, tmp_path, monkeypatch):
    trainer = trainer_of(tiny, tmp_path, dtype="bfloat16")
    made = adapter._three_products
    layers = []

    def fail_at_the_third(layer):
        layers.append(layer)
        if len(layers) == 3:
            raise MemoryError
        return made(layer)

    monkeypatch.setattr(adapter, "_three_products", fail_at_the_third)
    with pytest.raises(MemoryError), trainer.sampling_adapter.applied():
        pass
    assert len(layers) == 3
    assert not any("forward" in vars(layer) for layer in layers)


def test_a_model_without_plain_linear_layers_is_not_said_to_be_rounded(tmp_path):
    gpt2 = write_family(tmp_path, "GPT2Config", {})
    assert not multiply_in_bfloat16(AutoModelForCausalLM.from_pretrained(gpt2))


def test_values_may_be_narrower_than_keys():
    query, key, value = torch.randn(2, 4, 1, 8), torch.randn(2, 2, 5, 8), torch.randn(2, 2, 5, 6)
    with torch.no_grad():
        found, _ = attention.attend(nn.Module(), query, key, value, None)
    scores = query @ key.repeat_interleave(2, 1).transpose(-1, -2) * 8**-0.5
    assert off_by(found, (scores.softmax(-1) @ value.repeat_interleave(2, 1)).transpose(1, 2)) < EXACT


def test_after_sampling_the_adapter_is_pefts_again(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path, dtype="bfloat16")
    layer = trainer.model.get_base_model().model.layers[0].mlp.up_proj
    with pytest.raises(KeyboardInterrupt), trainer.sampling_adapter.applied():
        assert "forward" in vars(layer)
        raise KeyboardInterrupt
    assert "forward" not in vars(layer)
    assert trainer.model.config._attn_implementation == "sdpa"


def test_the_proof_allows_the_rounding_of_bfloat16_and_no_more(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path, dtype="bfloat16")
    ids = [trainer._tokenizer(row["prompt"][0]["content"])["input_ids"] for row in ROWS[:2]]
    assert 0 < proof.difference(trainer.loaded, ids) < proof.TOLERANCE["bfloat16"]


@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_log_probabilities_without_kept_logits_have_the_gradient_of_kept_ones(temperature, monkeypatch):
    monkeypatch.setattr(head, "AT_ONCE", 3)
    torch.manual_seed(1)
    layer = nn.Linear(16, 50, bias=False).requires_grad_(False)
    states, tokens = torch.randn(2, 5, 16), torch.randint(0, 50, (2, 5))
    is_token = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]])
    of_head, of_logits = states.clone().requires_grad_(), states.clone().requires_grad_()
    found, entropies = head.log_probs_and_entropies(of_head, layer, tokens, is_token, temperature)
    log_probs = (layer(of_logits) / temperature).log_softmax(-1)
    right = log_probs.gather(-1, tokens[..., None])[..., 0] * is_token
    outer = torch.randn(2, 5)
    (found * outer).sum().backward()
    (right * outer).sum().backward()
    assert off_by(found, right) < EXACT
    assert off_by(of_head.grad, of_logits.grad) < EXACT
    assert off_by(entropies, -(log_probs.exp() * log_probs).sum(-1) * is_token) < EXACT
    assert not entropies.requires_grad


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_likely_tokens_keep_their_small_gradient_where_the_output_layer_has_16_bits(dtype):
    torch.manual_seed(1)
    layer = nn.Linear(64, 500, bias=False).to(dtype).requires_grad_(False)
    tokens = torch.arange(8)[None]
    states = (layer.weight[:8].float() * 40)[None].to(dtype)
    of_head = states.clone().requires_grad_()
    found, _ = head.log_probs_and_entropies(of_head, layer, tokens, torch.ones(1, 8), 1.0)
    found.sum().backward()
    probabilities = layer(states).double().softmax(-1)
    right = (nn.functional.one_hot(tokens, 500) - probabilities) @ layer.weight.double()
    assert probabilities.gather(-1, tokens[..., None]).min() > 0.95
    assert off_by(of_head.grad.double(), right) < 0.02


@pytest.mark.parametrize(
    ("config", "more", "is_plain"),
    [
        ("LlamaConfig", {}, True),
        ("GraniteConfig", {"logits_scaling": 4.0}, False),
        ("Gemma2Config", {"final_logit_softcapping": 3.0, "sliding_window": 8}, False),
    ],
)
def test_scaled_or_capped_logits_are_found_out_and_kept(config, more, is_plain, tmp_path):
    trainer = trainer_of(write_family(tmp_path / "model", config, more), tmp_path / "run")
    assert trainer.has_plain_head is is_plain
    batches = micro_batches(trainer)
    of_trl, fast = (learn(trainer, batches, is_fast) for is_fast in (False, True))
    assert off_by(fast.gradient, of_trl.gradient) < 1e-4


@pytest.mark.parametrize("queries", [1, 4])
def test_attention_of_grouped_heads_sees_what_its_mask_lets_through(queries):
    torch.manual_seed(1)
    query, key, value = torch.randn(2, 6, queries, 8), torch.randn(2, 2, 5, 8), torch.randn(2, 2, 5, 8)
    mask = torch.ones(2, 1, queries, 5, dtype=torch.bool)
    mask[1, :, :, :2] = False
    with torch.no_grad():
        module = nn.Module()
        module.num_key_value_groups = 3
        found, _ = attention.attend(module, query, key, value, mask, scaling=0.3)
        scores = (query @ key.repeat_interleave(3, 1).transpose(-1, -2) * 0.3).masked_fill(~mask, -torch.inf)
        right = scores.softmax(-1) @ value.repeat_interleave(3, 1)
    assert off_by(found, right.transpose(1, 2)) < EXACT
