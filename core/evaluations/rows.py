"""Answers to the rows of results: one per prompt of a batch, one per held-out row of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from core.evaluations.record import PromptRow
from core.evaluations.results import (
    AnswerScore,
    BatchRow,
    BatchSummary,
    EvaluationAnswer,
    EvaluationRow,
    GivenAnswer,
    RefusedAnswer,
)
from core.rewards.record import ScoreRecord

SEEDS = 2**31
Place = TypeVar("Place")


def chunked(sizes: Sequence[int], most: int) -> list[list[int]]:
    """Places in pieces of at most `most`, the largest first.

    Prompts of similar size are in one piece, which saves padding. The largest come first, so that a prompt that is too
    long for the memory fails at once and not after an hour.
    """
    order = sorted(range(len(sizes)), key=lambda place: -sizes[place])
    return in_pieces(order, most)


def in_pieces(places: Sequence[Place], most: int) -> list[list[Place]]:
    """Places in pieces of at most `most`, in their order."""
    return [list(places[start : start + most]) for start in range(0, len(places), most)]


def seed_of_piece(seed: int, answers_before: int) -> int:
    """The seed of a piece that begins after `answers_before` answers of a model; both models get the same seeds."""
    return (seed + answers_before) % SEEDS


UNSCORED: AnswerScore = {"reward": None, "scores": None, "is_correct": None}
"""The score of an answer to a prompt without a reference."""


def refused_answer(problem: str) -> RefusedAnswer:
    """The answer to a prompt that a model can't take."""
    return {"text": "", "tokens": 0, "seconds": 0.0, "finish_reason": "refused", "problem": problem}


def batch_row(
    question: PromptRow, answer: GivenAnswer, solution: str | None, score: AnswerScore = UNSCORED
) -> BatchRow:
    """One row of a batch; see BatchRow."""
    return {
        "index": question.index,
        "prompt": question.instruction,
        "reference": question.reference,
        "response": answer["text"],
        "tokens": answer["tokens"],
        "seconds": answer["seconds"],
        "finish_reason": answer["finish_reason"],
        "problem": _problem(answer),
        "solution": solution,
        **score,
    }


def evaluation_row(question: PromptRow, sides: Sequence[Sequence[EvaluationAnswer]]) -> EvaluationRow:
    """One row of an evaluation; see EvaluationRow."""
    return {
        "index": question.index,
        "instruction": question.instruction,
        "reference": question.reference,
        "sides": [{"answers": list(answers)} for answers in sides],
    }


def evaluation_answer(answer: GivenAnswer, score: AnswerScore = UNSCORED) -> EvaluationAnswer:
    """One answer of an evaluation's row."""
    return {
        "text": answer["text"],
        "tokens": answer["tokens"],
        "finish_reason": answer["finish_reason"],
        "problem": _problem(answer),
        **score,
    }


def _problem(answer: GivenAnswer) -> str | None:
    return answer["problem"] if answer["finish_reason"] == "refused" else None


def is_whole(row: EvaluationRow, samples: int) -> bool:
    """Whether every side of an evaluation's row has all its answers."""
    return all(len(side["answers"]) == samples for side in row["sides"])


def reasons(scores: Mapping[str, ScoreRecord] | None) -> str:
    """Why an answer got its reward, in one line; empty where it was not scored."""
    return "; ".join(f"{name} {_value(score)}: {score['reason']}" for name, score in (scores or {}).items())


def _value(score: ScoreRecord) -> str:
    return "no score" if score["value"] is None else f"{score['value']:.2f}"


def batch_summary(
    rows: Sequence[BatchRow], seconds: float, answering_seconds: float | None, most: float | None
) -> BatchSummary:
    """A batch in figures.

    Args:
        answering_seconds: The part of `seconds` in which the model generated; None if unknown.
        most: The highest reward an answer can get; None if nothing was scored, or if it is not known.
    """
    answered = [row for row in rows if row["finish_reason"] != "refused"]
    rewards = [row["reward"] for row in answered if row["reward"] is not None]
    marks = [row["is_correct"] for row in answered if row["is_correct"] is not None]
    tokens = sum(row["tokens"] for row in answered)
    return {
        "answered": len(answered),
        "refused": len(rows) - len(answered),
        "tokens": tokens,
        "seconds": round(seconds, 2),
        "tokens_per_second": round(tokens / answering_seconds, 2) if answering_seconds else None,
        "truncated": sum(row["finish_reason"] == "length" for row in answered),
        "mean_reward": sum(rewards) / len(rewards) if rewards else None,
        "most": most if rewards else None,
        "correct": sum(marks) if marks else None,
        "judged": len(marks),
        "scored": len(rewards),
        "unscored": sum(row["reward"] is None and row["scores"] is not None for row in answered),
    }
