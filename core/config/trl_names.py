"""What TRL, PEFT and Unsloth call our settings: one flat table for arguments and for suggestions; pure."""

from __future__ import annotations

TABLE: tuple[tuple[str, str, str], ...] = (
    # our name, whose argument, their name
    ("model.lora_rank", "lora", "r"),
    ("model.lora_alpha", "lora", "lora_alpha"),
    ("model.lora_dropout", "lora", "lora_dropout"),
    ("model.target_modules", "lora", "target_modules"),
    ("model.gradient_checkpointing", "grpo", "gradient_checkpointing"),
    ("model.gradient_checkpointing", "sft", "gradient_checkpointing"),
    ("training.num_epochs", "grpo", "num_train_epochs"),
    ("training.max_steps", "grpo", "max_steps"),
    ("training.batch_size", "grpo", "per_device_train_batch_size"),
    ("training.batch_size", "grpo", "per_device_eval_batch_size"),
    ("training.gradient_accumulation_steps", "grpo", "gradient_accumulation_steps"),
    ("training.num_generations", "grpo", "num_generations"),
    ("training.learning_rate", "grpo", "learning_rate"),
    ("training.warmup_steps", "grpo", "warmup_steps"),
    ("training.lr_scheduler_type", "grpo", "lr_scheduler_type"),
    ("training.optim", "grpo", "optim"),
    ("training.optim", "sft", "optim"),
    ("training.weight_decay", "grpo", "weight_decay"),
    ("training.weight_decay", "sft", "weight_decay"),
    ("training.max_grad_norm", "grpo", "max_grad_norm"),
    ("training.max_grad_norm", "sft", "max_grad_norm"),
    ("training.max_sequence_length", "sft", "max_length"),
    ("training.max_new_tokens", "grpo", "max_completion_length"),
    ("training.temperature", "grpo", "temperature"),
    ("training.top_p", "grpo", "top_p"),
    ("training.top_k", "grpo", "top_k"),
    ("training.vllm_memory_fraction", "grpo", "vllm_gpu_memory_utilization"),
    ("training.seed", "grpo", "seed"),
    ("training.seed", "sft", "seed"),
    ("training.save_steps", "grpo", "save_steps"),
    ("training.save_total_limit", "grpo", "save_total_limit"),
    ("grpo.kl_penalty", "grpo", "beta"),
    ("grpo.clip_range", "grpo", "epsilon"),
    ("grpo.epsilon_high", "grpo", "epsilon_high"),
    ("grpo.importance_sampling_level", "grpo", "importance_sampling_level"),
    ("grpo.num_iterations", "grpo", "num_iterations"),
    ("grpo.steps_per_generation", "grpo", "steps_per_generation"),
    ("grpo.loss_type", "grpo", "loss_type"),
    ("grpo.scale_rewards", "grpo", "scale_rewards"),
    ("grpo.mask_truncated", "grpo", "mask_truncated_completions"),
    ("reward.components", "grpo", "reward_weights"),
    ("pre_training.epochs", "sft", "num_train_epochs"),
    ("pre_training.learning_rate", "sft", "learning_rate"),
    ("pre_training.batch_size", "sft", "per_device_train_batch_size"),
    ("pre_training.batch_size", "sft", "per_device_eval_batch_size"),
)

OTHERS: dict[str, tuple[str, str]] = {
    # their name: our name, its value in their place
    "load_in_4bit": ("model.quantization", "4bit"),
    "load_in_8bit": ("model.quantization", "8bit"),
    "load_in_16bit": ("model.quantization", "none"),
    "model_name": ("model.name", ""),
    "model_name_or_path": ("model.name", ""),
    "lora_r": ("model.lora_rank", ""),
    "max_lora_rank": ("model.lora_rank", ""),
    "use_gradient_checkpointing": ("model.gradient_checkpointing", ""),
    "dataset_name": ("dataset.source", ""),
    "max_seq_length": ("training.max_sequence_length", ""),
    "max_prompt_length": ("training.max_sequence_length", ""),
    "use_vllm": ("training.sampler", "vllm"),
    "fast_inference": ("training.sampler", "vllm"),
    "gpu_memory_utilization": ("training.vllm_memory_fraction", ""),
    "random_state": ("training.seed", ""),
    "reward_funcs": ("reward.components", ""),
}
"""Names that are no arguments of ours to TRL: Unsloth's, and those of TRL's scripts."""


def ours_for(name: str, section: str = "") -> str:
    """How a setting of TRL, PEFT or Unsloth is set here, in words; empty where nothing corresponds.

    Args:
        section: Where it was found; where two settings have that name, the one of this section is meant.
    """
    known = [ours for ours, _, theirs in TABLE if theirs == name]
    known.sort(key=lambda ours: ours.partition(".")[0] != section)
    ours, value = (known[0], "") if known else OTHERS.get(name, ("", ""))
    return f"{ours}: {value}" if value else ours
