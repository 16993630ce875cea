"""RolloutRecorder: stores every group of completions with scores and advantages, one JSON lines file per step."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

from core.jsonfile import plain, write_text
from core.rewards.for_trl import Batch, TrlReward, as_record, weighted_sum
from core.rewards.record import Completion, Group, SampleCompletion
from core.sessions.kinds import StoredGroups
from core.sessions.store import completions_file

SAMPLE_CHARACTERS = 600
PRINTS_SHOWN = 20


class RolloutRecorder:
    """Joins the completions and scores of the rewards with the advantages of TRL.

    What the chat template begins of an answer is stored with the completion, and not with its prompt.

    Args:
        folder: Where the step files go.
        rewards: The run's rewards in the order TRL calls them.
        weights: Reward name -> weight.
        group_size: Completions per prompt; a group is consecutive in TRL's batch.
        end_ids: Token ids that end a completion; one without them was cut.
    """

    def __init__(
        self, folder: Path, rewards: list[TrlReward], weights: dict[str, float], group_size: int, end_ids: set[int]
    ):
        self._folder = folder
        self._rewards = rewards
        self._weights = weights
        self._group_size = group_size
        self._end_ids = end_ids
        self._calls_seen = rewards[0].calls

    def record(self, step: int, prompts: list[str], advantages: list[float]) -> StoredGroups | None:
        """Write the groups sampled since the last call; None without new ones.

        Args:
            step: The first optimiser step that learns from them.
            prompts: Rendered prompts, shape [completions].
            advantages: Shape [completions].
        """
        batch = self._rewards[0].batch
        if batch is None or self._rewards[0].calls == self._calls_seen:
            return None
        self._calls_seen = self._rewards[0].calls
        groups = [
            self._group(step, prompts, advantages, start) for start in range(0, len(advantages), self._group_size)
        ]
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / completions_file(step)
        write_text(file, "".join(json.dumps(plain(group)) + "\n" for group in groups))
        found: StoredGroups = {"step": step, "file": file.name, "groups": len(groups), "sample": _sample(groups)}
        if prints := self._prints():
            found["prints"] = prints
        return found

    def _prints(self) -> list[str]:
        """Some of the lines that custom rewards printed in this step, for the live page."""
        printed = (outcome.prints for reward in self._rewards for outcome in reward.outcomes)
        return list(islice(filter(None, printed), PRINTS_SHOWN))

    @property
    def _batch(self) -> Batch:
        """The batch that all rewards have just scored."""
        batch = self._rewards[0].batch
        if batch is None:
            raise RuntimeError("Groups are written before a reward was called.")
        return batch

    def _group(self, step: int, prompts: list[str], advantages: list[float], start: int) -> Group:
        batch = self._batch
        members = range(start, start + self._group_size)
        return {
            "step": step,
            "prompt": prompts[start].removesuffix(self._rewards[0].opening),
            "instruction": batch.instructions[start],
            "reference": batch.references[start],
            "extras": batch.extras[start],
            "completions": [self._completion(i, advantages[i]) for i in members],
        }

    def _completion(self, index: int, advantage: float) -> Completion:
        batch = self._batch
        ids = batch.token_ids[index]
        scores = {reward.__name__: as_record(reward.outcomes[index]) for reward in self._rewards}
        reward = weighted_sum(scores, self._weights)
        return {
            "text": batch.responses[index],
            "tokens": len(ids),
            "truncated": not ids or ids[-1] not in self._end_ids,
            "reward": reward,
            "advantage": None if reward is None else advantage,
            "scores": scores,
        }


def _sample(groups: list[Group]) -> list[SampleCompletion]:
    """The best and the worst scored completion of the step, shortened, for the live page; any, if none is scored."""
    flat: list[SampleCompletion] = [
        {"instruction": group["instruction"], "reference": group["reference"], **completion}
        for group in groups
        for completion in group["completions"]
    ]
    scored = [completion for completion in flat if completion["reward"] is not None]
    ranked = sorted(scored or flat, key=lambda completion: completion["reward"] or 0.0)
    chosen = [ranked[-1], ranked[0]] if len(ranked) > 1 else ranked
    return [{**completion, "text": completion["text"][:SAMPLE_CHARACTERS]} for completion in chosen]
