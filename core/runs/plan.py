"""The plan of a run before it starts: rows, steps, completions and time; pure."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Annotated

from typing_extensions import TypedDict

from core.config import RunConfig
from core.config.resolve import Notice
from core.jsonfile import JsonObject
from core.runs.phases import MemoryPart
from core.runs.ready_finding import ReadyFinding
from core.runs.split import SplitSizes, split_sizes


@dataclass(frozen=True)
class Pace:
    """How fast a past run was.

    Attributes:
        session_id: Which run.
        step_seconds: How long its latest step took.
        completions: Completions of one of its steps.
        max_new_tokens: The longest they could be.
    """

    session_id: str
    step_seconds: float
    completions: int
    max_new_tokens: int


@dataclass(frozen=True)
class Rows:
    """What is known of the rows of a data set.

    Attributes:
        count: How many there are before max_samples; None where that is not known.
        split: How a check has found them split, exactly; None where it has to be worked out.
        is_checked: Whether a check has counted them.
    """

    count: int | None
    split: SplitSizes | None = None
    is_checked: bool = False


@dataclass(frozen=True)
class Estimate:
    """The work of a run in numbers; None if it depends on rows that are not counted.

    Attributes:
        rows: Usable rows of the data set.
        is_checked: Whether they were counted by a check of the data; else empty and repeated ones may be among them.
        warm_up_rows, train_rows, held_out_rows: How they are split.
        steps, warm_up_steps: Optimiser steps of GRPO and of the warm-up.
        completions: Completions sampled in all GRPO steps.
        tokens_at_most: Tokens in them if each has its maximum length.
        seconds: Time of the GRPO steps; None without a past run to compare with.
        basis: The basis of the time, or why there is none.
    """

    rows: int | None
    is_checked: bool
    warm_up_rows: int | None
    train_rows: int | None
    held_out_rows: int | None
    steps: int | None
    warm_up_steps: int | None
    completions: int | None
    tokens_at_most: int | None
    seconds: float | None
    basis: str


class StepSummary(TypedDict):
    """One optimiser step in numbers and in words; `in_memory` is how many of its completions are there at once."""

    prompts: int
    completions: int
    in_memory: int
    words: str


class PhaseNeed(TypedDict):
    """The memory of one phase of a run, in GiB; `decides` marks the phase whose parts are in the sum."""

    key: str
    label: str
    gib: float
    decides: bool


class MemoryNeed(TypedDict):
    """The memory of a run in GiB: the parts at its peak, which sum to the total, and the need of each phase.

    Phases take turns in the same memory. The total is null for a model of unknown shape; `problem` says why.
    """

    available_gib: float
    device: str
    problem: str | None
    parts: list[Annotated[JsonObject, MemoryPart]]
    phases: list[PhaseNeed]
    total_gib: float | None
    fits: bool | None


class Refusal(TypedDict):
    """Why a run can't start as it is configured."""

    message: str
    hint: str
    fields: dict[str, str]


class Plan(TypedDict):
    """A configuration as it would run; `refusal` where it is too large.

    `algorithm_note` names the part of the algorithm that the settings disable, and how to enable it. `ready` says
    whether the run can learn, `recommended` which settings suit the data: setting -> value.
    """

    config: Annotated[JsonObject, RunConfig]
    notices: list[Annotated[JsonObject, Notice]]
    step: StepSummary
    algorithm_note: str
    estimate: Annotated[JsonObject, Estimate]
    memory: MemoryNeed
    refusal: Refusal | None
    recommended: dict[str, int]
    ready: list[ReadyFinding]


def step_summary(config: RunConfig) -> StepSummary:
    """One optimiser step of a configuration."""
    prompts, completions, at_once = config.prompts_per_step, config.completions_per_step, config.training.batch_size
    generations = config.training.num_generations
    plural = "" if prompts == 1 else "s"
    words = f"One step: {prompts} prompt{plural} x {generations} completions = {completions} completions"
    if completions % generations:
        words = f"One step: {completions} completions, sampled in groups of {generations}"
    return {
        "prompts": prompts,
        "completions": completions,
        "in_memory": at_once,
        "words": f"{words}, {at_once} in memory at once.",
    }


def estimate(config: RunConfig, rows: Rows, pace: Pace | None) -> Estimate:
    """The work of a run.

    Args:
        config: As it will run.
        rows: What is known of the rows.
        pace: A past run of the same model on the same kind of device.
    """
    count = rows.count
    if count is not None and config.dataset.max_samples is not None:
        count = min(count, config.dataset.max_samples)
    sizes = {"warm_up": None, "train": None, "held_out": None}
    if count is not None:
        sizes = asdict(rows.split or split_sizes(count, config))
    steps = grpo_steps(sizes["train"], config)
    completions = None if steps is None else sampled_completions(steps, config)
    seconds = None if pace is None or completions is None else _seconds(pace, completions, config)
    return Estimate(
        rows=count,
        is_checked=rows.is_checked,
        warm_up_rows=sizes["warm_up"],
        train_rows=sizes["train"],
        held_out_rows=sizes["held_out"],
        steps=steps,
        warm_up_steps=warm_up_steps(sizes["warm_up"], config),
        completions=completions,
        tokens_at_most=None if completions is None else completions * config.training.max_new_tokens,
        seconds=seconds,
        basis=_basis(pace, completions),
    )


def plan_notices(config: RunConfig, planned: Estimate) -> list[Notice]:
    """What the numbers of a plan say about its settings.

    A warm-up is longer than the run if it learns from more answers; its steps are smaller, so they do not compare.
    """
    rows = config.pre_training.max_samples if planned.warm_up_rows is None else planned.warm_up_rows
    steps = warm_up_steps(rows, config)
    if not rows or not steps or planned.steps is None:
        return []
    imitated, learned = round(rows * config.pre_training.epochs), planned.steps * config.completions_per_step
    if imitated <= learned:
        return []
    message = (
        f"The warm-up is longer than the run: it learns from {imitated:,} answers in {steps:,} steps, GRPO from "
        f"{learned:,} in {planned.steps:,}. Lower pre_training.max_samples or epochs, or train longer."
    )
    return [Notice("warning", "pre_training.max_samples", message)]


def grpo_steps(rows: int | None, config: RunConfig) -> int | None:
    """Optimiser steps of GRPO on `rows` training rows, as TRL counts them.

    Its RepeatSampler takes whole generations of prompts and leaves the rest of an epoch out; each generation makes
    steps_per_generation x num_iterations batches, and gradient_accumulation_steps of those make a step
    (transformers.Trainer.set_initial_training_values).
    """
    if config.training.max_steps is not None:
        return config.training.max_steps
    if rows is None:
        return None
    accumulation = config.training.gradient_accumulation_steps
    batches = rows // config.prompts_per_generation * _batches_per_generation(config)
    return math.ceil(config.training.num_epochs * max(1, math.ceil(batches / accumulation)))


def warm_up_steps(rows: int | None, config: RunConfig) -> int | None:
    """Optimiser steps of the warm-up on `rows` rows: a last batch that is not full counts."""
    if not config.pre_training.enabled or rows == 0:
        return 0
    if rows is None:
        return None
    return math.ceil(config.pre_training.epochs * math.ceil(rows / config.pre_training.batch_size))


def sampled_completions(steps: int, config: RunConfig) -> int:
    """Completions that are sampled for `steps` steps; steps that use the same ones again sample none."""
    batches = steps * config.training.gradient_accumulation_steps
    generations = math.ceil(batches / _batches_per_generation(config))
    return generations * config.completions_per_generation


def _batches_per_generation(config: RunConfig) -> int:
    at_once = config.grpo.steps_per_generation or config.training.gradient_accumulation_steps
    return at_once * config.grpo.num_iterations


def _seconds(pace: Pace, completions: int, config: RunConfig) -> float:
    """The time of the completions at the pace of a past run, longer ones taking longer in proportion."""
    longer = config.training.max_new_tokens / pace.max_new_tokens
    return pace.step_seconds / pace.completions * completions * longer


def _basis(pace: Pace | None, completions: int | None) -> str:
    if completions is None:
        return (
            "There is no time yet, since the rows of the data set have not been counted; max_steps would fix the steps."
        )
    if pace is None:
        return "There is no time yet: no past run trained this model on this kind of device."
    return (
        f"Based on session {pace.session_id}, whose latest step took {pace.step_seconds:.3g} s for {pace.completions} "
        f"completions of at most {pace.max_new_tokens} tokens, in proportion to number and length; without warm-up and "
        "scoring."
    )
