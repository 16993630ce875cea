"""What Unsloth makes of our arguments and of a model, as plain data; runs where the stand-in is imported."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

from core.config import parse_config
from core.config.algorithms import ALGORITHMS
from core.paths import Workspace
from core.runs.arguments import grpo_arguments, sft_arguments
from core.workers.loading import LoadedModel, UnslothEngine

ON_CPU = LoadedModel(None, None, None, "unsloth", "cpu", "float32", None)


def config_differences() -> dict[str, dict[str, list[str]]]:
    """Trainer and algorithm -> field -> [what Unsloth's configuration holds, what TRL's own does]."""
    import trl

    found = {}
    for algorithm in ALGORITHMS:
        for checkpointing in (False, True):
            config = parse_config(
                {"grpo": {"algorithm": algorithm}, "model": {"gradient_checkpointing": checkpointing}}
            )
            name = f"{algorithm} {checkpointing}"
            found[f"grpo {name}"] = _differences(trl.GRPOConfig, grpo_arguments(config))
            found[f"warm-up {name}"] = _differences(trl.SFTConfig, sft_arguments(config))
    return found


def _differences(compiled: type, arguments: dict[str, Any]) -> dict[str, list[str]]:
    (original,) = [kind for kind in compiled.__mro__ if kind.__module__.startswith("trl.") and kind is not compiled][:1]
    with tempfile.TemporaryDirectory() as folder:
        given = {"output_dir": folder, **arguments, **ON_CPU.trainer_arguments}
        theirs, plain = compiled(**given), original(**given)
    names = {field.name for field in (*dataclasses.fields(theirs), *dataclasses.fields(plain))}
    pairs = {name: [str(getattr(side, name, None)) for side in (theirs, plain)] for name in sorted(names)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def pad_tokens(model: Path) -> dict[str, Any]:
    """What a model whose tokenizer pads with its end of text gets, and what would be saved of it."""
    loaded = UnslothEngine().load(str(model), parse_config({"model": {"name": str(model), "lora_rank": 4}}))
    with tempfile.TemporaryDirectory() as folder:
        loaded.save_adapter(Path(folder))
        from safetensors.torch import load_file

        saved = sorted(load_file(Path(folder) / "adapter_model.safetensors"))
    return {
        "pad": loaded.tokenizer.pad_token_id,
        "eos": loaded.tokenizer.eos_token_id,
        "saved_vocabulary": len(loaded.saved_tokenizer),
        "saved_weights": saved,
    }


def modes_around_an_answer(model: Path) -> dict[str, Any]:
    """The training state of every module before and after an answer, with checkpointing on, and within it."""
    settings = {"name": str(model), "lora_rank": 4, "gradient_checkpointing": True}
    loaded = UnslothEngine().load(str(model), parse_config({"model": settings}))
    from unsloth import FastLanguageModel

    FastLanguageModel.for_training(loaded.model)
    before = _modes(loaded.model)
    inputs = loaded.tokenizer("What is 1 + 2?", return_tensors="pt")
    with loaded.answering(loaded.model):
        loaded.model.generate(**inputs, max_new_tokens=3)
        within = _modes(loaded.model)
    return {"before": before, "within": within, "after": _modes(loaded.model)}


def _modes(model: Any) -> list[list[Any]]:
    flags = ("training", "gradient_checkpointing", "_flag_for_generation")
    return [[name, *(str(vars(module).get(flag)) for flag in flags)] for name, module in model.named_modules()]


def export_of(folder: Path) -> int:
    """The exit code of an export of the session in `folder`."""
    from tests.support.tiny_families import export

    return export(Workspace(folder.parent.parent), folder.name, ["adapter", "merged"])
