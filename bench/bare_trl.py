"""A GRPO run written by hand against TRL alone: the yardstick of bench/grpo.py. Prints one JSON line a step."""

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
    "dataloader_pin_memory": False,
    "report_to": "none",
    "disable_tqdm": True,
}


class Clock(TrainerCallback):
    """Prints the time at which each step was logged, and what TRL counted."""

    def on_log(self, args, state, control, logs=None, **kwargs):
        """One line a step."""
        if "loss" in logs:
            numbers = {name: float(logs[name]) for name in ("loss", "reward", "num_tokens")}
            print(json.dumps({"t": time.time(), **numbers}), flush=True)


def exact(completions, reference, **kwargs):
    """1 for the reference between the markers, else 0."""
    found = [re.search(r"<SOLUTION>(.*?)</SOLUTION>", c[0]["content"]) for c in completions]
    return [float(m is not None and m.group(1).strip() == r) for m, r in zip(found, reference, strict=True)]


def letters(completions, **kwargs):
    """The share of one letter, which differs between any two long texts."""
    texts = [c[0]["content"] for c in completions]
    return [text.count("e") / max(1, len(text)) for text in texts]


def main(asked: dict) -> None:
    """Train on the rows (prompt messages and reference), from an adapter if there is one."""
    set_seed(42)
    tokenizer = AutoTokenizer.from_pretrained(asked["model"])
    model = AutoModelForCausalLM.from_pretrained(asked["model"], dtype=getattr(torch, asked["dtype"]))
    lora = LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, lora_dropout=0.0, target_modules="all-linear")
    model = get_peft_model(model, lora)
    if asked["adapter"]:
        set_peft_model_state_dict(model, load_file(Path(asked["adapter"]) / "adapter_model.safetensors"))
    rows = json.loads(Path(asked["rows"]).read_text(encoding="utf-8"))
    trainer = GRPOTrainer(
        model=model,
        reward_funcs={"exact": exact, "letters": letters}[asked["reward"]],
        args=GRPOConfig(output_dir=asked["output"], bf16=asked["dtype"] == "bfloat16", **SETTINGS, **asked["settings"]),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        callbacks=[Clock()],
    )
    trainer.train()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
