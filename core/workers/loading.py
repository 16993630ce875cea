"""Engines: load a base model with its tokenizer and a fresh LoRA, through Unsloth on CUDA or plain TRL elsewhere."""

from __future__ import annotations

import importlib.util
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from constants import EMBEDDED_MODEL
from core.catalog.models import hub_id_of, local_model
from core.config import RunConfig
from core.paths import ADAPTER_WEIGHTS, Workspace
from core.training.arguments import lora_arguments
from core.workers.embedded import embedded_checkpoint, embedded_tokenizer
from core.workers.model_files import checked
from core.workers.placement import half_type, uses_cuda
from core.workers.target_layers import require_targets

LOG = logging.getLogger(__name__)

PLAIN_CHAT_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"
)
"""For base models that bring no chat template of their own."""

UNSLOTH_TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
"""What "all-linear" means to Unsloth's fast path."""


@dataclass
class LoadedModel:
    """A PEFT model ready to train, its tokenizer, and how they were loaded."""

    model: Any
    tokenizer: Any
    engine: str
    device: str
    dtype: str
    adopted_chat_template: bool = False

    @property
    def parameters(self) -> int:
        """All parameters, those of the adapter among them."""
        return sum(p.numel() for p in self.model.parameters())

    @property
    def trainable_parameters(self) -> int:
        """The parameters of the adapter."""
        return sum(p.numel() for p in self.model.parameters() if p.requires_grad)


class Engine(Protocol):
    """One way to get a trainable model."""

    name: str

    def prepare(self) -> None:
        """Import what must come before trl, transformers and peft."""

    def load(self, source: str, config: RunConfig) -> LoadedModel:
        """Load `source` (a folder or a hub id) with a fresh adapter, seeded by training.seed."""


class TrlEngine:
    """transformers and PEFT as they are: any device, any model transformers knows."""

    name = "trl"

    def prepare(self) -> None:
        """Nothing has to come first."""

    def load(self, source: str, config: RunConfig) -> LoadedModel:
        """See Engine.load."""
        import torch
        from peft import LoraConfig, get_peft_model
        from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed

        set_seed(config.training.seed)
        device, dtype = device_and_dtype()
        tokenizer = AutoTokenizer.from_pretrained(source)
        model = AutoModelForCausalLM.from_pretrained(
            source,
            dtype=getattr(torch, dtype),
            quantization_config=quantization_config(config.model.quantization),
            device_map=_placement(device),
        )
        require_targets(model, config.model.target_modules)
        model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **lora_arguments(config)))
        return _finished(LoadedModel(model, tokenizer, self.name, device, dtype))


class UnslothEngine:
    """Unsloth's patched models on an NVIDIA GPU."""

    name = "unsloth"

    def prepare(self) -> None:
        """Import unsloth, which rewrites trl's trainers."""
        import unsloth  # noqa: F401

    def load(self, source: str, config: RunConfig) -> LoadedModel:
        """See Engine.load."""
        from unsloth import FastLanguageModel

        model, tokenizer = FastLanguageModel.from_pretrained(**unsloth_loading(source, config))
        require_targets(model, config.model.target_modules)
        model = FastLanguageModel.get_peft_model(model, **unsloth_lora(config))
        device, dtype = device_and_dtype()
        return _finished(LoadedModel(model, tokenizer, self.name, device, dtype))


def unsloth_loading(source: str, config: RunConfig) -> dict[str, Any]:
    """Keyword arguments of FastLanguageModel.from_pretrained."""
    return {
        "model_name": source,
        "max_seq_length": config.training.max_sequence_length,
        "load_in_4bit": config.model.quantization == "4bit",
        "load_in_8bit": config.model.quantization == "8bit",
        "load_in_16bit": config.model.quantization == "none",
        "fast_inference": False,
        "max_lora_rank": config.model.lora_rank,
        "random_state": config.training.seed,
        "use_gradient_checkpointing": "unsloth" if config.model.gradient_checkpointing else False,
        "trust_remote_code": False,
        "use_exact_model_name": True,
    }


def unsloth_lora(config: RunConfig) -> dict[str, Any]:
    """Keyword arguments of FastLanguageModel.get_peft_model."""
    arguments = lora_arguments(config)
    if arguments["target_modules"] == "all-linear":
        arguments["target_modules"] = UNSLOTH_TARGETS
    return {
        **arguments,
        "bias": "none",
        "random_state": config.training.seed,
        "use_gradient_checkpointing": "unsloth" if config.model.gradient_checkpointing else False,
    }


def choose_engine() -> Engine:
    """Unsloth where there is CUDA and the package, plain TRL otherwise.

    Raises:
        Unavailable: The server has placed this process on a GPU that torch can't use.
    """
    return UnslothEngine() if uses_cuda() and importlib.util.find_spec("unsloth") is not None else TrlEngine()


def model_source(name: str, workspace: Workspace) -> str:
    """What to load for a model name: the restored embedded checkpoint, a local folder, or the hub id as it is.

    Every worker gets its base model from here, so nothing reads a config.json that was not checked; see model_files.

    Raises:
        NotFound: It is none of the three.
        InvalidInput, OSError: Its config.json is not to be trusted, or can't be fetched.
    """
    if name == EMBEDDED_MODEL:
        return str(embedded_checkpoint(workspace.models))
    return checked(hub_id_of(name, workspace.root) or str(local_model(name, workspace.root)))


def load_tokenizer(name: str, workspace: Workspace) -> Any:
    """The tokenizer of a model alone, as `LoadedModel` has it; of a hub model it may be downloaded.

    Raises:
        NotFound: `name` is no model.
    """
    from transformers import AutoTokenizer

    source = str(embedded_tokenizer(workspace.models)) if name == EMBEDDED_MODEL else model_source(name, workspace)
    return prepare_tokenizer(AutoTokenizer.from_pretrained(source))[0]


def device_and_dtype() -> tuple[str, str]:
    """The device of this process and the type of its frozen weights: bfloat16 where the GPU has it.

    Raises:
        Unavailable: The server has placed this process on a GPU that torch can't use.
    """
    import torch

    return ("cuda", half_type(torch.cuda)) if uses_cuda() else ("cpu", "float32")


def quantization_config(quantization: str) -> Any:
    """What from_pretrained gets for model.quantization: None for none."""
    if quantization == "none":
        return None
    import torch
    from transformers import BitsAndBytesConfig

    if quantization == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    _, dtype = device_and_dtype()
    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=getattr(torch, dtype)
    )


def load_adapter_weights(model: Any, adapter: Path) -> None:
    """Replace the adapter's weights by those saved in `adapter`."""
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file

    set_peft_model_state_dict(model, load_file(adapter / ADAPTER_WEIGHTS))


def _placement(device: str) -> dict | None:
    return {"": 0} if device == "cuda" else None


def _finished(loaded: LoadedModel) -> LoadedModel:
    loaded.tokenizer, loaded.adopted_chat_template = prepare_tokenizer(loaded.tokenizer)
    return loaded


def prepare_tokenizer(tokenizer: Any) -> tuple[Any, bool]:
    """Left padding for generation, a pad token, and a chat template for models that have none: then True."""
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.chat_template:
        return tokenizer, False
    tokenizer.chat_template = PLAIN_CHAT_TEMPLATE
    return tokenizer, True
