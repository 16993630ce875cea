"""vLLM as the sampler of a run: what must hold, how the adapter reaches it, and how a stop request does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from core.config import RunConfig
from core.config.algorithms import Keywords
from core.config.sampler import check_sampler, installed_packages, refusal
from core.workers.loading import LoadedModel
from core.workers.rounding import DIGITS, rounded

OLDEST_CAPABILITY = (7, 5)
"""Turing; vLLM's builds for CUDA 13 hold nothing for older cards."""
ADAPTED = ".base_layer.weight"
"""How PEFT names a weight that it puts an adapter on."""


def require_vllm(config: RunConfig) -> None:
    """Before a model is loaded: refuse vLLM on a machine where it can't sample; nothing where it is not asked for.

    Raises:
        InvalidInput: With the reason and a cure.
    """
    if config.training.sampler != "vllm":
        return
    import torch

    check_sampler(config, torch.cuda.is_available(), installed_packages())
    capability = torch.cuda.get_device_capability()
    if capability < OLDEST_CAPABILITY:
        reason = f"vLLM needs a GPU of compute capability 7.5 or newer; this one has {capability[0]}.{capability[1]}."
        raise refusal(reason, "Use training.sampler transformers.")


def require_model(loaded: LoadedModel, config: RunConfig) -> None:
    """After a model was loaded: refuse one that vLLM can't take, or sequences that it can't, before any work is done.

    Raises:
        InvalidInput: With the reason and a cure.
    """
    if loaded.engine == "unsloth":
        if not hasattr(loaded.model.get_base_model(), "vllm_engine"):  # Unsloth only prints that it goes without
            raise refusal("Unsloth does not run this model in vLLM.", "Use training.sampler transformers.")
        return
    require_plain_weights(loaded.model.config)
    from vllm.engine.arg_utils import EngineArgs

    arguments = EngineArgs(
        model=loaded.model.name_or_path, max_model_len=config.training.max_sequence_length, model_impl="vllm"
    )
    check_model(arguments.create_model_config, type(loaded.model.get_base_model()).__name__)


def require_plain_weights(model_config: Any) -> None:
    """Refuse a model whose own weights are stored quantised: nothing can be added to those for vLLM.

    Raises:
        InvalidInput: With the reason and a cure.
    """
    stored = model_config.to_dict().get("quantization_config")
    if stored is not None:
        reason = (
            f"The model's weights are stored quantised ({stored.get('quant_method')}); vLLM takes no adapter on them."
        )
        raise refusal(reason, "Choose the model's 16-bit repository, or use training.sampler transformers.")


def check_model(make: Callable[[], Any], loaded_as: str) -> None:
    """Have vLLM look at a model and its lengths, and pass on in one sentence why it won't take them.

    Args:
        make: Makes vLLM's own configuration of the model; raises ValueError for one it can't take.
        loaded_as: The architecture in training, which may be the text part of the whole model; vLLM loads the whole,
            whose weights have other names.
    Raises:
        InvalidInput: With the reason and a cure.
    """
    try:
        whole = make().architecture
    except ValueError as error:
        why = str(error).split("Value error, ")[-1].split(". ")[0]
        cure = "Lower training.max_sequence_length if it is longer than the model's context, or choose another model"
        raise refusal(
            f"vLLM can't take this model: {why}.", f"{cure}, or use training.sampler transformers."
        ) from error
    if whole != loaded_as:
        reason = f"vLLM would load this model as {whole}; the part of it that is trained is {loaded_as}."
        raise refusal(reason, "Choose a model for text alone, or use training.sampler transformers.")


def sleep_arguments(loaded: LoadedModel) -> Keywords:
    """Keyword arguments of trl.GRPOConfig: whether vLLM frees its memory while the adapter learns.

    Unsloth's engine holds the trainer's own weights, so it stays awake; without CUDA there is nothing to free.
    """
    return {"vllm_enable_sleep_mode": loaded.engine == "trl" and loaded.device == "cuda"}


def join(trainer: Any, loaded: LoadedModel, config: RunConfig, check_stop: Callable[[], None]) -> None:
    """Make a trainer's vLLM see stop requests and the seed, and take weights without changing the trainer's own.

    Args:
        trainer: A GRPOTrainer with use_vllm, not yet training.
        loaded: Its model.
        config: The run's configuration.
        check_stop: Raises when a stop was asked for.
    """
    import torch
    from transformers import set_seed

    generation = trainer.vllm_generation
    stop_between_tokens(generation.llm, check_stop)
    if loaded.engine == "trl":  # Unsloth hands vLLM the adapter itself
        dtype = generation.llm.llm_engine.model_config.dtype
        generator = torch.Generator(loaded.model.device).manual_seed(config.training.seed)
        # TRL's own merges in place and subtracts again: see DECISIONS.md, 2026-11-30
        generation._iter_named_params = lambda: merged_weights(loaded.model, dtype, generator)
    set_seed(config.training.seed)  # vLLM samples by torch's generator, and has just set it to 0


def stop_between_tokens(llm: Any, check_stop: Callable[[], None]) -> None:
    """Look for a stop request before each step of vLLM, which writes one token of every completion.

    Our hook on the model is not called there. What was half written is left; the process ends soon after.
    """
    engine = llm.llm_engine
    step = engine.step

    def checked() -> Any:
        check_stop()
        return step()

    engine.step = checked


def merged_weights(model: Any, dtype: Any, generator: Any) -> Iterator[tuple[str, Any]]:
    """Each weight as vLLM names it, with the adapter added; the model itself is not changed.

    Args:
        model: A PEFT model whose adapter is LoRA.
        dtype: What vLLM holds weights in; adapted ones are rounded to it at random, see `rounded`.
        generator: Of random numbers, on the model's device.
    """
    for name, weight in model.named_parameters():
        if model.prefix in name:
            continue
        if name.endswith(ADAPTED):
            layer = model.get_submodule(name.removesuffix(ADAPTED))
            yield _vllm_name(name), _with_adapter(layer, str(dtype).removeprefix("torch."), generator)
        else:
            yield _vllm_name(name), weight.data


def _vllm_name(name: str) -> str:
    return name.removeprefix("base_model.model.").replace(".base_layer", "")


def _with_adapter(layer: Any, dtype: str, generator: Any) -> Any:
    import torch

    with torch.no_grad():
        merged = layer.get_base_layer().weight.float() + layer.get_delta_weight("default").float()
        return rounded(merged, dtype, generator) if dtype in DIGITS else merged
