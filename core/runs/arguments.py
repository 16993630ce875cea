"""The keyword arguments of TRL and PEFT from a RunConfig, by one flat table; and the settings that are not theirs."""

from __future__ import annotations

from core.config import RunConfig
from core.config.algorithms import ALGORITHMS, Keywords
from core.config.sampler import LARGEST_RATIO
from core.config.trl_names import TABLE

PINNED: Keywords = {
    "eval_accumulation_steps": None,
    "logging_nan_inf_filter": True,
    "torch_empty_cache_steps": None,
}
PINNED_GRPO: Keywords = {"router_aux_loss_coef": None}
PINNED_SFT: Keywords = {
    "completion_only_loss": True,
    "dataset_num_proc": None,
    "gradient_accumulation_steps": 1,
    "lr_scheduler_type": "linear",
    "packing": False,
    "padding_free": False,
    "save_strategy": "no",
    "warmup_steps": 0,
}
"""Fixed arguments that are no settings. Unsloth's compiled trainers have other defaults than TRL: with those the
warm-up made half of its steps, and the first one at a learning rate of 0."""

NOT_TRL: dict[str, str] = {
    "name": "for people",
    "model.name": "which weights core/workers/loading.py loads",
    "model.quantization": "how core/workers/loading.py loads them",
    "dataset.source": "core/data/source.py reads it",
    "dataset.kind": "core/data/source.py reads it",
    "dataset.subset": "core/data/hub_layout.py finds its files",
    "dataset.split": "core/data/hub_layout.py finds its files",
    "dataset.encoding": "core/data/text_stream.py decodes with it",
    "dataset.instruction_field": "core/data/mapping.py maps it",
    "dataset.response_field": "core/data/mapping.py maps it",
    "dataset.context_field": "core/data/mapping.py maps it",
    "dataset.reasoning_field": "core/data/mapping.py maps it",
    "dataset.final_answer": "core/data/mapping.py cuts answers by it",
    "dataset.filters": "core/data/mapping.py leaves rows out by it",
    "dataset.max_samples": "core/runs/split.py draws as many rows",
    "dataset.validation_fraction": "core/runs/split.py holds rows out",
    "dataset.validation_samples": "core/runs/split.py holds rows out",
    "dataset.parameters": "core/data/builtin and procedural.py generate with them",
    "prompt.template": "core/prompts/template.py renders it",
    "prompt.system_prompt": "core/prompts/template.py renders it",
    "prompt.instruction_template": "core/prompts/template.py renders it",
    "prompt.reasoning_start": "core/prompts/template.py renders it",
    "prompt.reasoning_end": "core/prompts/template.py renders it",
    "prompt.solution_start": "core/prompts/template.py renders it",
    "prompt.solution_end": "core/prompts/template.py renders it",
    "prompt.thinking": "core/prompts/chat_template.py writes it into the model's chat template",
    "training.samples_per_epoch": "core/runs/split.py cuts to it",
    "training.eval_steps": "core/workers/train/callbacks.py evaluates",
    "training.sampler": "sampler_arguments below turns it into all that TRL asks about vLLM",
    "training.engine_step": "core/workers/train/grpo.py makes the trainer fast by it",
    "grpo.dynamic_sampling": "core/workers/train/dynamic_sampling.py chooses the prompts",
    "grpo.algorithm": "a row of core/config/algorithms.py, which fills what is null",
    "reward.type": "decides which presets are used",
    "reward.preset_name": "names the reward function itself",
    "reward.parameters": "core/rewards/build.py binds them to the preset",
    "reward.custom_name": "core/rewards/build.py makes it a scorer",
    "reward.sandbox": "core/rewards/build.py gives it to every scorer",
    "reward.custom": "core/rewards/build.py makes it a scorer",
    "reward.fields": "core/data/mapping.py maps it",
    "pre_training.enabled": "whether core/workers/train/run.py warms up",
    "pre_training.max_samples": "core/runs/split.py cuts to it",
    "resources.executor": "there is one so far: services/processes/worker.py starts a process on this machine",
    "resources.gpus": "services/processes/devices.py places the run",
    "resources.allow_too_large": "core/runs/fit.py refuses nothing then",
}


def grpo_arguments(config: RunConfig) -> Keywords:
    """Keyword arguments of trl.GRPOConfig from the configuration; the algorithm replaces null."""
    given = _from_table(config, "grpo")
    given["reward_weights"] = list(config.reward.weights.values())
    if not config.training.save_steps:
        given["save_strategy"] = "no"
        del given["save_steps"]
    arguments = {
        **PINNED,
        **PINNED_GRPO,
        **sampler_arguments(config),
        **ALGORITHMS[config.grpo.algorithm].arguments,
        **given,
    }
    if arguments["epsilon_high"] is None:
        arguments["epsilon_high"] = arguments["epsilon"]
    return arguments


def sampler_arguments(config: RunConfig) -> Keywords:
    """Keyword arguments of trl.GRPOConfig about vLLM, every one given, since Unsloth's defaults are others.

    vLLM runs in the worker (colocate). A completion counts by how much likelier the trainer finds it than vLLM did;
    one above LARGEST_RATIO counts nothing (sequence_mask, TRL's default).
    """
    return {
        "use_vllm": config.training.sampler == "vllm",
        "vllm_mode": "colocate",
        "vllm_model_impl": "vllm",
        "vllm_tensor_parallel_size": 1,
        "vllm_max_model_length": config.training.max_sequence_length,
        "vllm_importance_sampling_correction": True,
        "vllm_importance_sampling_mode": "sequence_mask",
        "vllm_importance_sampling_clip_min": None,
        "vllm_importance_sampling_clip_max": LARGEST_RATIO,
    }


def sft_arguments(config: RunConfig) -> Keywords:
    """Keyword arguments of trl.SFTConfig for the warm-up; the loss is on the completion only."""
    return {**_from_table(config, "sft"), **PINNED, **PINNED_SFT}


def lora_arguments(config: RunConfig) -> Keywords:
    """Keyword arguments of peft.LoraConfig."""
    return _from_table(config, "lora")


def _from_table(config: RunConfig, target: str) -> Keywords:
    given: Keywords = {}
    for ours, whose, theirs in TABLE:
        section, _, field = ours.partition(".")
        value = getattr(getattr(config, section), field)
        if whose == target and value is not None:
            given[theirs] = list(value) if isinstance(value, tuple) else value
    return given
