"""run_card: card.md of a run, with its model, data, settings and held-out scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.config import RunConfig
from core.sessions.scores import scored_rows, verdict
from core.sessions.state import SessionState
from core.statistics import wilson_interval

AdaptedLayers = Mapping[str, Sequence[int]]
"""Kind of linear layer, such as q_proj -> [how many carry an adapter, how many there are]."""
STAGES = {"base": "base model", "warm_up": "after the warm-up", "trained": "after GRPO"}


def run_card(config: RunConfig, state: SessionState) -> str:
    """The Markdown text of the card."""
    training = config.training
    lines = [
        f"# {config.name or state.session_id}",
        "",
        f"A LoRA adapter (rank {config.model.lora_rank}, alpha {config.model.lora_alpha}) for `{config.model.name}`, "
        f"trained with LoRA Craft on `{config.dataset.source}`.",
        "",
        f"- Algorithm: {config.grpo.algorithm}, {state.step} steps of {config.prompts_per_step} prompts x "
        f"{training.num_generations} completions, learning rate {training.learning_rate:g}",
        f"- Rewards: {', '.join(f'{name} (weight {weight:g})' for name, weight in config.reward.weights.items())}",
        _rows(state),
        *_layers(state),
        f"- Seed: {training.seed}",
        "",
        *_scores(state),
    ]
    return "\n".join(lines) + "\n"


def _rows(state: SessionState) -> str:
    warm_up, train, held_out = (state.data[part] if state.data else None for part in ("warm_up", "train", "held_out"))
    return f"- Rows: {warm_up} for the warm-up, {train} for GRPO, {held_out} held out"


def _layers(state: SessionState) -> list[str]:
    layers = state.engine["adapted_layers"] if state.engine else None
    return [f"- Adapter on {adapter_words(layers)}"] if layers else []


def _scores(state: SessionState) -> list[str]:
    if not state.evaluations:
        return ["No rows were held out, so nothing was measured."]
    lines = ["| held-out questions | correct | 95 % interval | mean reward |", "| --- | --- | --- | --- |"]
    for score in state.evaluations:
        name = STAGES.get(score["stage"], f"step {score.get('step')}")
        share, interval = "not judged", ""
        if score["correct"] is not None:
            low, high = wilson_interval(score["correct"], scored_rows(score))
            share, interval = f"{score['correct']} of {scored_rows(score)}", f"{low:.1%} to {high:.1%}"
        if missing := score["total"] - scored_rows(score):
            share += f", {missing} not scored"
        reward = "unknown" if score["reward"] is None else f"{score['reward']:.3f}"
        lines.append(f"| {name} | {share} | {interval} | {reward} |")
    return [*lines, "", verdict(state.evaluations)]


def adapter_words(layers: AdaptedLayers) -> str:
    """How many layers of each kind carry an adapter, and which kinds carry none."""
    carrying = {kind: adapted for kind, (adapted, _) in layers.items() if adapted}
    words = f"{sum(carrying.values())} layers ({', '.join(f'{kind} {count}' for kind, count in carrying.items())})"
    without = kinds_without(layers)
    return f"{words}; none on {', '.join(without)}" if without else words


def kinds_without(layers: AdaptedLayers) -> list[str]:
    """The kinds of layer that no adapter is on."""
    return [kind for kind, (adapted, _) in layers.items() if not adapted]
