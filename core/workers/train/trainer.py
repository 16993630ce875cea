"""The trainer of a run: TRL's GRPOTrainer, or Unsloth's copy of it, in which a missing score is never a 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback

from core.config import RunConfig
from core.config.algorithms import ALGORITHMS
from core.runs.groups import differ
from core.runs.robust import robust_advantages
from core.workers.train.dynamic_sampling import DynamicSampling
from core.workers.train.fast_step import FastStep

if TYPE_CHECKING:
    from trl import GRPOTrainer as Base
else:
    Base = object

ROW_LOSSES = ("grpo", "dr_grpo")
"""Losses that divide by the number of completions; the others divide by the number of tokens in the loss."""


def trainer_class(config: RunConfig) -> type:
    """TRL's GRPOTrainer, which Unsloth may have replaced, with ScoreRules; FastStep and DynamicSampling are off."""
    from trl import GRPOTrainer

    class Trainer(DynamicSampling, ScoreRules, FastStep, GRPOTrainer):
        is_robust = ALGORITHMS[config.grpo.algorithm].is_robust

    return Trainer


class ScoreRules(Base):
    """Completions without a score move nothing, and a signal is what teaches; also OR-GRPO's advantages.

    An unscored completion, on which any reward failed or could not judge, has the advantage 0, is no part of its
    group's mean and spread, and leaves the loss with its tokens and its share of the divisor: the gradient is that of
    the same batch without it. TRL has a public hook for none of this, so private methods are overridden, which
    Unsloth's copy has under the same names.

    Attributes:
        is_robust: Whether core/runs/robust.py computes the advantages.
        has_loss: Whether anything was in the loss since the last step.
    """

    is_robust = False

    def __init__(self, *arguments: Any, **named: Any):
        super().__init__(*arguments, **named)
        self.has_loss = False
        self._scored_share = 1.0
        self.add_callback(StillCallback(self))

    def _calculate_rewards(self, inputs: Any, prompts: Any, completions: Any, completion_ids_list: Any) -> Any:
        """Rewards, shape [completions, rewards]; NaN in the whole row of an unscored one, which TRL then leaves out."""
        import torch

        rewards = super()._calculate_rewards(inputs, prompts, completions, completion_ids_list)
        ours: Any = self.reward_funcs  # each a TrlReward
        outcomes = zip(*(reward.outcomes for reward in ours), strict=True)
        missing = torch.tensor([any(outcome.is_missing for outcome in row) for row in outcomes], device=rewards.device)
        rewards[self.accelerator.gather(missing)] = torch.nan
        self._rewards_per_function = rewards
        return rewards

    def _generate_and_score_completions(self, inputs: Any) -> Any:
        """TRL's batch; completions without a score are taken out of the loss."""
        output = super()._generate_and_score_completions(inputs)
        rewards = self._rewards_per_function
        is_scored = ~rewards.isnan().all(dim=1)
        totals = (rewards * self.reward_weights.to(rewards.device)).nansum(dim=1).tolist()
        known = [total if scored else None for total, scored in zip(totals, is_scored.tolist(), strict=True)]
        size: Any = self.num_generations
        groups = [known[start : start + size] for start in range(0, len(known), size)]
        if self.is_robust:
            self._set_advantages(output, [value for group in groups for value in robust_advantages(group)])
        self._scored_share = float(is_scored.float().mean()) or 1.0
        if not is_scored.all():
            self._leave_out(output, is_scored)
        self._report(output, groups, is_scored)
        return output

    def _set_advantages(self, output: Any, advantages: list[float]) -> None:
        """Replace TRL's advantages, in the batch and in the log."""
        import torch

        shown: Any = self._logs["advantages"]  # the base class has logged its own here
        shown.extend(advantages)
        output["advantages"] = torch.tensor(self._mine(advantages, output), device=output["advantages"].device)

    def _leave_out(self, output: Any, is_scored: Any) -> None:
        """Take unscored completions out of the loss, by the mask that TRL has for tokens of tools."""
        mask = output["completion_mask"]
        output["tool_mask"] = self._mine(is_scored, output)[:, None].expand_as(mask).to(mask.dtype).clone()
        output["num_items_in_batch"] = self.accelerator.gather((mask * output["tool_mask"]).sum()).sum()

    def _report(self, output: Any, groups: list[list[float | None]], is_scored: Any) -> None:
        """Log the share of groups that teach something, and that of completions without a score."""
        in_loss = self.accelerator.gather(output["completion_mask"].any(dim=1)) & is_scored
        size: Any = self.num_generations
        teaches = [
            differ([reward for reward in group if reward is not None]) and learnt
            for group, learnt in zip(groups, in_loss.view(-1, size).any(dim=1).tolist(), strict=True)
        ]
        metrics: Any = self._metrics["train"]
        metrics["signal_fraction"].append(sum(teaches) / len(teaches))
        metrics["unscored_fraction"].append(1.0 - float(is_scored.float().mean()))

    def _mine(self, values: Any, output: Any) -> Any:
        """This process's part of a list or tensor over the completions of all processes."""
        count = len(output["advantages"])
        start = self.accelerator.process_index * count
        return values[start : start + count]

    def compute_loss(self, model: Any, inputs: Any, *arguments: Any, **named: Any) -> Any:
        """The loss of a part of the batch, whose divisor counts scored completions only."""
        self.has_loss |= "tool_mask" not in inputs or bool((inputs["completion_mask"] * inputs["tool_mask"]).any())
        steps: Any = self.current_gradient_accumulation_steps
        settings: Any = self.args
        if settings.loss_type in ROW_LOSSES and self._scored_share < 1:
            # both engines divide such a loss by this number, and by the number of all completions
            self.current_gradient_accumulation_steps = steps * self._scored_share
        try:
            return super().compute_loss(model, inputs, *arguments, **named)
        finally:
            self.current_gradient_accumulation_steps = steps


class StillCallback(TrainerCallback):
    """Skips the optimiser's step if nothing was in the loss: its momentum and weight decay would move the weights."""

    def __init__(self, trainer: ScoreRules):
        self._trainer = trainer

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Drop the gradients, all 0, if every completion of the step was left out."""
        if not self._trainer.has_loss:
            kwargs["optimizer"].zero_grad()
        self._trainer.has_loss = False
