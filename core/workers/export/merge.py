"""Merger: the base model with the trained adapter in main memory, and the checkpoint that both become."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from core.workers.export.probes import ProbeSet, make_probes
from core.workers.export.session import ExportSession
from core.workers.export.tokenizer_files import copy_files
from core.workers.held_out import HeldOut
from core.workers.memory import exact_type
from core.workers.rounding import DIGITS, rounded
from core.workers.text_model import load_text_model

OTHER_FILES = ("generation_config.json",)
LARGEST_FLOAT16 = 65504.0
SEED_DIGITS = 12
"""Hexadecimal digits of the adapter's hash that seed the rounding: repeatable, and a stranger to the numbers in it."""
ROUNDING_NOISE = {"float16": 0.0, "bfloat16": 0.05}
"""Nats, that rounding the merged weights costs. On random models of two layers, the worst case, bfloat16 costs 0.02."""
ARITHMETIC_NOISE = 0.1
"""Nats, that 16-bit arithmetic costs: bfloat16 rounds logits between 16 and 32 to steps of 0.125."""


class Merger:
    """Loads a run's base model with its adapter, merges them and writes the result."""

    def __init__(self, run: ExportSession):
        self._run = run
        self._model: Any = None

    def load(self) -> None:
        """Read base model and adapter: in float32 where memory allows it, else as they are stored.

        Raises:
            Unavailable: Memory is too small for both.
        """
        from peft import PeftModel
        from transformers.utils import logging

        logging.disable_progress_bar()
        logging.set_verbosity_error()
        base = load_text_model(self._run.source, dtype=self._working_type)
        self._model = PeftModel.from_pretrained(base, str(self._run.adapter)).eval()

    def probes(self, questions: HeldOut) -> ProbeSet:
        """The probes that every file is compared on; see make_probes."""
        import torch

        noise = ROUNDING_NOISE[self.storage_type] if self._working_type == torch.float32 else ARITHMETIC_NOISE
        return make_probes(self._model, self._run.chat_format, *self._run.chats(questions), noise)

    def merge(self, report: Callable[[float], None]) -> Any:
        """Merge the adapter into the weights, rounded to `storage_type`; the merged model in its working type."""
        import torch

        stored = self.storage_type
        generator = torch.Generator().manual_seed(int(self._run.adapter_sha256[:SEED_DIGITS], 16))
        layers = _adapted(self._model)
        with torch.no_grad(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "All adapters are already merged")
            for done, layer in enumerate(layers):
                _merge_layer(layer, stored, generator)
                report(done / len(layers))
            self._model = self._model.merge_and_unload()
        _cast(self._model, getattr(torch, stored), self._working_type)
        return self._model

    @cached_property
    def storage_type(self) -> str:
        """The type of the stored merged weights: the 16-bit type of the base model.

        For a base model in float32 it is float16, which has more digits than bfloat16, unless a weight is too large.
        """
        if self._run.stored_type in DIGITS:
            return self._run.stored_type
        largest = max(float(tensor.detach().abs().max()) for tensor in self._model.parameters())
        return "float16" if largest < LARGEST_FLOAT16 else "bfloat16"

    def write(self, folder: Path) -> None:
        """Save the merged model with the tokenizer as a checkpoint; the model is then in its stored type."""
        import torch

        _cast(self._model, getattr(torch, self.storage_type))
        self._model.generation_config = _plain(self._model.generation_config)
        self._model.save_pretrained(folder)
        self._run.tokenizer.write(folder)
        copy_files(self._run.source, OTHER_FILES, folder)

        for file in folder.iterdir():  # safetensors lets only its owner read
            file.chmod((folder / "config.json").stat().st_mode)

    def reload(self, folder: Path) -> Any:
        """The model as transformers reads it from a checkpoint that `write` has written."""
        from transformers import AutoModelForCausalLM

        return AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=False, dtype=self._working_type).eval()

    def release(self) -> None:
        """Let go of the model's memory."""
        self._model = None

    @cached_property
    def _working_type(self) -> Any:
        """float32, or 16 bit where memory is too small for it."""
        import torch

        is_whole = exact_type(self._run.source) == "float32"
        stored = self._run.stored_type if self._run.stored_type in DIGITS else "bfloat16"
        return torch.float32 if is_whole else getattr(torch, stored)


def _cast(model: Any, *types: Any) -> None:
    """Bring the weights, and not the tables that transformers computes, into one type after the other."""
    for parameter in model.parameters():
        for dtype in types:
            parameter.data = parameter.data.to(dtype)


def _plain(generation_config: Any) -> Any:
    """Only the tokens that begin and end answers: transformers refuses to save contradictory settings, which some old
    models have, so the rest is copied from the base model's file."""
    from transformers import GenerationConfig

    kept = ("bos_token_id", "eos_token_id", "pad_token_id")
    return GenerationConfig(**{name: getattr(generation_config, name) for name in kept})


def _merge_layer(layer: Any, dtype: str, generator: Any) -> None:
    """Merge one layer in float32; `merge_and_unload` then finds it done."""
    base = layer.get_base_layer()
    working = base.weight.dtype
    base.weight.data = base.weight.data.float()
    layer.merge()
    base.weight.data = rounded(base.weight.data, dtype, generator).to(working)


def _adapted(model: Any) -> list[Any]:
    """The layers with a LoRA on a weight of their own."""
    from peft.tuners.lora import LoraLayer

    layers = [module for module in model.modules() if isinstance(module, LoraLayer)]
    return [layer for layer in layers if hasattr(layer.get_base_layer(), "weight")]
