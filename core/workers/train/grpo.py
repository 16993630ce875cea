"""GrpoRun: builds TRL's GRPOTrainer, trains, and saves a checkpoint when stopped."""

from __future__ import annotations

import json
import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typing_extensions import TypedDict

from core.config import RunConfig
from core.data.mapping import Row
from core.jsonfile import read_json
from core.paths import ADAPTER_WEIGHTS, SessionPaths
from core.prompts.template import ChatMessage, PromptTemplate
from core.rewards.for_trl import TrlReward
from core.runs.arguments import grpo_arguments
from core.runs.prompt_choice import PromptChooser
from core.workers.corpus import grpo_dataset
from core.workers.loading import LoadedModel, load_adapter_weights
from core.workers.protocol import Reporter, StopRequested
from core.workers.train.callbacks import CheckpointCallback, MetricsCallback, RolloutCallback
from core.workers.train.dynamic_sampling import CHOOSER_FILE, restore
from core.workers.train.rollouts import RolloutRecorder
from core.workers.train.trainer import trainer_class
from core.workers.train.vllm_sampling import join, sleep_arguments

LOG = logging.getLogger(__name__)


class GrpoRun:
    """One GRPO training of a loaded model.

    Args:
        loaded: The model, whose adapter is changed in place.
        rewards: The run's rewards, in the order of their weights.
    """

    def __init__(
        self, loaded: LoadedModel, config: RunConfig, rewards: list[TrlReward], paths: SessionPaths, to: Reporter
    ):
        self._loaded = loaded
        self._config = config
        self._rewards = rewards
        self._paths = paths
        self._to = to
        self._trainer: Any = None
        self._done = 0

    @property
    def step(self) -> int:
        """Optimiser steps done so far."""
        return self._trainer.state.global_step if self._trainer else self._done

    def train(
        self, rows: list[Row], template: PromptTemplate, score_held_out: Callable[[int], None], checkpoint: Path | None
    ) -> None:
        """Train to the configured end, from `checkpoint` when there is one.

        Raises:
            StopRequested: The user stopped the run. A checkpoint of the last complete step is saved first, unless the
                mode is discard.
        """
        from trl import GRPOConfig

        if checkpoint and _is_last(checkpoint):
            load_adapter_weights(self._loaded.model, checkpoint)
            self._done = _trainer_state(checkpoint)["global_step"]
            return
        arguments = GRPOConfig(
            output_dir=str(self._paths.checkpoints),
            **grpo_arguments(self._config),
            **self._loaded.trainer_arguments,
            **sleep_arguments(self._loaded),
        )
        rollouts = RolloutCallback(self._to, self._recorder(), self._config.training.eval_steps, score_held_out)
        metrics = MetricsCallback(self._to, "training", self._rewards, has_reference=self._config.grpo.kl_penalty > 0)
        self._trainer = trainer_class(self._config)(
            model=self._loaded.model,
            reward_funcs=list(self._rewards),
            args=arguments,
            train_dataset=grpo_dataset(rows, template),
            processing_class=self._loaded.tokenizer,
            callbacks=[rollouts, metrics, CheckpointCallback(self._to)],
        )
        # private: TRL has no hook for prompts, and would take special tokens inside a question for its own
        self._trainer._tokenize_prompts = lambda prompts: (self._prompt_ids(prompts), None, {})
        rollouts.trainer = self._trainer
        if self._config.grpo.dynamic_sampling == "on":
            self._trainer.chooser = self._chooser(len(rows), checkpoint)
        self._trainer.is_fast = self._takes_fast_step()
        self._trainer.has_plain_head = self._trainer.is_fast and self._loaded.has_plain_head
        self._trainer.sampling_adapter = self._loaded.sampling_adapter
        if arguments.use_vllm:
            join(self._trainer, self._loaded, self._config, self._to.check_stop)
        try:
            self._trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        except StopRequested as request:
            if request.mode != "discard":
                self._save_checkpoint()
            raise

    def _prompt_ids(self, prompts: list[list[ChatMessage]]) -> list[list[int]]:
        chat_format = self._loaded.chat_format
        return chat_format.ids([chat_format.written(chat) for chat in prompts])

    def _takes_fast_step(self) -> bool:
        """Whether the model allows it, and its rounding in 16 bits is compared with no other probability."""
        if not self._loaded.is_fast or self._config.training.sampler == "vllm":
            return False
        if self._loaded.dtype == "float32" or not self._config.compares_probabilities:
            return True
        reason = "in 16 bits its rounding would count as a change of the policy"
        self._to.notice("info", "training.engine_step", f"The run takes TRL's step, not the fast one: {reason}.")
        return False

    def _chooser(self, rows: int, checkpoint: Path | None) -> PromptChooser:
        chooser = PromptChooser(rows, self._config.training.seed)
        if checkpoint and not restore(chooser, checkpoint):
            message = "The checkpoint does not say which prompts were asked, so their order begins anew."
            self._to.notice("warning", "grpo.dynamic_sampling", message)
        return chooser

    def _recorder(self) -> RolloutRecorder:
        config = self._config
        ends = self._loaded.model.generation_config.eos_token_id
        end_ids = {self._loaded.tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])}
        group = config.training.num_generations
        return RolloutRecorder(self._paths.completions, self._rewards, config.reward.weights, group, end_ids)

    def _save_checkpoint(self) -> None:
        folder = self._paths.checkpoints / f"checkpoint-{self.step}"
        if self.step and not folder.exists():
            # private: save_model would write neither the optimiser nor the trainer's state
            self._trainer._save_checkpoint(self._trainer.model, trial=None)
            self._to.log.append("checkpoint", step=self.step, path=folder.name)


class TrainerState(TypedDict):
    """The part of a checkpoint's trainer_state.json that is read."""

    global_step: int
    max_steps: int


def _is_last(checkpoint: Path) -> bool:
    """Whether a checkpoint is the last; the trainer would otherwise take one step too many."""
    state = _trainer_state(checkpoint)
    return state["global_step"] >= state["max_steps"]


def _trainer_state(checkpoint: Path) -> TrainerState:
    return json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))


def last_loadable_checkpoint(checkpoints: Path) -> Path | None:
    """The newest checkpoint whose files can all be read; a kill or a full disk can leave incomplete ones."""
    numbered = [
        folder for folder in checkpoints.glob("checkpoint-*") if folder.name.removeprefix("checkpoint-").isdigit()
    ]
    for folder in sorted(numbered, key=lambda folder: int(folder.name.removeprefix("checkpoint-")), reverse=True):
        problem = _unreadable(folder)
        if problem is None:
            return folder
        LOG.warning("%s is passed over: %s", folder.name, problem)
    return None


def _unreadable(folder: Path) -> str | None:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        _trainer_state(folder)
        load_file(folder / ADAPTER_WEIGHTS)
        if (folder / CHOOSER_FILE).exists():
            read_json(folder / CHOOSER_FILE)
        for name in ("optimizer.pt", "scheduler.pt"):
            torch.load(folder / name, weights_only=True)
    except (OSError, ValueError, RuntimeError, EOFError, SafetensorError, pickle.UnpicklingError) as error:
        return str(error)
    return None
