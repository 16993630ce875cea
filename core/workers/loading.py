"""Engines: load a base model with tokenizer and new LoRA adapter, with Unsloth on CUDA, else with plain TRL."""

from __future__ import annotations

import importlib.util
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from constants import EMBEDDED_MODEL
from core.catalog.models import hub_id_of, local_model
from core.config import RunConfig
from core.config.algorithms import Keywords
from core.paths import ADAPTER_WEIGHTS, Workspace
from core.prompts.chat_template import Thinking
from core.runs.arguments import lora_arguments
from core.workers.chat_format import ChatFormat, prepare_template
from core.workers.embedded import embedded_checkpoint, embedded_tokenizer
from core.workers.fast.adapter import SamplingAdapter
from core.workers.model_files import checked
from core.workers.placement import cpu_type, half_type, uses_cuda
from core.workers.target_layers import require_targets
from core.workers.text_model import load_text_model

LOG = logging.getLogger(__name__)


@dataclass
class LoadedModel:
    """A PEFT model that is ready to train, and its tokenizer.

    Attributes:
        tokenizer: The tokenizer of training and held-out scoring.
        saved_tokenizer: The tokenizer that is saved with the adapter.
        engine: trl or unsloth.
        device: cpu or cuda.
        dtype: The type in which frozen weights are multiplied that are not quantised.
        answering: A context in which the model generates; afterwards it is back in training mode.
        adopted_chat_template: Whether the model has no chat template of its own.
        is_fast: Whether it is proven that its prompts can be shared; see core/workers/fast/proof.py.
    """

    model: Any
    tokenizer: Any
    saved_tokenizer: Any
    engine: str
    device: str
    dtype: str
    answering: Callable[[Any], AbstractContextManager[None]]
    adopted_chat_template: bool = False
    is_fast: bool = False

    @cached_property
    def sampling_adapter(self) -> SamplingAdapter:
        """The adapter while the model samples; there is one, since its copy is as large as the weights."""
        return SamplingAdapter(self.model)

    @cached_property
    def has_plain_head(self) -> bool:
        """Whether the model's logits need not be kept in learning; see core/workers/fast/head.py."""
        from core.workers.fast.head import is_plain

        return is_plain(self.model)

    @property
    def chat_format(self) -> ChatFormat:
        """How the tokenizer writes chats."""
        return ChatFormat(self.tokenizer)

    def save_adapter(self, folder: Path) -> None:
        """Write the adapter without embeddings: they are not trained, but PEFT would add resized ones."""
        self.model.save_pretrained(folder, selected_adapters=["default"], save_embedding_layers=False)

    @property
    def trainer_arguments(self) -> Keywords:
        """Arguments of every trainer that the device decides: precision, memory, logging; none is a user's setting."""
        on_cpu = self.device == "cpu"
        return {
            "use_cpu": on_cpu,
            "bf16": self.dtype == "bfloat16" and not on_cpu,
            "fp16": self.dtype == "float16",
            "dataloader_pin_memory": not on_cpu,
            "logging_steps": 1,
            "report_to": "none",
            "disable_tqdm": True,
            "gradient_checkpointing_kwargs": {"use_reentrant": False},
        }

    @property
    def parameters(self) -> int:
        """The number of all parameters, with the adapter's."""
        return sum(p.numel() for p in self.model.parameters())

    @property
    def trainable_parameters(self) -> int:
        """The number of parameters of the adapter."""
        return sum(p.numel() for p in self.model.parameters() if p.requires_grad)

    @property
    def adapted_layers(self) -> dict[str, list[int]]:
        """Kind of linear layer, such as q_proj -> [how many carry an adapter, how many there are]."""
        from torch.nn import Linear
        from transformers.pytorch_utils import Conv1D

        adapted: Counter[str] = Counter()
        present: Counter[str] = Counter()
        output = self.model.get_output_embeddings()
        for name, layer in self.model.get_base_model().named_modules():
            base = getattr(layer, "base_layer", layer)
            is_adapter = ".lora_" in name or name.endswith(".base_layer")
            if isinstance(base, (Linear, Conv1D)) and base is not output and not is_adapter:
                kind = name.rpartition(".")[2]
                present[kind] += 1
                adapted[kind] += hasattr(layer, "lora_A")
        return {kind: [adapted[kind], count] for kind, count in sorted(present.items())}


class Engine(Protocol):
    """One way to get a trainable model."""

    name: str

    def prepare(self, config: RunConfig) -> None:
        """Import the libraries that must come before trl, transformers and peft."""

    def load(self, source: str, config: RunConfig) -> LoadedModel:
        """Load `source` (a folder or a hub id) with a fresh adapter, seeded by training.seed."""


class TrlEngine:
    """Plain transformers and PEFT: any device, any model of transformers."""

    name = "trl"

    def prepare(self, config: RunConfig) -> None:
        """Nothing must be imported first."""

    def load(self, source: str, config: RunConfig) -> LoadedModel:
        """See Engine.load."""
        import torch
        from peft import LoraConfig, get_peft_model
        from transformers import AutoTokenizer, set_seed

        from core.workers.fast.linear import multiply_in_bfloat16
        from core.workers.fast.prompts import why_not

        set_seed(config.training.seed)
        device, dtype = device_and_dtype()
        tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
        model = load_text_model(
            source,
            dtype=getattr(torch, dtype),
            quantization_config=quantization_config(config.model.quantization),
            device_map=_placement(device),
        )
        if device == "cpu" and may_round(config) and cpu_type() == "bfloat16" and not why_not(model):
            dtype = "bfloat16" if multiply_in_bfloat16(model) else dtype
        require_targets(model, config.model.target_modules)
        model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **lora_arguments(config)))
        return _finished(LoadedModel(model, tokenizer, tokenizer, self.name, device, dtype, _in_eval_mode), config)


class UnslothEngine:
    """Unsloth's patched models on an NVIDIA GPU."""

    name = "unsloth"

    def prepare(self, config: RunConfig) -> None:
        """Import unsloth, which patches trl's trainers and reads its switches once."""
        os.environ.update(unsloth_switches(config))
        import unsloth  # noqa: F401

    def load(self, source: str, config: RunConfig) -> LoadedModel:
        """See Engine.load."""
        import torch
        from transformers import AutoTokenizer
        from unsloth import FastLanguageModel

        device, dtype = device_and_dtype()
        arguments = unsloth_loading(source, config) | {"dtype": getattr(torch, dtype)}
        model, tokenizer = FastLanguageModel.from_pretrained(**arguments)
        require_targets(model, config.model.target_modules)
        model = FastLanguageModel.get_peft_model(model, **unsloth_lora(config))
        tokenizer = getattr(tokenizer, "tokenizer", tokenizer)  # a vision model has a processor
        own = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
        return _finished(LoadedModel(model, tokenizer, own, self.name, device, dtype, _in_unsloth_inference), config)


def unsloth_switches(config: RunConfig) -> dict[str, str]:
    """Environment variables that turn off optimisations of Unsloth that are not exact enough for the run.

    Unsloth computes the prompt of a group once (prefix grouper) and packs rows; it accepts differences of 0.7 nats. A
    run that compares new probabilities with old, reference or vLLM's ones needs a ratio of 1 in the first pass; these
    differences alone move it out of the clip range. See DECISIONS.md.
    """
    if not config.compares_probabilities:
        return {}
    return {"UNSLOTH_GRPO_PREFIX_GROUPER": "0", "UNSLOTH_GRPO_SEQ_PACKING": "0"}


def unsloth_loading(source: str, config: RunConfig) -> Keywords:
    """Keyword arguments of FastLanguageModel.from_pretrained."""
    return {
        "model_name": source,
        "max_seq_length": config.training.max_sequence_length,
        "load_in_4bit": config.model.quantization == "4bit",
        "load_in_8bit": config.model.quantization == "8bit",
        "load_in_16bit": config.model.quantization == "none",
        "fast_inference": config.training.sampler == "vllm",
        "gpu_memory_utilization": config.training.vllm_memory_fraction,
        "max_lora_rank": config.model.lora_rank,
        "random_state": config.training.seed,
        "use_gradient_checkpointing": "unsloth" if config.model.gradient_checkpointing else False,
        "trust_remote_code": False,
        "use_exact_model_name": True,
        "text_only": True,
    }


def unsloth_lora(config: RunConfig) -> Keywords:
    """Keyword arguments of FastLanguageModel.get_peft_model."""
    return {
        **lora_arguments(config),
        "bias": "none",
        "random_state": config.training.seed,
        "use_gradient_checkpointing": "unsloth" if config.model.gradient_checkpointing else False,
    }


def choose_engine() -> Engine:
    """Unsloth where there is CUDA and the package, plain TRL otherwise.

    Raises:
        Unavailable: torch can't use the GPU that the server assigned.
    """
    return UnslothEngine() if uses_cuda() and importlib.util.find_spec("unsloth") is not None else TrlEngine()


def model_source(name: str, workspace: Workspace) -> str:
    """The source of a model: the restored embedded checkpoint, a local folder, or the hub id.

    Every worker gets its base model from here, so that each config.json is checked; see model_files.

    Raises:
        NotFound: `name` is none of them.
        InvalidInput, OSError: Its config.json is not safe, or can't be fetched.
    """
    if name == EMBEDDED_MODEL:
        return str(embedded_checkpoint(workspace.models))
    return checked(hub_id_of(name, workspace.root) or str(local_model(name, workspace.root)))


def load_tokenizer(name: str, workspace: Workspace, thinking: Thinking = "default") -> Any:
    """The tokenizer of a model, prepared as in `LoadedModel`; that of a hub model may be downloaded.

    Raises:
        NotFound: `name` is no model.
    """
    from transformers import AutoTokenizer

    source = str(embedded_tokenizer(workspace.models)) if name == EMBEDDED_MODEL else model_source(name, workspace)
    return prepare_tokenizer(AutoTokenizer.from_pretrained(source, trust_remote_code=False), thinking)[0]


def device_and_dtype() -> tuple[str, str]:
    """The device of this process and the type of frozen weights: bfloat16 if the GPU supports it.

    Raises:
        Unavailable: torch can't use the GPU that the server assigned.
    """
    import torch

    return ("cuda", half_type(torch.cuda)) if uses_cuda() else ("cpu", "float32")


def may_round(config: RunConfig) -> bool:
    """Whether a run may multiply in 16 bits for speed: it wants no step of TRL's own, and compares no probabilities,
    of which rounding would look like a change of the policy."""
    return config.training.engine_step == "auto" and not config.compares_probabilities


def quantization_config(quantization: str) -> Any:
    """The quantization_config of from_pretrained; None for none."""
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
    """Load the weights saved in `adapter` into the adapter of `model`."""
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file

    set_peft_model_state_dict(model, load_file(adapter / ADAPTER_WEIGHTS))


@contextmanager
def _in_eval_mode(model: Any) -> Iterator[None]:
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)


@contextmanager
def _in_unsloth_inference(model: Any) -> Iterator[None]:
    """Unsloth switches to inference kernels when it generates, and not back. The next step without a rollout would
    then train with kernels that have no gradient."""
    from unsloth import FastLanguageModel

    FastLanguageModel.for_inference(model)
    try:
        yield
    finally:
        FastLanguageModel.for_training(model)


def _placement(device: str) -> dict[str, int] | None:
    return {"": 0} if device == "cuda" else None


def _finished(loaded: LoadedModel, config: RunConfig) -> LoadedModel:
    """Unsloth may change the chat template, and add a pad token without an embedding. The template is saved, since the
    adapter is trained with it; the pad token is not."""
    loaded.tokenizer, loaded.adopted_chat_template = prepare_tokenizer(loaded.tokenizer, config.prompt.thinking)
    loaded.saved_tokenizer.chat_template = loaded.tokenizer.chat_template
    loaded.saved_tokenizer, _ = prepare_tokenizer(loaded.saved_tokenizer)
    return loaded


def prepare_tokenizer(tokenizer: Any, thinking: Thinking = "default") -> tuple[Any, bool]:
    """Set left padding, a pad token and the chat template; the flag says whether the model had no chat template."""
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer, prepare_template(tokenizer, thinking)
