"""The held-out score: greedy answers to the held-out rows, scored by the rewards of the run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from core.config import RunConfig
from core.data.mapping import Row
from core.failures import explain
from core.prompts.template import PromptTemplate
from core.rewards.for_trl import EXTRAS_COLUMN, TrlReward, as_record, weighted_sum
from core.sessions.kinds import AnsweredRow, HeldOutAnswers, RowScores
from core.workers.corpus import prompt_ids
from core.workers.fast.decoding import Decoding
from core.workers.loading import LoadedModel

SAMPLES_KEPT = 8
NOT_JUDGED = "-"


class HeldOutScorer:
    """Scores the held-out rows. Decoding is greedy: it draws no random number and so does not change the training.

    A batch has as many rows as a training step has completions, which the memory estimate assumes. If that is too much
    for the memory, the batch is halved for the rest of the run.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        config: RunConfig,
        template: PromptTemplate,
        rows: list[Row],
        rewards: list[TrlReward],
    ):
        self._loaded = loaded
        self._config = config
        self._rows = rows
        self._rewards = rewards
        self._prompts = prompt_ids(rows, template, loaded.tokenizer)
        self._opening = loaded.chat_format.opening
        self._at_once = config.completions_per_generation

    @property
    def has_rows(self) -> bool:
        """Whether the run holds rows out."""
        return bool(self._rows)

    def score(self, report: Callable[[float], None], warn: Callable[[str], None]) -> HeldOutAnswers:
        """The score of the current model.

        Args:
            report: Called with the finished fraction after each batch.
            warn: Called with a sentence when the batch is halved.
        """
        started = time.perf_counter()
        answers: list[str] = []
        while len(answers) < len(self._prompts):
            answers += self._next_answers(len(answers), warn)
            report(len(answers) / len(self._prompts))
        weights = self._config.reward.weights
        return {
            "total": len(answers),
            **judged(self._rows, answers, self._rewards, weights),
            "seconds": round(time.perf_counter() - started, 3),
            "samples": self._samples(answers),
        }

    def _next_answers(self, start: int, warn: Callable[[str], None]) -> list[str]:
        """The answers to the next batch; the batch is halved until it fits into memory."""
        import torch

        while True:
            try:
                return self._answers(self._prompts[start : start + self._at_once])
            except (RuntimeError, MemoryError) as error:
                if self._at_once == 1 or explain(error)[2] != "out_of_memory":
                    raise
            self._at_once = max(1, self._at_once // 2)
            self._loaded.sampling_adapter.free()
            torch.cuda.empty_cache()  # outside the handler: its traceback keeps the tensors alive
            warn(f"Memory is short: the held-out rows are answered {self._at_once} at a time.")

    def _answers(self, prompts: list[list[int]]) -> list[str]:
        import torch

        model, tokenizer = self._loaded.model, self._loaded.tokenizer
        inputs = tokenizer.pad({"input_ids": prompts}, padding_side="left", return_tensors="pt")
        with self._loaded.answering(model), torch.no_grad(), self._adapted():
            output = model.generate(
                **inputs.to(model.device),
                max_new_tokens=self._config.training.max_new_tokens,
                do_sample=False,
                pad_token_id=tokenizer.pad_token_id,
                custom_generate=Decoding(measures=False) if self._loaded.is_fast else None,
            )
        return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)

    def _adapted(self) -> AbstractContextManager[None]:
        return self._loaded.sampling_adapter.applied() if self._loaded.is_fast else nullcontext()

    def _samples(self, answers: list[str]) -> list[AnsweredRow]:
        pairs = zip(self._rows[:SAMPLES_KEPT], answers[:SAMPLES_KEPT], strict=True)
        return [
            {"instruction": row.instruction, "reference": row.reference, "answer": self._opening + answer}
            for row, answer in pairs
        ]


def judged(
    rows: Sequence[Row], answers: Sequence[str], rewards: Sequence[TrlReward], weights: Mapping[str, float]
) -> RowScores:
    """The scores of answers, one per row.

    Args:
        rows: The rows that were asked.
        answers: One per row.
        rewards: The rewards of the run, with unique names.
        weights: Name of a reward -> weight.
    """
    scores = {reward.__name__: _scores(reward, rows, answers) for reward in rewards}
    marks = _marks(scores, rewards)
    row_rewards = [_row_reward(rewards, place, weights) for place in range(len(answers))]
    known = [reward for reward in row_rewards if reward is not None]
    judged_rows = len(marks) - marks.count(NOT_JUDGED)
    return {
        "correct": marks.count("1") if judged_rows else None,
        "marks": marks,
        "scored": judged_rows if marks else len(known),
        "reward": _mean(known),
        "rewards": {name: _mean(values) for name, values in scores.items()},
        "row_rewards": [reward if reward is None else round(reward, 6) for reward in row_rewards],
        "unscored": {reward.__name__: count for reward in rewards if (count := _unscored(reward))},
    }


def _scores(reward: TrlReward, rows: Sequence[Row], answers: Sequence[str]) -> list[float | None]:
    columns: dict[str, list[str]] = {"instruction": [], EXTRAS_COLUMN: []}
    for row in rows:
        columns["instruction"].append(row.instruction)
        columns[EXTRAS_COLUMN].append(json.dumps(row.extras))
    return reward(list(answers), [row.reference for row in rows], **columns)


def _marks(scores: Mapping[str, list[float | None]], rewards: Sequence[TrlReward]) -> str:
    judges = [scores[reward.__name__] for reward in rewards if reward.scorer.judges_truth]
    if not judges:
        return ""
    return "".join(_mark(values) for values in zip(*judges, strict=True))


def _mark(values: Sequence[float | None]) -> str:
    return NOT_JUDGED if None in values else "1" if all(value == 1.0 for value in values) else "0"


def _row_reward(rewards: Sequence[TrlReward], place: int, weights: Mapping[str, float]) -> float | None:
    """The reward of an answer of the latest batch; None where a part has no score."""
    return weighted_sum({reward.__name__: as_record(reward.outcomes[place]) for reward in rewards}, weights)


def _unscored(reward: TrlReward) -> int:
    """How many answers of the latest batch it should have scored and did not."""
    return sum(outcome.is_missing for outcome in reward.outcomes)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
