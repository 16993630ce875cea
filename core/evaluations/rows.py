"""Answers to the rows of results: one per prompt of a batch, one per held-out row of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from core.evaluations.record import PromptRow

SEEDS = 2**31
Place = TypeVar("Place")


def chunked(sizes: Sequence[int], most: int) -> list[list[int]]:
    """Places in pieces of at most `most`, the largest first.

    What is alike in size stands together, so that little is spent on padding; and what takes the most memory comes
    first, so that a prompt that is too much shows at once and not after an hour.
    """
    order = sorted(range(len(sizes)), key=lambda place: -sizes[place])
    return in_pieces(order, most)


def in_pieces(places: Sequence[Place], most: int) -> list[list[Place]]:
    """Places in pieces of at most `most`, in their order."""
    return [list(places[start : start + most]) for start in range(0, len(places), most)]


def seed_of_piece(seed: int, answers_before: int) -> int:
    """The seed of a piece that begins after so many answers of a model: another for each, the same for every model."""
    return (seed + answers_before) % SEEDS


UNSCORED: Mapping = {"reward": None, "scores": None, "is_correct": None}
"""The score of an answer that nothing is expected of."""


def refused_answer(problem: str) -> dict:
    """The answer to a prompt that a model can't take, such as one longer than its context."""
    return {"text": "", "tokens": 0, "seconds": 0.0, "finish_reason": "refused", "problem": problem}


def batch_row(question: PromptRow, answer: Mapping, solution: str | None, score: Mapping = UNSCORED) -> dict:
    """One row of a batch.

    Args:
        question: What was asked.
        answer: As GenerationService gives it, or a refused one.
        solution: What the run's markers hold; None without markers, a solution or a run.
        score: reward, scores and is_correct of the answer.
    """
    return {
        "index": question.index,
        "prompt": question.instruction,
        "reference": question.reference,
        "response": answer["text"],
        "tokens": answer["tokens"],
        "seconds": answer["seconds"],
        "finish_reason": answer["finish_reason"],
        "problem": answer.get("problem"),
        "solution": solution,
        **score,
    }


def evaluation_row(question: PromptRow, sides: Sequence[Sequence[Mapping]]) -> dict:
    """One row of an evaluation, the answers of each side in the order they were drawn."""
    return {
        "index": question.index,
        "instruction": question.instruction,
        "reference": question.reference,
        "sides": [{"answers": list(answers)} for answers in sides],
    }


def evaluation_answer(answer: Mapping, score: Mapping = UNSCORED) -> dict:
    """One answer of an evaluation's row."""
    kept = {name: answer[name] for name in ("text", "tokens", "finish_reason")}
    return {**kept, "problem": answer.get("problem"), **score}


def is_whole(row: Mapping, samples: int) -> bool:
    """Whether every side of an evaluation's row has all its answers."""
    return all(len(side["answers"]) == samples for side in row["sides"])


def reasons(scores: Mapping[str, Mapping] | None) -> str:
    """Why an answer got its reward, in one line; empty where it was not scored."""

    def one(name: str, score: Mapping) -> str:
        said = "no score" if score["value"] is None else f"{score['value']:.2f}"
        return f"{name} {said}: {score['reason']}"

    return "; ".join(one(name, score) for name, score in (scores or {}).items())


def batch_summary(rows: Sequence[Mapping], seconds: float, answering_seconds: float | None, most: float | None) -> dict:
    """A batch in figures.

    Args:
        rows: The rows so far.
        seconds: How long they took.
        answering_seconds: How much of that the model wrote; None where it is not known.
        most: The most reward an answer can get; None where nothing was scored.
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
