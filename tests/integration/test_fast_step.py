"""The fast step learns what TRL's learns, samples from the same distribution, and leaves what it can't do to TRL."""

import inspect
from collections import Counter
from types import SimpleNamespace

import pytest
import torch
import transformers
from transformers import AutoModelForCausalLM
from trl import GRPOTrainer

from core.config import parse_config
from core.workers.fast import prompts, proof
from core.workers.fast.decoding import Decoding, drawn
from core.workers.train.fast_step import FastStep
from core.workers.train.grpo import GrpoRun
from tests.support.fast_trainer import ROWS, all_flat, learn, micro_batches, trainer_of, write_family
from tests.support.tiny_model import write_tiny_model

pytestmark = pytest.mark.real
ACCUMULATED = {"per_device_train_batch_size": 4, "gradient_accumulation_steps": 4}
SEQUENCE = {"loss_type": "grpo", "importance_sampling_level": "sequence", "epsilon": 3e-4}
CASES = {
    "grpo": {},
    "gspo": SEQUENCE,
    "dr_grpo": {"loss_type": "dr_grpo", "scale_rewards": "none"},
    "bnpo": {"loss_type": "bnpo"},
    "mean of rows": {"loss_type": "grpo"},
    "divergence": {"beta": 0.1},
    "cut completions left out": {"mask_truncated_completions": True},
    "cut completions left out, with divergence": {"mask_truncated_completions": True, "beta": 0.1},
    "accumulation": ACCUMULATED,
    "accumulation, mean of rows": {**ACCUMULATED, "loss_type": "grpo"},
    "accumulation, mean of tokens": {**ACCUMULATED, "loss_type": "bnpo"},
    "two passes": {"num_iterations": 2, "epsilon": 0.001},
    "two passes, ratio of the sequence": {**SEQUENCE, "num_iterations": 2},
    "several steps a sample": {"per_device_train_batch_size": 4, "steps_per_generation": 4},
    "narrow sampling": {"temperature": 0.7, "top_p": 0.9, "top_k": 20},
    "entropy bonus": {"entropy_coef": 0.01},
    "recomputed activations": {"gradient_checkpointing": True},
}
EXACT = 1e-4
MOE = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "decoder_sparse_step": 1}
FAMILIES = {
    "llama": ("LlamaConfig", {}),
    "qwen3": ("Qwen3Config", {}),
    "phi3": ("Phi3Config", {}),
    "gemma3": ("Gemma3TextConfig", {"sliding_window": 8}),
    "gpt2": ("GPT2Config", {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}),
}
OTHERS = {"qwen3 moe": ("Qwen3MoeConfig", MOE)}
"""Of Gemma 3 the window is shorter than the prompts; positions of GPT-2 are learnt, not relative."""
LORA = {"gpt2": {"fan_in_fan_out": True}}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("tiny"), pad="<|pad|>")


def family(name, folder):
    return write_family(folder, *(FAMILIES | OTHERS)[name])


def ids_of(trainer):
    return trainer._tokenize_prompts([row["prompt"] for row in ROWS])[0]


@pytest.mark.parametrize("name", CASES)
def test_loss_gradient_and_metrics_are_those_of_trl(name, tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path, **CASES[name])
    batches = micro_batches(trainer)
    of_trl, fast = learn(trainer, batches, False), learn(trainer, batches, True)
    scale = of_trl.gradient.abs().max()
    assert fast.loss == pytest.approx(of_trl.loss, rel=EXACT, abs=1e-6)
    assert scale > 0 and (fast.gradient - of_trl.gradient).abs().max() / scale < EXACT
    assert fast.metrics == pytest.approx(of_trl.metrics, rel=1e-3)  # a second pass keeps the first's entropy


def test_completions_without_an_advantage_are_not_computed(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path)
    batches = micro_batches(trainer)
    computed = []
    trainer.model.get_base_model().get_input_embeddings().register_forward_hook(
        lambda module, inputs, output: computed.append(inputs[0].numel())
    )
    for is_fast in (False, True):
        computed.append(0)
        learn(trainer, batches, is_fast)
    split = computed.index(0, 1)
    assert sum(computed[split:]) < 0.5 * sum(computed[:split])


def test_a_batch_that_teaches_nothing_has_a_gradient_of_zeros_as_trl_has(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path, reward=all_flat)
    batches = micro_batches(trainer)
    of_trl, fast = learn(trainer, batches, False), learn(trainer, batches, True)
    assert not of_trl.gradient.any() and not fast.gradient.any()
    assert fast.metrics == pytest.approx(of_trl.metrics, rel=1e-3)


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_samples_and_learns_with_the_probabilities_it_has_without_padding(name, tmp_path):
    trainer = trainer_of(family(name, tmp_path / "model"), tmp_path, lora=LORA.get(name))
    ids = ids_of(trainer)
    assert proof.why_not(trainer.loaded, [ids[0], ids[-1]]) == ""
    assert proof.difference(trainer.loaded, ids) < 1e-5


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_answers_greedily_as_transformers_does(name, tmp_path):
    trainer = trainer_of(family(name, tmp_path / "model"), tmp_path, lora=LORA.get(name))
    tokenizer, model = trainer.processing_class, trainer.model.eval()
    inputs = tokenizer.pad({"input_ids": ids_of(trainer)}, padding_side="left", return_tensors="pt")
    answers = [
        model.generate(**inputs, max_new_tokens=20, do_sample=False, custom_generate=decoding)
        for decoding in (None, Decoding())
    ]
    new = inputs["input_ids"].shape[1]
    texts = [tokenizer.batch_decode(ids[:, new:], skip_special_tokens=True) for ids in answers]
    assert texts[0] == texts[1]
    assert len({(ids != tokenizer.pad_token_id).sum() for ids in answers[1]}) > 1, "rows end at different places"


def test_settings_of_a_models_own_generation_reach_the_loop(tiny, tmp_path):
    model = trainer_of(tiny, tmp_path).model.eval()
    inputs = {"input_ids": torch.tensor([[5, 6, 7, 8, 9]]), "attention_mask": torch.ones(1, 5, dtype=torch.long)}
    settings = {"max_new_tokens": 12, "do_sample": False, "repetition_penalty": 1.9, "no_repeat_ngram_size": 2}
    plain = model.generate(**inputs, **settings)
    assert plain.tolist() == model.generate(**inputs, **settings, custom_generate=Decoding()).tolist()
    assert plain.tolist() != model.generate(**inputs, max_new_tokens=12, do_sample=False).tolist()


def test_tokens_are_drawn_with_their_probabilities_and_never_where_it_is_0():
    wanted = torch.tensor([0.0, 0.5, 0.0, 0.3, 0.15, 0.05, 0.0])
    torch.manual_seed(0)
    counts = torch.bincount(drawn(wanted.repeat(200_000, 1)), minlength=7) / 200_000
    assert counts[wanted == 0].sum() == 0
    assert (counts - wanted).abs().max() < 4 * (0.25 / 200_000) ** 0.5


def test_of_probabilities_that_are_no_numbers_nothing_is_drawn_as_torch_draws_nothing():
    broken = torch.tensor([[0.5, 0.5], [0.5, torch.nan]])
    messages = []
    for draw in (drawn, lambda probabilities: torch.multinomial(probabilities, 1)):
        with pytest.raises(RuntimeError) as error:
            draw(broken)
        messages.append(str(error.value))
    assert messages[0] == messages[1]


class Waiting:
    """A reward that notes what it is begun with, and what it is then asked."""

    __name__, can_begin = "waiting", True

    def __init__(self):
        self.begun, self.asked, self.dropped = [], [], 0

    def begin(self, completion, token_ids, row):
        self.begun.append((completion, tuple(token_ids), row["prompt"][0]["content"]))

    def drop(self):
        self.dropped += 1

    def __call__(self, prompts, completions, completion_ids, **columns):
        texts = [completion[0]["content"] for completion in completions]
        questions = [prompt[0]["content"] for prompt in prompts]
        self.asked = list(zip(texts, map(tuple, completion_ids), questions, strict=True))
        return [float(len(ids)) for ids in completion_ids]


def test_a_reward_that_waits_begins_with_what_has_ended_while_others_go_on(tmp_path):
    reward = Waiting()
    trainer = trainer_of(family("llama", tmp_path / "model"), tmp_path, reward=reward)
    micro_batches(trainer)
    assert reward.begun and set(reward.begun) <= set(reward.asked)
    longest = max(len(ids) for _, ids, _ in reward.asked)
    assert Counter(reward.begun) == Counter(row for row in reward.asked if len(row[1]) < longest)


def test_a_stop_in_the_middle_of_sampling_drops_what_was_begun(tmp_path):
    reward = Waiting()
    trainer = trainer_of(family("llama", tmp_path / "model"), tmp_path, reward=reward)

    def stop(*_):
        if reward.begun:
            raise KeyboardInterrupt

    trainer.model.get_base_model().register_forward_pre_hook(stop)
    with pytest.raises(KeyboardInterrupt):
        micro_batches(trainer)
    assert reward.dropped == 1


def test_a_narrow_sampling_stays_within_its_tokens_and_measures_the_whole_distribution(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path, top_k=1, temperature=0.5)
    first, again = trainer._sampled_ids(ids_of(trainer)), trainer._sampled_ids(ids_of(trainer))
    assert first == again
    assert min(entropy / len(ids) for entropy, ids in zip(trainer._sampled_entropies, first, strict=True)) > 1
    assert proof.difference(trainer.loaded, ids_of(trainer)) < 1e-5


def weights_of(trainer):
    return {name: weight.clone() for name, weight in trainer.model.named_parameters()}


def test_the_weights_are_the_same_bits_after_sampling_and_after_a_stop_in_the_middle(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path)
    before = weights_of(trainer)
    trainer._sampled_ids(ids_of(trainer))
    calls = []

    def stop(*_):
        calls.append(1)
        if len(calls) > 4:
            raise KeyboardInterrupt

    handle = trainer.model.get_base_model().register_forward_pre_hook(stop)
    with pytest.raises(KeyboardInterrupt):
        trainer._sampled_ids(ids_of(trainer))
    handle.remove()
    after = weights_of(trainer)
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert [name for name, weight in trainer.model.named_parameters() if weight.requires_grad] == [
        name for name in before if "lora_" in name
    ]


@pytest.mark.parametrize(
    "lora",
    [{"use_dora": True}, {"use_rslora": True}, {"target_modules": ["q_proj"]}],
    ids=["DoRA", "rsLoRA", "one kind of layer"],
)
def test_other_adapters_are_merged_or_left_as_they_are_but_never_wrong(lora, tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path, lora=lora)
    assert proof.difference(trainer.loaded, ids_of(trainer)) < 1e-5


@pytest.mark.filterwarnings("ignore:Model has `tie_word_embeddings=True`")
def test_an_adapter_on_tied_embeddings_is_not_merged_into_them(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path, lora={"target_modules": ["q_proj", "lm_head"]})
    assert proof.difference(trainer.loaded, ids_of(trainer)) < 1e-5


def test_without_memory_for_a_second_copy_of_the_weights_the_model_samples_with_its_adapter(
    tiny, tmp_path, monkeypatch
):
    trainer = trainer_of(tiny, tmp_path)
    layer = trainer.model.get_base_model().model.layers[0].self_attn.q_proj
    bytes_of_all = sum(m.get_base_layer().weight.nbytes for m in trainer.model.modules() if hasattr(m, "lora_A"))
    for free, is_merged in ((3.9 * bytes_of_all, False), (4.1 * bytes_of_all, True)):
        monkeypatch.setattr("core.workers.fast.adapter.free_bytes", lambda device, free=free: free)
        with trainer.sampling_adapter.applied():
            assert layer.disable_adapters is is_merged


def test_a_model_with_dropout_takes_trls_step(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path, lora={"lora_dropout": 0.1})
    assert "dropout" in proof.why_not(trainer.loaded, ids_of(trainer)[:2])


@pytest.mark.parametrize(
    ("config", "more", "reason"),
    [
        ("Lfm2Config", {"layer_types": ["conv", "full_attention"]}, "LinearAttention"),
        ("LlamaConfig", {"rope_parameters": {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 1e4}}, "dynamic"),
    ],
)
def test_a_model_whose_past_can_not_be_repeated_takes_trls_step(config, more, reason):
    sizes = {"vocab_size": 64, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1}
    model = AutoModelForCausalLM.from_config(getattr(transformers, config)(**sizes, **heads, **more))
    assert reason in prompts.why_not(model)


def test_a_model_that_searches_with_beams_takes_trls_step(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path)
    trainer.model.generation_config.num_beams = 2
    assert "beams" in proof.why_not(trainer.loaded, ids_of(trainer)[:2])


@pytest.mark.filterwarnings("ignore:The following .*_pattern keys")
def test_adapters_on_experts_are_left_where_they_are(tmp_path):
    trainer = trainer_of(family("qwen3 moe", tmp_path / "model"), tmp_path)
    assert proof.why_not(trainer.loaded, ids_of(trainer)[:2]) == ""
    batches = micro_batches(trainer)
    of_trl, fast = learn(trainer, batches, False), learn(trainer, batches, True)
    apart = (fast.gradient - of_trl.gradient).abs().max() / of_trl.gradient.abs().max()
    assert apart < 0.01, "rounding may send a token to another expert"


def test_what_a_model_can_not_do_is_a_reason_and_not_the_end_of_the_run(tiny, tmp_path, monkeypatch):
    trainer = trainer_of(tiny, tmp_path)
    monkeypatch.setattr(proof, "log_probs_and_entropies", lambda *_: 1 / 0)
    assert "ZeroDivisionError" in proof.why_not(trainer.loaded, ids_of(trainer)[:2])


def test_a_model_that_computes_something_else_takes_trls_step_and_says_by_how_much(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path)
    head = trainer.model.get_base_model().lm_head
    head.register_forward_hook(lambda module, inputs, output: output * (100 if inputs[0].shape[1] == 1 else 1))
    reason = proof.why_not(trainer.loaded, ids_of(trainer)[:2])
    assert "other probabilities" in reason and "nats" in reason


def test_the_proof_draws_no_random_number_of_the_run_and_leaves_the_adapter_as_it_was(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path)
    numbers, weights = torch.get_rng_state(), weights_of(trainer)
    proof.why_not(trainer.loaded, ids_of(trainer)[:2])
    assert torch.equal(numbers, torch.get_rng_state())
    assert all(torch.equal(weights[name], weight) for name, weight in weights_of(trainer).items())


def test_a_group_that_is_out_of_the_loss_does_not_lower_the_entropy(tiny, tmp_path):
    trainer = trainer_of(tiny, tmp_path, **ACCUMULATED)
    batches = micro_batches(trainer)
    for batch in batches:
        batch["tool_mask"] = (batch["group"] > 0).int()[:, None].expand_as(batch["completion_mask"]).clone()
        batch["advantages"] = batch["advantages"] * (batch["group"] > 0)
    of_trl, fast = (learn(trainer, batches, is_fast).metrics["entropy"] for is_fast in (False, True))
    assert fast == pytest.approx(of_trl, rel=1e-2)


@pytest.mark.parametrize(
    ("dtype", "changed", "is_fast"),
    [
        ("float32", {"grpo": {"num_iterations": 2, "kl_penalty": 0.1}}, True),
        ("bfloat16", {}, True),
        ("bfloat16", {"grpo": {"num_iterations": 2}}, False),
        ("bfloat16", {"grpo": {"kl_penalty": 0.1}}, False),
        ("float32", {"training": {"sampler": "vllm"}}, False),
    ],
)
def test_in_16_bits_no_probability_that_is_compared_is_computed_in_another_way(dtype, changed, is_fast):
    loaded = SimpleNamespace(is_fast=True, dtype=dtype)
    told = []
    run = GrpoRun(loaded, parse_config(changed), [], None, SimpleNamespace(notice=lambda *said: told.append(said)))
    assert run._takes_fast_step() is is_fast
    assert len(told) == (dtype == "bfloat16" and not is_fast)


def test_trl_still_has_what_the_fast_step_takes_the_place_of():
    ours = {name: method for name, method in vars(FastStep).items() if inspect.isfunction(method)}
    overridden = [name for name in ours if hasattr(GRPOTrainer, name)]
    assert overridden == [
        "_generate_single_turn",
        "_generate_and_score_completions",
        "_prepare_inputs",
        "_get_per_token_logps_and_entropies",
        "_compute_loss",
    ]
    chunks = inspect.signature(GRPOTrainer._full_logits_logps).parameters
    assert list(chunks)[2:5] == ["input_ids", "attention_mask", "logits_to_keep"]
    assert list(inspect.signature(GRPOTrainer._generate_single_turn).parameters)[1:3] == ["prompt_ids", "images"]
