"""The values that an evaluation takes from its run: sampling, models, facts for the card; and its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.config import RunConfig
from core.errors import InvalidInput
from core.evaluations.record import DescribedModel, RecordModel
from core.generation.model_path import ModelDescription, label_of
from core.generation.sampling import MOST_TOKENS, Sampling, sampling_from

MAX_EVALUATION_ANSWERS = 20_000
"""Answers of one evaluation at most: rows times samples times two."""


def sampling_of(config: RunConfig, samples: int, values: Mapping[str, Any]) -> Sampling:
    """The sampling of an evaluation: greedy for one answer a row, the training's for several; with the training's seed.

    Args:
        samples: Answers of each model to each row.
        values: Sampling values of the request, which take precedence.
    Raises:
        InvalidInput: A value is out of bounds, or several answers are requested at temperature 0.
    """
    training = config.training
    default = Sampling(temperature=0.0, max_tokens=min(training.max_new_tokens, MOST_TOKENS), seed=training.seed)
    if samples > 1:
        as_trained = {"temperature": training.temperature, "top_p": training.top_p, "top_k": training.top_k}
        default = default.model_copy(update=as_trained)
    sampling = sampling_from(values, default)
    if samples > 1 and sampling.temperature == 0:
        problem = f"at temperature 0 all {samples} answers to a row are the same"
        raise InvalidInput(
            f"temperature: {problem}.", "Leave it out to sample as in training.", {"temperature": problem}
        )
    return sampling


def seeded(sampling: Sampling, seed: int) -> Sampling:
    """`sampling` with `seed`, unless it has a seed of its own."""
    return sampling if sampling.seed is not None else sampling.model_copy(update={"seed": seed})


def described_model(model: ModelDescription, use_adapter: bool) -> DescribedModel:
    """`model` with `use_adapter` and its label.

    Raises:
        InvalidInput: It has no adapter to switch off.
    """
    return {**model, "use_adapter": use_adapter, "label": label_of(model, use_adapter)}


def record_model(model: DescribedModel) -> RecordModel:
    """The part of a model's description that a record keeps."""
    return {"model_path": model["model_path"], "use_adapter": model["use_adapter"], "label": model["label"]}


def require_two(models: Sequence[DescribedModel]) -> None:
    """Refuse to compare a model with itself.

    Raises:
        InvalidInput: Both are the same.
    """
    first, second = ((model["model_path"], model["use_adapter"]) for model in models)
    if first == second:
        problem = "both are the same model"
        raise InvalidInput(f"models: {problem}.", "Compare two that differ.", {"models": problem})


def require_rows(config: RunConfig, rows: int, samples: int) -> None:
    """Refuse an evaluation without rows, or with too many answers.

    Raises:
        InvalidInput: The run holds nothing out, or it needs more than MAX_EVALUATION_ANSWERS answers.
    """
    if config.dataset.validation_fraction == 0:
        problem = "nothing is held out in this run: dataset.validation_fraction is 0"
        hint = "Train with rows held out, or test the run with a file of prompts."
        raise InvalidInput(f"{problem[0].upper()}{problem[1:]}.", hint, {"session_id": problem})
    if 2 * rows * samples > MAX_EVALUATION_ANSWERS:
        problem = f"{rows} rows with {samples} answers of each model are more than {MAX_EVALUATION_ANSWERS:,} answers"
        raise InvalidInput(f"{problem}.", "Take fewer rows or samples.", {"rows": problem})


def about(session_id: str, config: RunConfig) -> dict[str, str]:
    """Facts of the run for the card: name -> value."""
    data = config.dataset
    return {
        "Run": f"{config.name} ({session_id})" if config.name else session_id,
        "Base model": config.model.name,
        "Data set": f"{data.source}, {data.subset}" if data.subset else data.source,
        "Rewards": ", ".join(f"{name} (weight {weight:g})" for name, weight in config.reward.weights.items()),
    }
