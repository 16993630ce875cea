"""card.md: what was trained on what, with the measured scores."""

from __future__ import annotations

from core.config import RunConfig
from core.runs.adapted import adapter_words
from core.sessions.state import SessionState
from core.statistics import verdict, wilson_interval

STAGES = {"base": "base model", "warm_up": "after the warm-up", "trained": "after GRPO"}


def write_card(config: RunConfig, state: SessionState) -> str:
    """The Markdown text of the card."""
    training, data = config.training, state.data or {}
    lines = [
        f"# {config.name or state.session_id}",
        "",
        f"A LoRA adapter (rank {config.model.lora_rank}, alpha {config.model.lora_alpha}) for `{config.model.name}`, "
        f"trained with LoRA Craft on `{config.dataset.source}`.",
        "",
        f"- Algorithm: {config.grpo.algorithm}, {state.step} steps of {config.prompts_per_step} prompts x "
        f"{training.num_generations} completions, learning rate {training.learning_rate:g}",
        f"- Rewards: {', '.join(f'{name} (weight {weight:g})' for name, weight in config.reward.weights.items())}",
        f"- Rows: {data.get('warm_up')} for the warm-up, {data.get('train')} for GRPO, {data.get('held_out')} held out",
        *_layers(state),
        f"- Seed: {training.seed}",
        "",
        *_scores(state),
    ]
    return "\n".join(lines) + "\n"


def _layers(state: SessionState) -> list[str]:
    layers = (state.engine or {}).get("adapted_layers")
    return [f"- Adapter on {adapter_words(layers)}"] if layers else []


def _scores(state: SessionState) -> list[str]:
    if not state.evaluations:
        return ["No rows were held out, so nothing was measured."]
    lines = ["| held-out questions | correct | 95 % interval | mean reward |", "| --- | --- | --- | --- |"]
    for score in state.evaluations:
        name = STAGES.get(score["stage"], f"step {score.get('step')}")
        counted = score["correct"] is not None
        low, high = wilson_interval(score["correct"], score["total"]) if counted else (0.0, 0.0)
        share = f"{score['correct']} of {score['total']}" if counted else "not judged"
        interval = f"{low:.1%} to {high:.1%}" if counted else ""
        lines.append(f"| {name} | {share} | {interval} | {score['reward']:.3f} |")
    return [*lines, "", verdict(state.evaluations)]
