"""vLLM as the sampler of a run: checks, the transfer of merged weights, and stop requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from core.config import RunConfig
from core.config.algorithms import Keywords
from core.config.sampler import check_sampler, installed_packages, refusal
from core.workers.loading import LoadedModel
from core.workers.rounding import DIGITS, rounded

OLDEST_CAPABILITY = (7, 5)
"""Turing; vLLM's builds for CUDA 13 have no code for older cards."""
ADAPTED = ".base_layer.weight"
"""How PEFT names a weight that it puts an adapter on."""


def require_vllm(config: RunConfig) -> None:
    """Before a model is loaded: refuse vLLM on a machine where it can't sample.

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
    """After a model is loaded: refuse a model or sequence length that vLLM does not support.

    Raises:
        InvalidInput: With the reason and a cure.
    """
    if loaded.engine == "unsloth":
        if not hasattr(loaded.model.get_base_model(), "vllm_engine"):  # Unsloth only prints a message then
            raise refusal("Unsloth does not run this model in vLLM.", "Use training.sampler transformers.")
        return
    require_plain_weights(loaded.model.config)
    from vllm.engine.arg_utils import EngineArgs

    arguments = EngineArgs(
        model=loaded.model.name_or_path, max_model_len=config.training.max_sequence_length, model_impl="vllm"
    )
    check_model(arguments.create_model_config, type(loaded.model.get_base_model()).__name__)


def require_plain_weights(model_config: Any) -> None:
    """Refuse a model with stored quantised weights: the adapter can't be merged into them for vLLM.

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
    """Refuse a model or a length that vLLM does not support, with vLLM's reason in one sentence.

    Args:
        make: Makes vLLM's configuration of the model; raises ValueError for an unsupported one.
        loaded_as: The architecture in training. It may be the text part of a larger model; vLLM loads the larger one,
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
    """Keyword arguments of trl.GRPOConfig: whether vLLM frees its memory during the optimiser step.

    Unsloth's vLLM shares the trainer's weights and can't free them; without CUDA there is no memory to free.
    """
    return {"vllm_enable_sleep_mode": loaded.engine == "trl" and loaded.device == "cuda"}


def join(trainer: Any, loaded: LoadedModel, config: RunConfig, check_stop: Callable[[], None]) -> None:
    """Connect a trainer's vLLM to stop requests and the seed, and make it take merged weights.

    Args:
        trainer: A GRPOTrainer with use_vllm, not yet training.
        check_stop: Raises when a stop was requested.
    """
    import torch
    from transformers import set_seed

    generation = trainer.vllm_generation
    stop_between_tokens(generation.llm, check_stop)
    if loaded.engine == "trl":  # Unsloth hands vLLM the adapter itself
        dtype = generation.llm.llm_engine.model_config.dtype
        generator = torch.Generator(loaded.model.device).manual_seed(config.training.seed)
        # private: TRL's own merges in place and subtracts again, which loses bits; see DECISIONS.md, 2026-11-30
        generation._iter_named_params = lambda: merged_weights(loaded.model, dtype, generator)
    set_seed(config.training.seed)  # vLLM samples with torch's generator and has just set its seed to 0


def stop_between_tokens(llm: Any, check_stop: Callable[[], None]) -> None:
    """Check for a stop request before each step of vLLM, which samples one token of every completion.

    vLLM does not call the hook on the trained model. The incomplete batch is lost; the process ends soon after.
    """
    engine = llm.llm_engine
    step = engine.step

    def checked() -> Any:
        check_stop()
        return step()

    engine.step = checked


def merged_weights(model: Any, dtype: Any, generator: Any) -> Iterator[tuple[str, Any]]:
    """Each weight under vLLM's name with the adapter merged; the model is not changed.

    Args:
        model: A PEFT model whose adapter is LoRA.
        dtype: vLLM's type of weights; adapted weights are rounded to it at random, see `rounded`.
        generator: A random generator on the model's device.
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
