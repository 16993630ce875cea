"""FastStep: TRL's step at a fraction of its work, with the same loss and gradient.

The prompt of a group is computed once, in sampling and in learning; completions without an advantage are not learnt
from; the adapter costs little while the model samples; completions that have ended leave the batch.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.workers.fast.adapter import SamplingAdapter
from core.workers.fast.decoding import Decoding
from core.workers.fast.log_probs import log_probs_and_entropies

if TYPE_CHECKING:
    from trl import GRPOTrainer as Base
else:
    Base = object

ROW_MEANS = ("grpo", "dr_grpo")
"""Losses that are a mean over rows."""
TOKEN_MEANS = ("bnpo",)
"""Losses that are a mean over the tokens of a micro-batch; the mean depends on which rows are in it."""
WINDOW_MEANS = ("dapo",)
"""Losses that divide by all tokens of a step, however many rows are computed."""
OF_TEXT = ("batch_size", "compute_entropy", "compute_aux_loss")
"""The arguments of TRL's method that have nothing to do with pictures."""
READ_BY_TOKENIZER = ("response_template", "response_schema")
"""Where a tokenizer has one of these, TRL takes completions apart by it."""
CLIP_MEANS = ("clip_ratio/low_mean", "clip_ratio/high_mean", "clip_ratio/region_mean")
CLIP_ENDS = ("clip_ratio/low_min", "clip_ratio/high_max")
"""How often ratios were clipped: never where the advantage is 0. Each micro-batch logs one value of each."""


class FastStep(Base):
    """A mixin over TRL's trainer, over five of its private methods, for which it has no public hook.

    Attributes:
        is_fast: Whether it does anything; without it everything is TRL's.
        has_plain_head: Whether the model's logits need not be kept; see core/workers/fast/head.py.
        sampling_adapter: What the model samples with.
    """

    is_fast = False
    has_plain_head = False
    sampling_adapter: SamplingAdapter
    _sampled_entropies: Any = None
    _rows_asked: Any = ()

    def _sampled_ids(self, prompt_ids: list[list[int]]) -> list[list[int]]:
        """One completion of each prompt, up to the end token; equal prompts are computed once."""
        import torch
        from trl.models.utils import unwrap_model_for_generation

        trainer: Any = self
        inputs = trainer._tokenizer.pad({"input_ids": prompt_ids}, padding_side="left", return_tensors="pt")
        inputs = inputs.to(trainer.model.device)
        ready = unwrap_model_for_generation(
            trainer.model_wrapped, trainer.accelerator, generation_kwargs=trainer.generation_kwargs
        )
        with self._begun_early() as begin, ready as model, torch.no_grad(), self.sampling_adapter.applied():
            decoding = Decoding(trainer.temperature, on_end=begin)
            ids = model.generate(**inputs, generation_config=trainer.generation_config, custom_generate=decoding)
        trainer._metrics["train"]["merging_seconds"].append(self.sampling_adapter.seconds)
        self._sampled_entropies = decoding.entropies.sum(1)
        new = ids[:, inputs["input_ids"].shape[1] :]
        return [row[mask].tolist() for row, mask in zip(new, decoding.is_token.bool(), strict=True)]

    @contextmanager
    def _begun_early(self) -> Iterator[Callable[[int, list[int]], None] | None]:
        """Hands a completion that has ended to rewards that wait for others; None where no reward does, or where TRL
        reads completions otherwise. What was begun is dropped if sampling does not come to its end."""
        trainer: Any = self
        is_read = any(getattr(trainer._tokenizer, name, None) for name in READ_BY_TOKENIZER)
        waiting = [r for r in trainer.reward_funcs if getattr(r, "can_begin", False) and not is_read]

        def begin(row: int, ids: list[int]) -> None:
            text = trainer.processing_class.decode(ids, skip_special_tokens=True)
            for reward in waiting:
                reward.begin(text, ids, self._rows_asked[row])

        has_ended = False
        try:
            yield begin if waiting else None
            has_ended = True
        finally:
            for reward in [] if has_ended else waiting:
                reward.drop()

    def _generate_single_turn(self, prompt_ids: Any, images: Any, *arguments: Any, **named: Any) -> Any:
        """Sampled token ids of each prompt up to the end token, and None for their log-probabilities; timed."""
        trainer: Any = self
        started = time.perf_counter()
        if not self.is_fast:
            answered = super()._generate_single_turn(prompt_ids, images, *arguments, **named)
        else:
            answered = self._sampled_ids(prompt_ids), None
        trainer._metrics["train"]["sampling_seconds"].append(time.perf_counter() - started)
        return answered

    def _generate_and_score_completions(self, inputs: Any) -> Any:
        """TRL's batch, with the group of each completion and the entropy it was sampled with."""
        self._sampled_entropies, self._rows_asked = None, inputs
        output: Any = super()._generate_and_score_completions(inputs)
        if self.is_fast:
            import torch

            size: Any = self.num_generations
            advantages = output["advantages"]
            output["group"] = torch.arange(len(advantages), device=advantages.device) // size
            output["sampled_entropies"] = self._sampled_entropies
        return output

    def _prepare_inputs(self, generation_batch: Any) -> Any:
        """TRL's micro-batch; where the loss allows it, groups are whole again that TRL's shuffle has torn apart."""
        trainer: Any = self
        if not (self.is_fast and self._may_regroup()):
            return super()._prepare_inputs(generation_batch)
        before = trainer._buffered_inputs
        inputs = super()._prepare_inputs(generation_batch)
        if trainer._buffered_inputs is before:
            return inputs
        trainer._buffered_inputs = regrouped(trainer._buffered_inputs)
        return trainer._buffered_inputs[trainer._step % trainer.args.steps_per_generation]

    def _may_regroup(self) -> bool:
        """Whether all micro-batches go into one step, and none has a divisor of its own."""
        arguments: Any = self.args
        is_one_step = arguments.steps_per_generation == arguments.gradient_accumulation_steps
        return is_one_step and arguments.steps_per_generation > 1 and arguments.loss_type not in TOKEN_MEANS

    def _get_per_token_logps_and_entropies(self, model: Any, *arguments: Any, **named: Any) -> Any:
        """Log-probabilities and entropies as TRL has them; prompts are shared where the model can keep their cache."""
        trainer: Any = self
        is_of_text = all(value is None for name, value in named.items() if name not in OF_TEXT)
        if not self.is_fast or not is_of_text or named.get("compute_aux_loss") or _recomputes(trainer.model):
            return super()._get_per_token_logps_and_entropies(model, *arguments, **named)
        import torch

        ids, mask, completion = arguments
        at_once = named.get("batch_size") or len(ids)
        needs_gradient = trainer._entropy_bonus_enabled
        settings = completion, trainer.temperature, needs_gradient, self.has_plain_head
        with trainer.accelerator.autocast():
            parts = [
                log_probs_and_entropies(model, *rows, *settings)
                for rows in zip(ids.split(at_once), mask.split(at_once), strict=True)
            ]
        log_probs, entropies = map(torch.cat, zip(*parts, strict=True))
        return log_probs, entropies if named.get("compute_entropy") else None, None

    def _compute_loss(self, model: Any, inputs: Any) -> Any:
        """TRL's loss of the rows that have a gradient, in proportion to all rows."""
        if not self.is_fast:
            return super()._compute_loss(model, inputs)
        kept = self._rows_with_gradient(inputs)
        if kept.all():
            return super()._compute_loss(model, inputs)
        if not kept.any():
            self._correct_metrics(inputs, kept)
            return sum(p.sum() for p in model.parameters() if p.requires_grad) * 0.0
        loss: Any = super()._compute_loss(model, _rows(inputs, kept))
        self._correct_metrics(inputs, kept)
        settings: Any = self.args
        return loss * _share(settings.loss_type, inputs, kept)

    def _rows_with_gradient(self, inputs: Any) -> Any:
        """Which rows move the weights; all, where something beside the advantage does; shape [rows]."""
        import torch

        trainer: Any = self
        advantages = inputs["advantages"]
        has_tokens = loss_mask(inputs).any(1)
        if trainer.args.loss_type not in (*ROW_MEANS, *TOKEN_MEANS, *WINDOW_MEANS) or trainer._entropy_bonus_enabled:
            return torch.ones_like(has_tokens)
        return has_tokens if trainer.beta else has_tokens & (advantages != 0)

    def _correct_metrics(self, inputs: Any, kept: Any) -> None:
        """Make the metrics of the kept rows those of all rows of this micro-batch."""
        trainer: Any = self
        metrics = trainer._metrics["train"]
        if not kept.any():
            for name in (*CLIP_MEANS, *CLIP_ENDS):
                metrics[name].append(0.0)
            metrics["entropy"].append(0.0)
        by_row = trainer.importance_sampling_level == "sequence"
        share = float(kept.float().mean()) if by_row else _token_share(inputs, kept)
        for name in CLIP_MEANS:
            metrics[name][-1] *= share
        metrics[CLIP_ENDS[0]][-1] = 0.0
        metrics["entropy"][-1] = self._entropy_of_all(inputs, kept, metrics["entropy"][-1])

    def _entropy_of_all(self, inputs: Any, kept: Any, of_kept: float) -> float:
        """The mean over all tokens in the loss, from that of the kept rows and what the sampler measured of the others;
        NaN, which TRL leaves out, without any token."""
        tokens = loss_mask(inputs).sum(1)
        if not tokens.any():
            return math.nan
        skipped = inputs["sampled_entropies"][~kept & (tokens > 0)].sum() / tokens.sum()
        return of_kept * _token_share(inputs, kept) + float(skipped)


def loss_mask(inputs: Any) -> Any:
    """1 for each token in the loss; shape [rows, tokens]."""
    mask = inputs["completion_mask"]
    return mask * inputs["tool_mask"] if "tool_mask" in inputs else mask


def regrouped(batches: list[Any]) -> list[Any]:
    """The same micro-batches, as many and as large, with the rows of a group next to each other."""
    import torch

    order = torch.cat([batch["group"] for batch in batches]).argsort(stable=True)
    sizes = [len(batch["group"]) for batch in batches]
    columns = {
        name: torch.cat([batch[name] for batch in batches])[order].split(sizes)
        for name, value in batches[0].items()
        if _is_per_row(value, sizes[0])
    }
    return [{**batch, **{name: parts[at] for name, parts in columns.items()}} for at, batch in enumerate(batches)]


def _is_per_row(value: Any, rows: int) -> bool:
    import torch

    return isinstance(value, torch.Tensor) and value.dim() > 0 and len(value) == rows


def _rows(inputs: Any, kept: Any) -> Any:
    return {name: value[kept] if _is_per_row(value, len(kept)) else value for name, value in inputs.items()}


def _share(loss_type: str, inputs: Any, kept: Any) -> float:
    """What a mean over the kept rows is multiplied by to be the mean over all, in which the others are 0."""
    if loss_type in WINDOW_MEANS:
        return 1.0
    return float(kept.float().mean()) if loss_type in ROW_MEANS else _token_share(inputs, kept)


def _token_share(inputs: Any, kept: Any) -> float:
    tokens = loss_mask(inputs).sum(1)
    return float(tokens[kept].sum() / tokens.sum().clamp(min=1))


def _recomputes(model: Any) -> bool:
    """Whether gradient checkpointing is on, which drops the keys and values that completions would share."""
    return bool(model.training and model.is_gradient_checkpointing)
