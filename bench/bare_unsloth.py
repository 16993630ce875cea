"""A GRPO run on Unsloth alone, for comparison in bench/gpu_check/overhead.py. One JSON line per step.

    python -m bench.bare_unsloth MODEL ROWS STEPS OUTPUT cuda|cpu

ROWS is a JSON list of {"prompt": messages}. On the CPU Unsloth is imported under the stand-in of tests/unsloth.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

MAX_TOKENS = 256
SEED = 42
SETTINGS = {
    "per_device_train_batch_size": 8,
    "per_device_eval_batch_size": 8,
    "gradient_accumulation_steps": 1,
    "num_generations": 8,
    "max_completion_length": 128,
    "learning_rate": 1e-4,
    "lr_scheduler_type": "constant",
    "warmup_steps": 0,
    "weight_decay": 0.001,
    "max_grad_norm": 1.0,
    "optim": "adamw_torch_fused",
    "beta": 0.0,
    "loss_type": "dapo",
    "epsilon": 0.2,
    "epsilon_high": 0.2,
    "scale_rewards": "group",
    "mask_truncated_completions": False,
    "temperature": 1.0,
    "top_p": 1.0,
    "top_k": 0,
    "seed": SEED,
    "gradient_checkpointing": False,
    "torch_empty_cache_steps": None,
    "logging_steps": 1,
    "save_strategy": "no",
    "report_to": "none",
    "disable_tqdm": True,
}


def reward(completions, **kwargs):
    """The same as LENGTHS in bench/gpu_check/settings.py."""
    lengths = [len(completion[0]["content"].strip()) for completion in completions]
    return [bool(n) * ((n % 2 == 0) + 0.5 * (n % 3 == 0) + 0.25 * (n % 5 == 0)) for n in lengths]


def main(model_folder: str, rows_file: str, steps: int, output: str, device: str) -> None:
    """Train a fresh adapter of rank 16 on all linear layers."""
    if device == "cpu":
        importlib.import_module("tests.unsloth.stand_in")
    importlib.import_module("unsloth")  # before trl, whose trainers it replaces
    import torch
    from datasets import Dataset
    from transformers import TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    class Clock(TrainerCallback):
        """Prints the time at which each step was logged."""

        def on_log(self, args, state, control, logs=None, **kwargs):
            """One line a step."""
            if "loss" in logs:
                line = {"t": time.time(), "loss": float(logs["loss"]), "reward": float(logs["reward"])}
                print(json.dumps(line), flush=True)

    model, tokenizer = _loaded(model_folder, torch.bfloat16 if device == "cuda" else torch.float32)
    precision = {"bf16": True} if device == "cuda" else {"bf16": False, "use_cpu": True, "dataloader_pin_memory": False}
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=reward,
        args=GRPOConfig(output_dir=output, max_steps=steps, **SETTINGS, **precision),
        train_dataset=Dataset.from_list(json.loads(Path(rows_file).read_text(encoding="utf-8"))),
        processing_class=tokenizer,
        callbacks=[Clock()],
    )
    trainer.train()


def _loaded(model_folder: str, dtype):
    """(the model with a fresh adapter, its tokenizer)."""
    from unsloth import FastLanguageModel

    model, tokenizer = FastLanguageModel.from_pretrained(
        model_name=model_folder,
        max_seq_length=MAX_TOKENS,
        dtype=dtype,
        load_in_4bit=False,
        load_in_16bit=True,
        fast_inference=False,
        max_lora_rank=16,
        random_state=SEED,
        use_gradient_checkpointing=False,
        text_only=True,
    )
    model = FastLanguageModel.get_peft_model(
        model,
        r=16,
        lora_alpha=32,
        lora_dropout=0.0,
        target_modules="all-linear",
        bias="none",
        random_state=SEED,
        use_gradient_checkpointing=False,
    )
    tokenizer.padding_side = "left"
    return model, tokenizer


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5])
