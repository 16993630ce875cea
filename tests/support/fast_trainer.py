"""A trainer of the fast step over a tiny model, and the loss and gradient of a batch with and without it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.tiny_model import write_tiny_model

GROUP = 4
ROWS = [{"prompt": [{"role": "user", "content": "What is " + "12 + " * terms + "3?"}]} for terms in range(1, 9)]
"""Eight prompts of different length."""
SETTINGS = {
    "max_steps": 2,
    "per_device_train_batch_size": 4 * GROUP,
    "num_generations": GROUP,
    "max_completion_length": 12,
    "beta": 0.0,
    "gradient_checkpointing": False,
    "use_cpu": True,
    "bf16": False,
    "report_to": "none",
    "save_strategy": "no",
    "disable_tqdm": True,
}


@dataclass
class Learnt:
    """What a step learns from a batch: its loss, its gradient as one vector, and TRL's metrics."""

    loss: float
    gradient: Any
    metrics: dict[str, float]


def first_group_flat(completion_ids: list[list[int]], **_: Any) -> list[float]:
    """Rewards that depend on the tokens; the first group has no spread."""
    return [1.0 if place < GROUP else float(sum(ids) % 2) for place, ids in enumerate(completion_ids)]


def all_flat(completion_ids: list[list[int]], **_: Any) -> list[float]:
    """The same reward for all."""
    return [1.0] * len(completion_ids)


def trainer_of(
    source: Path,
    output: Path,
    reward: Any = first_group_flat,
    lora: Any = None,
    dtype: str = "float32",
    **settings: Any,
) -> Any:
    """A GRPOTrainer with the fast step over the model in `source`, whose adapter does something.

    Args:
        reward: As TRL calls it.
        lora: Keyword arguments of peft.LoraConfig.
        dtype: In which frozen weights are multiplied: float32 or bfloat16.
        settings: Keyword arguments of trl.GRPOConfig.
    """
    from datasets import Dataset
    from transformers import AutoTokenizer, set_seed
    from trl import GRPOConfig, GRPOTrainer

    from core.workers.loading import LoadedModel, prepare_tokenizer
    from core.workers.train.fast_step import FastStep

    class Trainer(FastStep, GRPOTrainer):
        pass

    set_seed(1)
    tokenizer, _ = prepare_tokenizer(AutoTokenizer.from_pretrained(source))
    model = _with_adapter(source, dtype, lora or {})
    arguments = {"output_dir": str(output), **SETTINGS, **settings}
    trainer: Any = Trainer(
        model=model,
        reward_funcs=reward,
        args=GRPOConfig(**arguments),
        train_dataset=Dataset.from_list(ROWS),
        processing_class=tokenizer,
    )
    trainer.loaded = LoadedModel(model, tokenizer, tokenizer, "trl", "cpu", dtype, nullcontext)
    trainer.has_plain_head = trainer.loaded.has_plain_head
    trainer.is_fast, trainer.sampling_adapter = True, trainer.loaded.sampling_adapter
    trainer.current_gradient_accumulation_steps = trainer.args.gradient_accumulation_steps
    trainer.model.train()
    return trainer


def _with_adapter(source: Path, dtype: str, lora: dict[str, Any]) -> Any:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    from core.workers.fast.linear import multiply_in_bfloat16

    base = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32)
    if dtype == "bfloat16":
        multiply_in_bfloat16(base)
    layers = {"r": 4, "lora_alpha": 8, "target_modules": "all-linear", **lora}
    model = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", **layers))
    _move(model, 0.3, "lora_B")
    return model


def write_family(folder: Path, config: str, more: dict[str, Any]) -> Path:
    """A tiny random model of another family, which ends its answers soon.

    Args:
        config: The name of a configuration class of transformers.
        more: Its values beside those of the tiny model.
    """
    import torch
    import transformers
    from transformers import AutoModelForCausalLM

    written = write_tiny_model(folder, pad="<|pad|>")
    of_tiny = AutoModelForCausalLM.from_pretrained(written).config
    kept = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads")
    kept += ("intermediate_size", "max_position_embeddings", "bos_token_id", "eos_token_id", "pad_token_id")
    values = {key: getattr(of_tiny, key) for key in kept} | {"head_dim": 16, "tie_word_embeddings": True}
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(getattr(transformers, config)(**values | more))
    with torch.no_grad():
        model.get_input_embeddings().weight[of_tiny.eos_token_id] *= 20
    model.save_pretrained(written)
    return written


def micro_batches(trainer: Any) -> list[dict[str, Any]]:
    """One batch sampled by the fast step, shuffled and split as TRL does; a policy that is not the sampled one's."""
    from trl.trainer.utils import shuffle_sequence_dict, split_tensor_dict

    prompts = trainer.args.generation_batch_size // trainer.num_generations
    rows = [ROWS[place] for place in range(prompts) for _ in range(trainer.num_generations)]
    batch = trainer._generate_and_score_completions(rows)
    if "old_per_token_logps" in batch:
        _move(trainer.model, 0.02, "lora_")
    return split_tensor_dict(shuffle_sequence_dict(batch), trainer.args.steps_per_generation)


def learn(trainer: Any, batches: list[dict[str, Any]], is_fast: bool) -> Learnt:
    """The gradient of all micro-batches, in TRL's way or in the fast one."""
    import torch

    from core.workers.train.fast_step import regrouped

    trainer.is_fast = is_fast
    trainer.model.zero_grad()
    trainer._metrics["train"].clear()
    total = 0.0
    for batch in regrouped(batches) if is_fast and trainer._may_regroup() else batches:
        loss = trainer._compute_loss(trainer.model, batch)
        loss.backward()
        total += loss.item()
    trainer.is_fast = True
    gradient = torch.cat([p.grad.flatten() for p in trainer.model.parameters() if p.requires_grad])
    logged = {name: [value for value in values if value == value] for name, values in trainer._metrics["train"].items()}
    metrics = {name: sum(values) / len(values) for name, values in logged.items() if values}
    return Learnt(total, gradient, metrics)


def _move(model: Any, spread: float, part: str) -> None:
    import torch

    with torch.no_grad():
        for name, weight in model.named_parameters():
            if part in name:
                weight.add_(torch.randn_like(weight) * spread)
