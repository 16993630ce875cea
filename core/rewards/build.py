"""A reward section to the scorers of a run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from core.errors import InvalidInput
from core.rewards import sandbox
from core.rewards.base import Example
from core.rewards.custom import definition as custom
from core.rewards.judge.scorer import Judge
from core.rewards.judge.section import JudgeSettings
from core.rewards.presets import PRESETS, reward_function
from core.rewards.scoring import EachAlone, Outcome, Scorer, Waiting
from core.rewards.section import RewardComponent, RewardConfig, preset_of

MOST_THREADS = 4
"""Completions that are scored at once; each takes up to two of the sandbox's workers."""


@dataclass(frozen=True)
class RewardTools:
    """Resources of rewards that are not in the configuration: the file of verdicts, and keys of judges."""

    judge_cache: Path
    environment: Mapping[str, str]


def scorers(config: RewardConfig, tools: RewardTools) -> list[Scorer]:
    """One scorer per part of the reward, in the order of its weights.

    Raises:
        InvalidInput: A custom reward is not written out; `fields` names it.
    """
    return [_in_lane(_scorer(part, tools), config.sandbox, _threads(part)) for part in config.parts]


def _in_lane(scorer: Scorer, lane: sandbox.Lane, threads: int) -> Scorer:
    """A judge runs no code, and has to be asked as it is: it can begin early."""
    return scorer if isinstance(scorer, Waiting) else _InLane(scorer, lane, threads)


class _InLane:
    """A Scorer whose code runs in the lane that the configuration chose.

    Args:
        threads: How many completions are scored at once; 1 gives them all to the scorer in one call.
    """

    def __init__(self, scorer: Scorer, lane: sandbox.Lane, threads: int):
        self.name = scorer.name
        self.judges_truth = scorer.judges_truth
        self.range = scorer.range
        self._scorer = scorer
        self._lane = lane
        self._threads = threads

    def score_all(
        self, responses: Sequence[str], references: Sequence[str], examples: Sequence[Example]
    ) -> list[Outcome]:
        """One outcome per completion."""
        if self._threads == 1 or len(responses) < 2:
            return self._scored(responses, references, examples)
        rows = zip(responses, references, examples, strict=True)
        with ThreadPoolExecutor(self._threads) as pool:
            return [outcome for (outcome,) in pool.map(lambda row: self._scored(*([part] for part in row)), rows)]

    def _scored(
        self, responses: Sequence[str], references: Sequence[str], examples: Sequence[Example]
    ) -> list[Outcome]:
        with sandbox.using(self._lane):
            return self._scorer.score_all(responses, references, examples)


def _threads(part: RewardComponent) -> int:
    """Code of completions runs on all cores, as far as the sandbox has workers; other rewards take no time."""
    runs_python = part.preset_name is not None and PRESETS[preset_of(part.preset_name)].runs_python
    return min(MOST_THREADS, os.cpu_count() or 1) if runs_python else 1


def _scorer(part: RewardComponent, tools: RewardTools) -> Scorer:
    if part.judge is not None:
        return Judge(part.label, part.judge, tools.judge_cache, _key(part.judge, tools.environment))
    if part.custom_name is not None:
        if part.custom is None:
            problem = f"there is no custom reward {part.custom_name!r}"
            raise InvalidInput(f"{problem}.", "Save it first.", {"reward.custom_name": problem})
        return custom.scorer(part.label, part.custom)
    name = preset_of(part.preset_name or "")
    return EachAlone(part.label, reward_function(name, part.parameters), PRESETS[name].judges_truth)


def _key(judge: JudgeSettings, environment: Mapping[str, str]) -> str:
    if judge.api_key_variable and not environment.get(judge.api_key_variable):
        problem = f"{judge.api_key_variable} is not set where the server was started"
        hint = "Set it and start the server again."
        raise InvalidInput(f"The judge's key is missing: {problem}.", hint, {"reward.components": problem})
    return environment.get(judge.api_key_variable, "")
