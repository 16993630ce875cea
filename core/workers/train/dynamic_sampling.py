"""DynamicSampling: prompts whose answers all score the same are replaced by other prompts before a step learns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from core.jsonfile import read_json, write_json
from core.rewards.for_trl import Batch, TrlReward
from core.rewards.scoring import Outcome
from core.runs.groups import differ
from core.runs.prompt_choice import PromptChooser

if TYPE_CHECKING:
    from trl import GRPOTrainer as Base
else:
    Base = object

ROUNDS = 3
"""How often a step samples at most: every group of a round that teaches nothing is replaced in the next."""
CHOOSER_FILE = "prompts.json"
TIMES = ("sampling_seconds", "merging_seconds")
"""Metrics that TRL would average over the rounds of a step."""


@dataclass
class SampledGroup:
    """One prompt with its scored completions.

    Attributes:
        row: Its place in the training rows.
        ids: Token ids of the completions.
        log_probs: Those of the sampler, where it gives them.
        entropies: Sums over each completion, where the sampler measures them.
        tokens: Those of its prompts and completions.
        rewards: Shape [completions, rewards]; NaN in the row of an unscored one.
        known: The totals of the scored ones.
        teaches: Whether they differ, and are not all left out of the loss as cut.
        columns: Reward -> what it was asked and what came of it.
    """

    row: int
    ids: list[list[int]]
    log_probs: list[Any] | None
    entropies: Any
    tokens: int
    rewards: Any
    known: list[float]
    teaches: bool
    columns: list[tuple[Batch, list[Outcome]]]


class DynamicSampling(Base):
    """A mixin over ScoreRules that chooses the prompts of a step, and samples until enough of them teach something.

    It goes before the other mixins. The final groups take TRL's usual way, with completions and scores that are known.

    Attributes:
        chooser: None where the prompts are those of TRL's data loader.
    """

    chooser: PromptChooser | None = None
    _prepared: list[SampledGroup] | None = None

    def _generate_and_score_completions(self, inputs: Any) -> Any:
        """TRL's batch, of the prompts that were chosen."""
        if self.chooser is None:
            return super()._generate_and_score_completions(inputs)
        size: Any = self.num_generations
        sampled = self._sampled(self.chooser, len(inputs) // size)
        kept = _kept(sampled, len(inputs) // size)
        trainer: Any = self
        tokens = trainer.state.num_input_tokens_seen + sum(group.tokens for group in sampled)
        self._prepared = kept
        try:
            rows = [trainer.train_dataset[group.row] for group in kept for _ in range(size)]
            output = super()._generate_and_score_completions(rows)
        finally:
            self._prepared = None
        trainer.state.num_input_tokens_seen = tokens  # TRL has counted the kept ones alone
        trainer._metrics["train"]["num_tokens"] = [tokens]
        self._log_all(sampled, kept)
        return output

    def _sampled(self, chooser: PromptChooser, wanted: int) -> list[SampledGroup]:
        """Groups of all rounds, until `wanted` of them teach something."""
        found: list[SampledGroup] = []
        for _ in range(ROUNDS):
            missing = wanted - sum(group.teaches for group in found)
            rows = chooser.draw(missing, [group.row for group in found])
            if not rows:
                break
            found += self._scored(rows)
            for group in found[-len(rows) :]:
                chooser.record(group.row, group.known if group.teaches else [])
        return found

    def _scored(self, rows: list[int]) -> list[SampledGroup]:
        """One group of completions for each row, scored."""
        import torch

        trainer: Any = self
        size = trainer.num_generations
        inputs = [trainer.train_dataset[row] for row in rows for _ in range(size)]
        trainer._rows_asked, prompts = inputs, [row["prompt"] for row in inputs]
        prompt_ids, _, _ = trainer._tokenize_prompts(prompts)
        ids, log_probs = trainer._generate_single_turn(prompt_ids, None, {}, size)
        tokens = [len(prompt) + len(answer) for prompt, answer in zip(prompt_ids, ids, strict=True)]
        texts = trainer.processing_class.batch_decode(ids, skip_special_tokens=True)
        completions = [[{"role": "assistant", "content": text}] for text in texts]
        rewards = trainer._calculate_rewards(inputs, prompts, completions, ids)
        totals = (rewards * trainer.reward_weights.to(rewards.device)).nansum(dim=1)
        is_scored = ~rewards.isnan().all(dim=1)
        ends = {*trainer.eos_token_ids, trainer.processing_class.pad_token_id}
        in_loss = torch.tensor([not trainer.mask_truncated_completions or row[-1] in ends for row in ids])
        in_loss = in_loss.to(rewards.device)
        entropies = trainer._sampled_entropies
        parts = [slice(start, start + size) for start in range(0, len(ids), size)]
        return [
            SampledGroup(
                row,
                ids[part],
                log_probs[part] if log_probs else None,
                None if entropies is None else entropies[part],
                sum(tokens[part]),
                rewards[part],
                known := totals[part][is_scored[part]].tolist(),
                differ(known) and bool((is_scored & in_loss)[part].any()),
                [_asked(reward, part) for reward in trainer.reward_funcs],
            )
            for row, part in zip(rows, parts, strict=True)
        ]

    def _generate_single_turn(self, *arguments: Any, **named: Any) -> Any:
        """The completions that are known, or new ones."""
        if self._prepared is None:
            return super()._generate_single_turn(*arguments, **named)
        import torch

        trainer: Any = self
        groups = self._prepared
        if groups[0].entropies is not None:
            trainer._sampled_entropies = torch.cat([group.entropies for group in groups])
        log_probs = [row for group in groups for row in group.log_probs or []]
        return [ids for group in groups for ids in group.ids], log_probs or None

    def _calculate_rewards(self, *arguments: Any, **named: Any) -> Any:
        """The scores that are known, or new ones."""
        if self._prepared is None:
            return super()._calculate_rewards(*arguments, **named)
        import torch

        trainer: Any = self
        for place, reward in enumerate(trainer.reward_funcs):
            reward.recall([group.columns[place] for group in self._prepared])
        rewards = torch.cat([group.rewards for group in self._prepared])
        trainer._rewards_per_function = rewards
        return rewards

    def _log_all(self, sampled: list[SampledGroup], kept: list[SampledGroup]) -> None:
        """Let the reward be that of all completions, not of the prompts that were chosen for their spread."""
        trainer: Any = self
        metrics = trainer._metrics["train"]
        metrics["groups/sampled"].append(float(len(sampled)))
        metrics["groups/kept"].append(float(sum(group.teaches for group in kept)))
        for name in TIMES:
            if name in metrics:
                metrics[name] = [sum(metrics[name])]
        if known := [total for group in sampled for total in group.known]:
            metrics["reward"][-1] = fmean(known)
        is_scored = [~group.rewards.isnan().all(dim=1) for group in sampled]
        metrics["unscored_fraction"][-1] = 1.0 - fmean(float(scored.float().mean()) for scored in is_scored)
        metrics["signal_fraction"][-1] = sum(group.teaches for group in sampled) / len(sampled)
        for place, name in enumerate(trainer.reward_func_names):
            values = [float(value) for group in sampled for value in group.rewards[:, place] if value == value]
            if values:
                metrics[f"rewards/{name}/mean"][-1] = fmean(values)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """TRL's checkpoint, with what is known of the prompts."""
        super()._save_checkpoint(model, trial)
        trainer: Any = self
        if self.chooser is not None:
            folder = Path(trainer.args.output_dir) / f"checkpoint-{trainer.state.global_step}"
            write_json(folder / CHOOSER_FILE, self.chooser.state())


def restore(chooser: PromptChooser, checkpoint: Path) -> bool:
    """Let a chooser go on where a checkpoint left it; whether the checkpoint says that."""
    file = checkpoint / CHOOSER_FILE
    if not file.exists():
        return False
    chooser.restore(read_json(file))
    return True


def _kept(sampled: list[SampledGroup], wanted: int) -> list[SampledGroup]:
    """The groups that teach something, filled up with others; as many as a step has."""
    ranked = sorted(sampled, key=lambda group: not group.teaches)
    kept = ranked[:wanted]
    return kept + [kept[place % len(kept)] for place in range(wanted - len(kept))]


def _asked(reward: TrlReward, part: slice) -> tuple[Batch, list[Outcome]]:
    """What a reward was asked about some completions of its latest batch, and what came of it."""
    batch: Any = reward.batch
    return batch.part(part), reward.outcomes[part]
