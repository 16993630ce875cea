"""The known causes of a flat reward, each with its test and its cure; pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from core.runs.groups import (
    AnnotatedCompletion,
    AnnotatedGroup,
    Judging,
    is_flat,
    is_masked_out,
    is_missed,
    lacks_solution,
    problems_of,
    rewards_of,
    truths,
)

Test = Callable[[Any, Judging], bool]
"""Whether a group or a completion, as the cause's unit says, shows the cause."""


@dataclass(frozen=True)
class Cause:
    """One cause of a flat reward.

    Attributes:
        title: The cause for people; {share} is its share, {reason} the commonest reason of a missing score.
        because: The cause as the end of a sentence with "because".
        unit: Whether it is counted in groups or in completions.
        test: Whether an annotated group or completion shows it.
        what_to_do: The cure, naming our settings.
        least: The share from which on it is reported.
        serious: The share from which on a run is not healthy.
        explains: Its weight as a cause: a symptom such as "all rewards are 0" explains little.
    """

    code: str
    title: str
    because: str
    unit: Literal["groups", "completions"]
    test: Test
    what_to_do: str
    least: float
    serious: float
    explains: float = 1.0


def _equal(group: AnnotatedGroup) -> float | None:
    """The reward that all scored completions of a group have; None if they differ or are fewer than two."""
    rewards = rewards_of(group)
    return rewards[0] if len(rewards) > 1 and is_flat(group) else None


def _is_all_zero(group: AnnotatedGroup, judging: Judging) -> bool:
    reward = _equal(group)
    return reward is not None and judging.is_least(reward)


def _is_all_full(group: AnnotatedGroup, judging: Judging) -> bool:
    reward = _equal(group)
    return reward is not None and judging.is_full(reward)


def _is_equal(group: AnnotatedGroup, judging: Judging) -> bool:
    is_extreme = _is_all_zero(group, judging) or _is_all_full(group, judging)
    return _equal(group) is not None and not is_extreme


def _is_identical(group: AnnotatedGroup, judging: Judging) -> bool:
    return len({completion["text"].strip() for completion in group["completions"]}) == 1


def _lacks_markers(completion: AnnotatedCompletion, judging: Judging) -> bool:
    return bool(judging.markers.solution_start) and lacks_solution(completion, judging)


def _pays_form_alone(completion: AnnotatedCompletion, judging: Judging) -> bool:
    found = truths(completion, judging)
    others = [
        judging.weights.get(name, 1.0) * (score["value"] or 0.0)
        for name, score in completion["scores"].items()
        if name not in judging.judges
    ]
    return bool(found) and max(found) == 0 and any(earned > 0 for earned in others)


CAUSES = (
    Cause(
        code="unscored",
        title="{share} of the completions could not be scored: {reason}",
        because="completions could not be scored",
        unit="completions",
        test=lambda completion, judging: bool(problems_of(completion)),
        what_to_do="Mend what the reason names: the reward's code, its judge's address, or the columns it reads "
        "(reward.fields, dataset.response_field). Or take a reward that suits the data (reward.preset_name). Try it on "
        "this run's completions before training on.",
        least=0.001,
        serious=0.05,
        explains=1.2,
    ),
    Cause(
        code="masked_out",
        title="Whole groups are left out of the loss",
        because="all completions of a group are cut, and cut ones are left out of the loss",
        unit="groups",
        test=is_masked_out,
        what_to_do="Raise training.max_new_tokens (and training.max_sequence_length with it) until most completions "
        "end by themselves, or set grpo.mask_truncated to false: as it is, the gradient stays 0.",
        least=0.1,
        serious=0.3,
        explains=1.3,
    ),
    Cause(
        code="truncated",
        title="Completions are cut before they end",
        because="completions are cut before they end",
        unit="completions",
        test=lambda completion, judging: completion["truncated"],
        what_to_do="Raise training.max_new_tokens (and training.max_sequence_length with it), or teach shorter "
        "answers: pre_training.enabled, or prompt.template solution-only.",
        least=0.1,
        serious=0.3,
        explains=1.1,
    ),
    Cause(
        code="markers_missing",
        title="There is no solution between the markers",
        because="completions show no solution between the markers",
        unit="completions",
        test=_lacks_markers,
        what_to_do="Teach the form first: pre_training.enabled, with more pre_training.max_samples or epochs. Or take "
        "a prompt.template that the model knows (think-answer, solution-only).",
        least=0.1,
        serious=0.3,
    ),
    Cause(
        code="reference_present",
        title="The reference stands in the text but earns nothing",
        because="right answers stand where the reward does not look, or in a form it does not accept",
        unit="completions",
        test=is_missed,
        what_to_do="Look at the examples. Either the answer stands outside the markers (prompt.template, "
        "pre_training.enabled), or the reward is too strict for its form (reward.preset_name, dataset.final_answer).",
        least=0.05,
        serious=0.2,
    ),
    Cause(
        code="form_without_truth",
        title="Form is paid, truth is not reached",
        because="completions earn for their form and never for being right",
        unit="completions",
        test=_pays_form_alone,
        what_to_do="Lower the weight of the form in reward.components, or make the task easier: easier rows "
        "(dataset.filters), or a warm-up that shows how it is done (pre_training.enabled).",
        least=0.2,
        serious=0.5,
        explains=0.9,
    ),
    Cause(
        code="all_full",
        title="All completions of a group earn everything",
        because="the model can do these questions already",
        unit="groups",
        test=_is_all_full,
        what_to_do="Take harder rows (dataset.filters, dataset.parameters), or a reward that still tells good from "
        "better. Where this was the aim, training is done.",
        least=0.1,
        serious=0.5,
        explains=0.9,
    ),
    Cause(
        code="identical_completions",
        title="The completions of a group are the same",
        because="sampling brings the same text again and again",
        unit="groups",
        test=_is_identical,
        what_to_do="Raise training.temperature to 1.0, training.top_p to 1.0 and set training.top_k to 0. If that is "
        "so already, the model is too sure: lower training.learning_rate, raise grpo.kl_penalty, or warm up less.",
        least=0.2,
        serious=0.5,
        explains=0.8,
    ),
    Cause(
        code="equal_within_groups",
        title="All completions of a group earn the same",
        because="the reward makes no difference between the completions of a prompt",
        unit="groups",
        test=_is_equal,
        what_to_do="Sample more completions of each prompt (training.num_generations), or take a reward with finer "
        "steps: several reward.components instead of one that is all or nothing.",
        least=0.1,
        serious=0.5,
        explains=0.6,
    ),
    Cause(
        code="all_zero",
        title="All completions of a group earn nothing",
        because="no completion of these prompts earns anything",
        unit="groups",
        test=_is_all_zero,
        what_to_do="Give the model a chance to be right: a warm-up (pre_training.enabled), easier rows, a larger "
        "model, more tries (training.num_generations), or a reward that pays for a part (reward.components).",
        least=0.1,
        serious=0.5,
        explains=0.5,
    ),
)
