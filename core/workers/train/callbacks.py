"""Trainer callbacks: write TRL's metrics, checkpoints and rollouts as events; no printed text is parsed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from statistics import median
from typing import Any

from transformers import TrainerCallback
from typing_extensions import TypedDict

from core.jsonfile import JsonObject
from core.rewards.for_trl import TrlReward
from core.sessions.metrics import from_trl
from core.workers.protocol import Reporter
from core.workers.train.rollouts import RolloutRecorder

ETA_WINDOW_STEPS = 20
SLOW_FRACTION = 0.2
"""A reward that takes more of the steps' time is named."""
SLOW_STEPS = 5
"""So many steps show it; the first ones load what a reward needs."""


class RewardReport(TypedDict, total=False):
    """The time that rewards took in a step, and how often each failed or could not judge; empty without rewards."""

    reward_seconds: float
    reward_errors: dict[str, int]
    reward_not_run: dict[str, int]


class MetricsCallback(TrainerCallback):
    """One `metrics` event for each step TRL logs.

    Args:
        phase: pre_training or training.
        rewards: The rewards of the run; their failures and times are reported with the step.
        has_reference: Whether the run has a reference model, and so a KL.
    """

    def __init__(self, reporter: Reporter, phase: str, rewards: list[TrlReward], has_reference: bool = False):
        self._reporter = reporter
        self._phase = phase
        self._rewards = rewards
        self._has_reference = has_reference
        self._step_started = time.perf_counter()
        self._durations: deque[float] = deque(maxlen=ETA_WINDOW_STEPS)
        self._tokens = 0.0
        self._noticed: set[tuple[str, str]] = set()
        self._reward_seconds = 0.0
        self._shares: dict[str, deque[float]] = {}
        self._seconds_of = {reward.__name__: reward.seconds for reward in rewards}

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Count tokens from the count of the checkpoint."""
        self._tokens = float(state.num_input_tokens_seen)

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start the clock of a step."""
        self._step_started = time.perf_counter()

    def on_log(self, args: Any, state: Any, control: Any, logs: JsonObject | None = None, **kwargs: Any) -> None:
        """Report the metrics of a step; the summary at the end of training has no loss and is left out."""
        if not logs or "loss" not in logs:
            return
        seconds = time.perf_counter() - self._step_started
        metrics = from_trl(logs, self._has_reference)
        metrics.setdefault("step_seconds", seconds)
        self._durations.append(seconds)
        self._name_slow_rewards(metrics["step_seconds"] or seconds)
        tokens_per_second = self._token_rate(metrics.pop("num_tokens", None), metrics.get("step_seconds"))
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

    def _name_slow_rewards(self, step_seconds: float) -> None:
        """Say once which reward takes a large part of the steps."""
        for reward in self._rewards:
            name = reward.__name__
            spent, self._seconds_of[name] = reward.seconds - self._seconds_of[name], reward.seconds
            shares = self._shares.setdefault(name, deque(maxlen=SLOW_STEPS))
            shares.append(spent / step_seconds if step_seconds else 0.0)
            if len(shares) == SLOW_STEPS and (share := median(shares)) > SLOW_FRACTION:
                self._notice_once(name, "is slow", f"it takes {share:.0%} of a step, and sampling waits for it")

    def _token_rate(self, tokens: float | None, seconds: float | None) -> float | None:
        """Tokens per second; None for a step that learns from older completions."""
        before, self._tokens = self._tokens, tokens or self._tokens
        return (self._tokens - before) / seconds if self._tokens > before and seconds else None

    def _reward_report(self) -> RewardReport:
        total = sum(reward.seconds for reward in self._rewards)
        spent, self._reward_seconds = total - self._reward_seconds, total
        if not self._rewards:
            return {}
        for reward in self._rewards:
            self._notice_once(reward.__name__, "failed on a completion, left unscored", reward.last_error)
            self._notice_once(reward.__name__, "could not judge a completion, left unscored", reward.last_not_run)
        return {
            "reward_seconds": spent,
            "reward_errors": {r.__name__: r.errors for r in self._rewards if r.errors},
            "reward_not_run": {r.__name__: r.not_run for r in self._rewards if r.not_run},
        }

    def _notice_once(self, name: str, problem: str, reason: str) -> None:
        if reason and (name, problem) not in self._noticed:
            self._noticed.add((name, problem))
            self._reporter.notice("warning", "reward", f"{name} {problem}: {reason}")


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
        recorder: Writes the groups.
        eval_steps: Steps between two held-out scores; 0 for none.
        score: Scores the held-out rows at a step and reports it.
    """

    def __init__(self, reporter: Reporter, recorder: RolloutRecorder, eval_steps: int, score: Callable[[int], None]):
        self._reporter = reporter
        self._recorder = recorder
        self._eval_steps = eval_steps
        self._score_held_out = score
        self.trainer: Any = None

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Store the completions of this step."""
        logs = self.trainer._logs  # private: no callback gets the prompts and advantages of the batch
        stored = self._recorder.record(state.global_step, list(logs["prompt"]), list(logs["advantages"]))
        if stored:
            self._reporter.log.append("completions", **stored)

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Score the previous step, whose metrics and checkpoint are written by now; a resumed run repeats this."""
        if self._eval_steps and state.global_step and state.global_step % self._eval_steps == 0:
            self._score_held_out(state.global_step)
