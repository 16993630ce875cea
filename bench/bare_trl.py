"""A GRPO run written by hand against TRL alone: the yardstick of bench/overhead.py. Prints one JSON line a step."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model, set_peft_model_state_dict
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback, set_seed
from trl import GRPOConfig, GRPOTrainer

SETTINGS = {
    "per_device_train_batch_size": 8,
    "num_generations": 4,
    "max_completion_length": 14,
    "learning_rate": 1.5e-4,
    "lr_scheduler_type": "linear",
    "weight_decay": 0.001,
    "optim": "adamw_torch_fused",
    "beta": 0.0,
    "seed": 42,
    "epsilon_high": 0.2,
    "reward_weights": [1.0],
    "gradient_checkpointing": False,
    "logging_steps": 1,
    "save_strategy": "no",
    "use_cpu": True,
    "bf16": False,
    "dataloader_pin_memory": False,
    "report_to": "none",
    "disable_tqdm": True,
}


class Clock(TrainerCallback):
    """Prints the time at which each step was logged."""

    def on_log(self, args, state, control, logs=None, **kwargs):
        """One line a step."""
        if "loss" in logs:
            print(
                json.dumps({"t": time.time(), "loss": float(logs["loss"]), "reward": float(logs["reward"])}), flush=True
            )


def reward(completions, reference, **kwargs):
    """1 for the reference between the markers, else 0."""
    found = [re.search(r"<SOLUTION>(.*?)</SOLUTION>", c[0]["content"]) for c in completions]
    return [float(m is not None and m.group(1).strip() == r) for m, r in zip(found, reference, strict=True)]


def main(model_folder: str, rows_file: str, steps: int, output: str, adapter: str) -> None:
    """Train on the rows (prompt messages and reference), from a warmed-up adapter."""
    set_seed(42)
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32)
    lora = LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, lora_dropout=0.0, target_modules="all-linear")
    model = get_peft_model(model, lora)
    set_peft_model_state_dict(model, load_file(Path(adapter) / "adapter_model.safetensors"))
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=reward,
        args=GRPOConfig(output_dir=output, max_steps=steps, **SETTINGS),
        train_dataset=Dataset.from_list(json.loads(Path(rows_file).read_text(encoding="utf-8"))),
        processing_class=tokenizer,
        callbacks=[Clock()],
    )
    trainer.train()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5])
