"""A finished run of a tiny random model with a random adapter, for what comes after training."""

from __future__ import annotations

import json
import time
from pathlib import Path

from core.config import parse_config
from core.jsonfile import write_json
from core.paths import SessionPaths, Workspace
from tests.support.tiny_model import write_tiny_model

CONFIG = {
    "model": {"lora_rank": 4, "lora_alpha": 8},
    "dataset": {"source": "arithmetic", "validation_samples": 8, "max_samples": 64},
    "prompt": {"template": "solution-only"},
    "training": {"max_new_tokens": 16, "max_sequence_length": 512},
    "reward": {"type": "preset", "preset_name": "exact-match"},
    "pre_training": {"enabled": False},
}


def write_trained_run(workspace: Workspace, session_id: str, strength: float = 0.5) -> SessionPaths:
    """Write the model below the root, and a completed session with an adapter on it.

    Args:
        workspace: Where both go.
        session_id: The session.
        strength: Deviation of the adapter's random weights; large enough to change answers.
    """
    base = workspace.root / "tiny-model"
    if not base.is_dir():
        write_tiny_model(base)
    paths = workspace.session(session_id)
    paths.folder.mkdir(parents=True)
    write_json(paths.config, parse_config({**CONFIG, "model": {**CONFIG["model"], "name": "tiny-model"}}).dump())
    write_adapter(base, paths.adapter, strength)
    now = time.time()
    kinds = [("queued", {}), ("starting", {"device": "cpu", "attempt": 1}), ("saved", {"path": "adapter"})]
    lines = [
        json.dumps({"seq": seq, "t": now + seq / 1000, "kind": kind, **fields})
        for seq, (kind, fields) in enumerate([*kinds, ("completed", {})], 1)
    ]
    paths.events.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths


def write_adapter(base: Path, target: Path, strength: float) -> None:
    """Save a LoRA of random weights, its B matrices not zero, with the tokenizer."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(1)
    lora = LoraConfig(task_type="CAUSAL_LM", r=4, lora_alpha=8, target_modules="all-linear")
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), lora)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "lora_" in name:
                weights.normal_(0, strength)
    model.save_pretrained(target)
    AutoTokenizer.from_pretrained(base).save_pretrained(target)
