"""A reward section to the scorers of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InvalidInput
from core.rewards import custom, sandbox
from core.rewards.base import Example
from core.rewards.judge import Judge
from core.rewards.judge_section import JudgeSettings
from core.rewards.presets import PRESETS, reward_function
from core.rewards.scoring import EachAlone, Outcome, Scorer
from core.rewards.section import RewardComponent, RewardConfig, preset_of


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
    return [_InLane(_scorer(part, tools), config.sandbox) for part in config.parts]


class _InLane:
    """A Scorer whose code runs in the lane that the configuration chose."""

    def __init__(self, scorer: Scorer, lane: sandbox.Lane):
        self.name = scorer.name
        self.judges_truth = scorer.judges_truth
        self._scorer = scorer
        self._lane = lane

    def score_all(
        self, responses: Sequence[str], references: Sequence[str], examples: Sequence[Example]
    ) -> list[Outcome]:
        """One outcome per completion."""
        with sandbox.using(self._lane):
            return self._scorer.score_all(responses, references, examples)


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
