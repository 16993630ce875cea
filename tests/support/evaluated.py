"""Rows of results as a test writes them, from rewards or marks alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.evaluations.record import EvaluationRecord

SAMPLING = {
    "temperature": 0.0,
    "max_tokens": 64,
    "top_p": 1.0,
    "top_k": 0,
    "min_p": 0.0,
    "repetition_penalty": 1.0,
    "seed": 42,
    "stop": [],
}


def answer(reward: float | None, is_correct: bool | None = None, text: str = "", tokens: int = 10) -> dict[str, Any]:
    """One answer; a reward of None could not be had."""
    kind = "failed" if reward is None else "scored"
    return {
        "text": text or f"says {reward}",
        "tokens": tokens,
        "finish_reason": "stop",
        "problem": None,
        "reward": reward,
        "scores": {"match": {"value": reward, "reason": "by hand", "kind": kind}},
        "is_correct": is_correct,
    }


def row(index: int, before: Sequence[dict], after: Sequence[dict]) -> dict[str, Any]:
    """One row of an evaluation."""
    sides = [{"answers": list(before)}, {"answers": list(after)}]
    return {"index": index, "instruction": f"What is {index}?", "reference": str(index), "sides": sides}


def judged(before: str, after: str) -> list[dict]:
    """Rows of one answer a side from marks: 1 right, 0 wrong; the reward is the mark."""
    pairs = zip(before, after, strict=True)
    return [row(i, *([answer(float(m), m == "1")] for m in pair)) for i, pair in enumerate(pairs)]


def rewarded(before: Sequence[float | None], after: Sequence[float | None]) -> list[dict]:
    """Rows of one answer a side, by rewards that judge no truth."""
    return [row(i, [answer(b)], [answer(a)]) for i, (b, a) in enumerate(zip(before, after, strict=True))]


def evaluation(test_id: str = "evaluation-1", total: int = 20, **values: Any) -> EvaluationRecord:
    """An evaluation that has run."""
    models = [
        {"model_path": "outputs/r1", "use_adapter": on, "label": label}
        for on, label in ((False, "base"), (True, "trained"))
    ]
    known = {"status": "completed", "started_at": 1.0, "ended_at": 61.0, "most": 1.0, "about": {"Run": "r1"}}
    name = "trained against base"
    return EvaluationRecord(test_id, "evaluation", name, "r1", models, SAMPLING, 0.0, total, **known | values)


def batch(test_id: str = "batch-1", total: int = 3, **values: Any) -> EvaluationRecord:
    """A batch that has run."""
    models = [{"model_path": "outputs/r1", "use_adapter": True, "label": "r1"}]
    known = {"status": "completed", "started_at": 1.0, "ended_at": 11.0, "answering_seconds": 5.0, "most": 1.0}
    return EvaluationRecord(test_id, "batch", "prompts.txt", "r1", models, SAMPLING, 0.0, total, **known | values)


def batch_result(index: int, response: str, **values: Any) -> dict[str, Any]:
    """One row of a batch."""
    plain = {"prompt": f"p{index}", "reference": None, "tokens": 5, "seconds": 0.5, "finish_reason": "stop"}
    unscored = {"problem": None, "solution": None, "reward": None, "scores": None, "is_correct": None}
    return {"index": index, "response": response, **plain, **unscored, **values}
