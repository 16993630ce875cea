"""Trainer callbacks: TRL's numbers, checkpoints and rollouts to events; nothing printed is ever parsed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from statistics import median
from typing import Any, TypedDict

from transformers import TrainerCallback

from core.jsonfile import JsonObject
from core.rewards.for_trl import TrlReward
from core.sessions.metrics import from_trl
from core.workers.protocol import Reporter
from core.workers.train.rollouts import RolloutRecorder

ETA_WINDOW_STEPS = 20


class RewardReport(TypedDict, total=False):
    """How long the rewards of a step took, and how often which of them failed or could not judge; empty without any."""

    reward_seconds: float
    reward_errors: dict[str, int]
    reward_not_run: dict[str, int]


class MetricsCallback(TrainerCallback):
    """One `metrics` event for each step TRL logs.

    Args:
        reporter: Where events go.
        phase: pre_training or training.
        rewards: The run's rewards, whose failures and seconds are reported with the step.
        has_reference: Whether the run has a reference model, so that there is a KL.
    """

    def __init__(self, reporter: Reporter, phase: str, rewards: list[TrlReward], has_reference: bool = False):
        self._reporter = reporter
        self._phase = phase
        self._rewards = rewards
        self._has_reference = has_reference
        self._step_started = time.perf_counter()
        self._durations: deque[float] = deque(maxlen=ETA_WINDOW_STEPS)
        self._tokens = 0.0
        self._told: set[tuple[str, str]] = set()
        self._reward_seconds = 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Count tokens from where a checkpoint left off."""
        self._tokens = float(state.num_input_tokens_seen)

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start the clock of a step."""
        self._step_started = time.perf_counter()

    def on_log(self, args: Any, state: Any, control: Any, logs: JsonObject | None = None, **kwargs: Any) -> None:
        """Report a step's record; the summary at the end of training is none."""
        if not logs or "loss" not in logs:
            return
        seconds = time.perf_counter() - self._step_started
        metrics = from_trl(logs, self._has_reference)
        metrics.setdefault("step_seconds", seconds)
        self._durations.append(seconds)
        tokens_per_second = self._token_rate(metrics.pop("num_tokens", None), metrics["step_seconds"])
        self._reporter.log.append(
            "metrics",
            step=state.global_step,
            total_steps=state.max_steps,
            phase=self._phase,
            **metrics,
            tokens_per_second=tokens_per_second,
            eta_seconds=median(self._durations) * (state.max_steps - state.global_step),
            **self._reward_report(),
        )

    def _token_rate(self, tokens: float | None, seconds: float) -> float | None:
        """Tokens a second; None for a step that sampled none and learnt from older completions."""
        before, self._tokens = self._tokens, tokens or self._tokens
        return (self._tokens - before) / seconds if self._tokens > before and seconds else None

    def _reward_report(self) -> RewardReport:
        total = sum(reward.seconds for reward in self._rewards)
        spent, self._reward_seconds = total - self._reward_seconds, total
        if not self._rewards:
            return {}
        for reward in self._rewards:
            self._tell_once(reward.__name__, "failed on a completion, left unscored", reward.last_error)
            self._tell_once(reward.__name__, "could not judge a completion, left unscored", reward.last_not_run)
        return {
            "reward_seconds": spent,
            "reward_errors": {r.__name__: r.errors for r in self._rewards if r.errors},
            "reward_not_run": {r.__name__: r.not_run for r in self._rewards if r.not_run},
        }

    def _tell_once(self, name: str, what: str, why: str) -> None:
        if why and (name, what) not in self._told:
            self._told.add((name, what))
            self._reporter.notice("warning", "reward", f"{name} {what}: {why}")


class CheckpointCallback(TrainerCallback):
    """One `checkpoint` event for each checkpoint the trainer has written."""

    def __init__(self, reporter: Reporter):
        self._reporter = reporter

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Report the checkpoint of this step."""
        self._reporter.log.append("checkpoint", step=state.global_step, path=f"checkpoint-{state.global_step}")


class RolloutCallback(TrainerCallback):
    """One `completions` event for each batch of groups; also the held-out score every eval_steps.

    Args:
        reporter: Where events go.
        recorder: Writes the groups.
        eval_steps: 0 for none.
        evaluate: Scores the held-out rows at a step and reports it.
    """

    def __init__(self, reporter: Reporter, recorder: RolloutRecorder, eval_steps: int, evaluate: Callable[[int], None]):
        self._reporter = reporter
        self._recorder = recorder
        self._eval_steps = eval_steps
        self._evaluate = evaluate
        self.trainer: Any = None

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Store what was sampled for this step; TRL keeps its last batch of prompts and advantages."""
        logs = self.trainer._logs
        stored = self._recorder.record(state.global_step, list(logs["prompt"]), list(logs["advantages"]))
        if stored:
            self._reporter.log.append("completions", **stored)

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Score the step before, whose record and checkpoint are written by now; a resume comes by here again."""
        if self._eval_steps and state.global_step and state.global_step % self._eval_steps == 0:
            self._evaluate(state.global_step)
